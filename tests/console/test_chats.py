"""Offers and chats: taking, leaving and ending them, and the keys for it."""

import asyncio

from playwright.async_api import Page, Route, expect

from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat


async def test_an_offer_is_announced_counted_in_the_title_and_accepted_by_a_key(
    page: Page, api: FakeApi
) -> None:
    await page.keyboard.press("Alt+G")
    await expect(page.get_by_text("Nobody is waiting. Offers appear here.")).to_be_visible()
    await api.offer(131)
    await expect(page).to_have_title("(1) Threadline")
    await api.offer(132, "Billing")
    await expect(page).to_have_title("(2) Threadline")
    await expect(page.locator("#announce")).to_have_text("New offer: Billing")
    await page.keyboard.press("Alt+A")
    await expect(page.locator(".bubble.theirs")).to_contain_text("Hello, where is my order?")
    await expect(page.get_by_label("Your text")).to_be_focused()
    await expect(page).to_have_title("(1) Threadline")
    assert [offer["chat_id"] for offer in api.offers] == [132]


async def test_an_offer_that_another_agent_took_is_explained(page: Page, api: FakeApi) -> None:
    await api.offer(131)
    api.refuse["131/accept"] = (409, "Chat was already answered.")
    await page.get_by_role("button", name="Accept").click()
    await expect(page.locator("#notice")).to_contain_text("Chat was already answered.")


async def test_who_writes_on_while_an_offer_is_accepted_stays_in_the_chat(
    page: Page, api: FakeApi
) -> None:
    """The rest of a sentence would go to another consumer."""
    await in_a_chat(page, api)
    await api.offer(132)
    await expect(page.locator(".card.offer")).to_have_count(1)
    answer = asyncio.Event()

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await page.route("**/accept", late)
    text = page.get_by_label("Your text")
    await text.press_sequentially("Your order ")
    await page.keyboard.press("Alt+A")
    await text.press_sequentially("is on ")
    answer.set()
    await expect(page.locator("[data-chat='132']")).to_be_visible()
    await text.press_sequentially("its way")
    await expect(page.get_by_role("heading", name="+1 415 555 0131")).to_be_visible()
    await expect(text).to_have_value("Your order is on its way")
    await expect(page.locator("#announce")).to_have_text("Chat with +1 415 555 0132 accepted")


async def test_a_list_that_was_asked_for_before_a_chat_was_accepted_does_not_take_it_away(
    page: Page, api: FakeApi
) -> None:
    await api.offer(131)
    await expect(page.locator(".card.offer")).to_have_count(1)
    asked, accepted, asked_again = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def older(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await accepted.wait()
        await route.fulfill(response=answer)

    async def newer(route: Route) -> None:
        asked_again.set()  # and never answered: what is on the screen is the older answer's

    await page.route("**/chats", newer)
    await page.route("**/chats", older, times=1)
    await api.emit("consent.asked", 131, agent_ids=[7])
    await asked.wait()
    await page.get_by_role("button", name="Accept").click()
    await expect(page.locator(".chats .card")).to_have_count(1)
    accepted.set()
    await asked_again.wait()
    assert await page.locator(".chats .card").count() == 1
    assert await page.locator(".ended .card").count() == 0


async def test_ending_is_asked_once_and_the_chat_stays_until_it_is_closed(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.keyboard.press("Alt+Q")
    question = page.get_by_role("group", name="Question")
    await expect(question).to_contain_text("End this chat?")
    await page.keyboard.press("Escape")
    await expect(question).to_be_hidden()
    await page.keyboard.press("Alt+Q")
    await page.keyboard.press("Enter")
    await expect(page.locator(".head")).to_contain_text("■ Ended by an agent")
    await page.keyboard.press("Alt+C")
    await expect(page.get_by_text("No chat is open.")).to_be_visible()


async def test_the_consumer_is_opted_out_after_a_question(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await page.locator(".panel").get_by_role("button", name="Opt out").click()
    question = page.get_by_role("group", name="Question")
    await expect(question).to_contain_text("one confirmation and then nothing more")
    await question.get_by_role("button", name="Opt out", exact=True).click()
    await expect(page.locator(".head")).to_contain_text("■ Ended")


async def test_every_action_has_a_key_that_the_help_lists(page: Page) -> None:
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("Accept the offer that waits longest")
    hints = await page.locator("#help dt kbd").all_text_contents()
    assert len(hints) == len(set(hints))
    # All at one glance on a usual screen.
    assert await page.locator("#help").evaluate("(e) => e.scrollHeight <= e.clientHeight")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_an_offer_is_seen_on_a_small_screen_while_a_chat_is_open(
    page: Page, api: FakeApi
) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await in_a_chat(page, api)
    await api.offer(132)
    await page.get_by_role("button", name="Chats 1 offer").click()
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
