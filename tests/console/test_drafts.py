"""Nothing an agent typed is ever lost: reloads, other tabs, sessions and chats that end."""

from playwright.async_api import Page, expect

from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat, log_in, write

FAILS = "() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }"


async def test_a_half_written_text_survives_a_reload_in_its_own_chat(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.open_chat(132)
    api.write(132, "Another one")
    await page.get_by_label("Your text").fill("half-writ")
    await page.reload()
    await expect(page.get_by_label("Your text")).to_have_value("half-writ")
    await page.keyboard.press("Alt+J")
    await expect(page.get_by_role("heading", name="+1 415 555 0132")).to_be_visible()
    await expect(page.get_by_label("Your text")).to_have_value("")
    await page.keyboard.press("Alt+K")
    await expect(page.get_by_label("Your text")).to_have_value("half-writ")


async def test_a_half_written_text_follows_the_agent_to_another_tab(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    other = await page.context.new_page()
    await other.goto(api.url + "/console#chat-131")
    await expect(other.locator(".talk .bubble")).to_have_count(1)
    await page.get_by_label("Your text").fill("begun here")
    await expect(other.get_by_label("Your text")).to_have_value("begun here")
    await other.get_by_label("Your text").press("Enter")
    await expect(page.get_by_label("Your text")).to_have_value("")
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("begun here")
    assert [sent["text"] for sent in api.posted] == ["begun here"]


async def test_a_half_written_text_survives_a_session_that_expired(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.sessions.clear()
    await write(page, "sent without a session")
    await expect(page.get_by_label("Password")).to_be_visible()
    await log_in(page)
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("queued")
    assert [sent["text"] for sent in api.posted] == ["sent without a session"]
    await page.get_by_label("Your text").fill("half-writ")
    api.sessions.clear()
    await page.reload()
    await log_in(page)
    await expect(page.get_by_label("Your text")).to_have_value("half-writ")


async def test_what_was_written_when_the_chat_ends_is_kept_until_it_is_thrown_away(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("half-writ")
    await api.close(131, "disconnected_by_end_user")
    kept = page.get_by_label("What you wrote, not sent")
    await expect(kept).to_have_value("half-writ")
    await expect(page.locator(".composer")).to_contain_text("Ended by the consumer. What you wrote")
    await page.reload()
    await page.locator(".ended [data-chat='131']").click()
    await expect(kept).to_have_value("half-writ")
    await page.keyboard.press("Alt+C")
    question = page.get_by_role("group", name="Question")
    await expect(question).to_contain_text("was not sent")
    await page.keyboard.press("Escape")
    await expect(kept).to_have_value("half-writ")
    await page.keyboard.press("Alt+C")
    await question.get_by_role("button", name="Throw away and close").click()
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    assert await page.evaluate("Object.keys(localStorage).filter((k) => /draft/.test(k))") == []


async def test_a_kept_text_can_be_copied(page: Page, api: FakeApi) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("half-writ")
    await api.close(131, "disconnected_by_end_user")
    # Told after the text is kept; it would come over what is told of the copy.
    await expect(page.locator("#announce")).to_contain_text("Ended by the consumer")
    await page.get_by_role("button", name="Copy the text").click()
    await expect(page.locator("#announce")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == "half-writ"


async def test_a_chat_that_is_taken_away_keeps_what_was_written(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("half-writ")
    api.chats[131]["agent_info"] = {"id": 8, "name": "Ben", "email": ""}
    api.taken.add(131)
    await api.emit("chat.left", 131, agent_ids=[7])
    await expect(page.locator(".head")).to_contain_text("■ No longer yours")
    await expect(page.get_by_label("What you wrote, not sent")).to_have_value("half-writ")


async def test_a_text_that_the_end_of_the_chat_overtook_is_taken_back(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.refuse["131/messages"] = (409, "Chat has ended.")
    await write(page, "too late")
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("not sent: Chat has ended.")
    await api.close(131, "disconnected_by_end_user")
    await expect(page.locator(".head")).to_contain_text("Ended by the consumer")
    await page.keyboard.press("Alt+B")
    await expect(page.get_by_label("What you wrote, not sent")).to_have_value("too late")
    await expect(page.locator(".talk .bubble.pending")).to_have_count(0)


async def test_a_text_that_waits_for_the_connection_can_be_taken_back_and_is_not_sent(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await api.cut()
    await expect(page.locator(".composer")).to_contain_text(
        "No connection: what you send now waits"
    )
    await write(page, "on second thought")
    await expect(page.locator(".talk .bubble.pending")).to_contain_text("tried again by itself")
    await page.get_by_role("button", name="Take back").click()
    await expect(page.get_by_label("Your text")).to_have_value("on second thought")
    api.down = False
    await page.keyboard.press("Alt+Y")
    await expect(page.locator("#banner")).to_be_empty()
    assert api.posted == []
    await page.get_by_label("Your text").press("Enter")
    await expect(page.locator(".talk .bubble.ours")).to_contain_text("queued")
    assert len(api.posted) == 1


async def test_a_text_that_another_tab_took_back_is_not_sent_by_this_one(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await api.cut()
    await write(page, "on second thought")
    await expect(page.locator(".talk .bubble.pending")).to_contain_text("not sent yet")
    await page.evaluate(
        "Object.keys(localStorage).filter((k) => /unconfirmed/.test(k))"
        ".forEach((k) => localStorage.removeItem(k))"
    )
    api.down = False
    await page.keyboard.press("Alt+Y")
    await expect(page.locator(".talk .bubble.pending")).to_have_count(0)
    assert api.posted == []


async def test_a_full_storage_keeps_the_text_for_as_long_as_the_page_lives(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.open_chat(132)
    await api.say(132, "Another one")
    await expect(page.locator("[data-chat='132']")).to_be_visible()
    await page.get_by_label("Your text").fill("kept before")
    await page.evaluate(FAILS)
    await page.get_by_label("Your text").fill("kept after")
    await page.keyboard.press("Alt+J")
    await expect(page.get_by_label("Your text")).to_have_value("")
    await page.keyboard.press("Alt+K")
    await expect(page.get_by_label("Your text")).to_have_value("kept after")


async def test_a_chat_that_ends_while_the_server_fails_stays_with_what_is_half_written(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("Half a th")
    api.refuse["GET chats/131"] = (503, "The store is down.")
    await api.close(131, "disconnected_by_end_user")
    await expect(page.locator(".chats .card")).to_have_count(0)
    await expect(page.get_by_label("What you wrote, not sent")).to_have_value("Half a th")
    await expect(page.locator(".head .status")).to_have_text("■ No longer yours")
    api.refuse.clear()
    await expect(page.locator(".head .status")).to_have_text("■ Ended by the consumer")
    await expect(page.locator("#announce")).to_contain_text("Ended by the consumer")


async def test_a_chat_that_was_closed_while_the_server_fails_does_not_come_back(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.refuse["GET chats/131"] = (503, "The store is down.")
    await api.close(131, "disconnected_by_end_user")
    await expect(page.locator(".head .status")).to_have_text("■ No longer yours")
    await page.keyboard.press("Alt+C")
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    async with page.expect_response(lambda answer: answer.url.endswith("chats/131") and answer.ok):
        api.refuse.clear()
    api.open_chat(132)
    await api.say(132, "Hello?")
    await expect(page.locator("#lists")).to_contain_text("0132")
    await expect(page.locator("#lists")).not_to_contain_text("0131")
