"""Offers and chats in the list: whose turn it is, since when, and what is unread."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.product import until
from tests.console.steps import in_a_chat, log_in, write
from tests.console.test_panel import moment


async def test_an_offer_tells_how_long_the_consumer_waits(page: Page, api: FakeApi) -> None:
    await api.offer(131)
    api.offers[0]["waiting_since"] = moment(minutes=12)
    await api.emit("offers.changed", agent_ids=[7])
    await expect(page.locator(".card.offer")).to_contain_text(re.compile(r"waits 12:\d\d"))
    await expect(page.locator(".card.offer")).to_contain_text("New chat · English")


async def test_who_was_quicker_is_named(page: Page, api: FakeApi) -> None:
    await api.offer(131)
    api.refuse["131/accept"] = (409, "Chat was already answered.")
    api.outrun[131] = "Caro Diaz"
    await expect(page.locator(".card.offer")).to_be_visible()
    await page.keyboard.press("Alt+A")
    await expect(page.locator("#notice")).to_contain_text("Caro Diaz was quicker")


async def test_a_chat_tells_whose_turn_it_is_and_who_wrote_last(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.chats[131]["queued_at"] = moment(minutes=5)
    await api.say(131, "Hello?")
    card = page.locator("[data-chat='131']")
    # Before any answer the consumer waits since the queue began, not since the last text.
    await expect(card).to_contain_text(re.compile(r"waits 5:\d\d"))
    await expect(card.locator(".preview")).to_have_text("Hello?")
    await write(page, "Here I am")
    await expect(card).to_contain_text(re.compile(r"answered 0:\d\d"))
    await expect(card.locator(".preview")).to_have_text("You: Here I am")
    await api.say(131, "I am Caro", "agent", agent=(9, "Caro Diaz"))
    await expect(card.locator(".preview")).to_have_text("Caro Diaz: I am Caro")


async def test_a_key_leads_to_the_consumer_who_waits_longest(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await write(page, "An answer")
    await expect(page.locator("[data-chat='131']")).to_contain_text("answered")
    await page.keyboard.press("Alt+M")
    await expect(page.locator("#announce")).to_have_text("Nobody waits for an answer of yours.")
    for chat_id, minutes in ((132, 2), (133, 9), (134, 4)):
        api.open_chat(chat_id)["queued_at"] = moment(minutes=minutes)
        await api.say(chat_id, "Hello")
    await expect(page.locator(".card.chat")).to_have_count(4)
    await page.keyboard.press("Alt+M")
    await expect(page.get_by_role("heading", name="+1 415 555 0133")).to_be_visible()


async def test_what_is_unread_survives_a_reload_and_what_is_read_is_told_once(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.open_chat(132)
    for number in range(3):
        await api.say(132, f"Text {number}")
    badge = page.locator("[data-chat='132'] .badge")
    await expect(badge).to_have_text("3 new")
    await page.reload()
    await expect(badge).to_have_text("3 new")
    await page.locator("[data-chat='132']").click()
    await expect(badge).to_be_empty()

    async def told() -> bool:
        return bool(api.chats[132]["read_seq"] == 3)

    await until(told)
    await page.locator("[data-chat='131']").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="+1 415 555 0131")).to_be_visible()
    await expect(badge).to_be_empty()
    assert api.marks.count((132, 3)) == 1


async def test_what_was_read_in_another_browser_is_read_here(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.open_chat(132)
    await api.say(132, "One")
    await api.say(132, "Two")
    badge = page.locator("[data-chat='132'] .badge")
    await expect(badge).to_have_text("2 new")
    await api.read(132, 1)
    await expect(badge).to_have_text("1 new")
    await api.read(132, 2)
    await expect(badge).to_be_empty()
    await expect(page).to_have_title("Threadline")


async def test_a_text_is_not_read_while_the_agent_works_in_another_window(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.evaluate("document.hasFocus = () => false")
    await api.say(131, "Are you there?")
    await expect(page.locator("[data-chat='131'] .badge")).to_have_text("1 new")
    await expect(page).to_have_title("(1) Threadline")
    await page.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
    await expect(page.locator("[data-chat='131'] .badge")).to_be_empty()
    await expect(page.locator(".talk .mark.fresh + .bubble")).to_contain_text("Are you there?")


async def test_lists_that_cannot_be_fetched_say_why_until_they_can(
    api: FakeApi, open_page: Open
) -> None:
    api.open_chat(131)
    for path in ("GET /chats", "GET /offers"):
        api.refuse[path] = (503, "The service is restarting.")
    page = await open_page(api.url)
    await log_in(page)
    for part in (".offers", ".chats"):
        said = page.locator(f"{part} .empty")
        await expect(said).to_have_text("The service is restarting. Trying again…")
    api.refuse.clear()
    await expect(page.locator(".card.chat")).to_contain_text("+1 415 555 0131")
    await expect(page.locator(".offers .empty")).not_to_contain_text("restarting")


@pytest.mark.parametrize("held", ["me", "chats", "offers", "chats/*/messages?*", "chats/*/consent"])
async def test_no_key_does_harm_while_the_page_loads(
    api: FakeApi, open_page: Open, held: str
) -> None:
    """Every key but the one that opens Temporal's UI, while one of the calls has no answer yet:
    the page complains of nothing."""
    api.open_chat(131)
    api.write(131, "Hello")
    page = await open_page(api.url)
    await log_in(page)
    await expect(page.locator(".talk .bubble")).to_contain_text("Hello")
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route(f"**/agent/api/v1/{held}", hold)
    await page.reload()
    for letter in "AXMJKLWRBNEPFVDQIIOCYUSHH":
        await page.keyboard.press(f"Alt+{letter}")
        await page.keyboard.press("Escape")
    released.set()
    await page.unroute_all(behavior="wait")
    await expect(page.locator(".talk .bubble")).to_contain_text("Hello")
    await expect(page.locator("#notice")).to_be_empty()
    assert api.chats[131]["status"] == "assigned"
    assert api.agent["status"] == "Offline"


async def test_what_is_typed_right_after_a_chat_was_chosen_goes_into_it(
    page: Page, api: FakeApi
) -> None:
    """The field has the focus before the next key can come."""
    await in_a_chat(page, api)
    api.open_chat(132)
    await api.say(132, "Hello")
    card = page.locator("[data-chat='132']")
    await expect(card).to_be_visible()
    focused = """async (card) => { card.click(); for (let i = 0; i < 5; i += 1) await null;
        return document.activeElement.id + location.hash; }"""
    assert await card.evaluate(focused) == "text#chat-132"
