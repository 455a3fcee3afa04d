"""Chats whose consumer fell silent: set aside, come back, resumed."""

from playwright.async_api import Page, expect

from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat, write


async def in_an_answered_chat(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await write(page, "Here you are")
    await expect(page.locator("[data-chat='131']")).to_contain_text("answered")


async def test_a_silent_chat_is_set_aside_and_resumed_by_keys(page: Page, api: FakeApi) -> None:
    await in_an_answered_chat(page, api)
    await page.keyboard.press("Alt+D")
    await expect(page.locator(".dismissed .card")).to_contain_text("+1 415 555 0131")
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await expect(page.locator("#announce")).to_contain_text("comes back when the consumer writes")
    await expect(page.locator(".head .status")).to_have_text("◐ Dismissed")
    await expect(page.get_by_label("Your text")).to_be_hidden()
    await page.keyboard.press("Alt+R")
    await expect(page.locator(".chats .card")).to_contain_text("+1 415 555 0131")
    await expect(page.locator(".dismissed")).to_be_hidden()
    await expect(page.get_by_label("Your text")).to_be_visible()


async def test_who_waits_for_an_answer_is_not_set_aside(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    dismiss = page.locator(".head").get_by_role("button", name="Dismiss")
    await expect(dismiss).to_be_hidden()
    await write(page, "Here you are")
    await expect(dismiss).to_be_visible()
    await api.say(131, "And now?")
    await expect(dismiss).to_be_hidden()
    await page.keyboard.press("Alt+D")
    await expect(page.locator("#announce")).to_contain_text("the consumer waits for an answer")
    assert api.chats[131]["status"] == "assigned"


async def test_why_a_chat_cannot_be_set_aside_is_said(page: Page, api: FakeApi) -> None:
    await in_an_answered_chat(page, api)
    words = "The chat was dismissed before: the consumer must write once more first."
    api.refuse["131/dismiss"] = (409, words)
    await page.keyboard.press("Alt+D")
    await expect(page.locator("#notice")).to_contain_text(words)
    await expect(page.locator(".chats .card")).to_have_count(1)


async def test_what_was_half_written_waits_in_a_dismissed_chat(page: Page, api: FakeApi) -> None:
    await in_an_answered_chat(page, api)
    await page.get_by_label("Your text").fill("One more th")
    await api.dismiss(131)
    kept = page.get_by_label("What you wrote, not sent")
    await expect(kept).to_have_value("One more th")
    await expect(page.locator(".still")).to_contain_text("resume the chat to send it")
    await page.reload()
    await page.locator(".dismissed .card").click()
    await expect(kept).to_have_value("One more th")
    await page.locator(".head").get_by_role("button", name="Resume").click()
    await expect(page.get_by_label("Your text")).to_have_value("One more th")
    await expect(page.get_by_label("Your text")).to_be_editable()


async def test_a_dismissed_chat_that_comes_back_to_others_leaves_the_list(
    page: Page, api: FakeApi
) -> None:
    await in_an_answered_chat(page, api)
    await api.dismiss(131)
    await expect(page.locator(".dismissed .card")).to_have_count(1)
    api.chats[131]["status"] = "queued"
    await api.offer(132)
    await expect(page.locator(".dismissed")).to_be_hidden()
    await expect(page.locator(".head .status")).to_have_text("■ No longer yours")
