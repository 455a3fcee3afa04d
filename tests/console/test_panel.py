"""The consumer beside the chat: consent, the chat's facts, and earlier chats to read."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, Route, expect

from tests.console.fake_api import FakeApi, Json
from tests.console.steps import in_a_chat


def moment(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def earlier_chat(api: FakeApi, chat_id: int, agent: str | None, **more: object) -> None:
    """A chat that somebody had before."""
    api.open_chat(chat_id)
    api.agent["concurrency"]["current"] -= 1
    info = agent and {"id": 9, "name": agent, "email": "caro@acme.example"}
    when = moment(days=200 - chat_id)
    api.chats[chat_id].update(
        status="finished", created_at=when, ends_at=when, agent_info=info, message_count=2, **more
    )
    api.write(chat_id, f"Question {chat_id}")
    api.write(chat_id, "Answer", "agent", agent=(9, agent or ""), status="delivered")
    api.earlier.insert(0, api.chats[chat_id])


def entry(status: str, evidence: str, **more: object) -> Json:
    consumer = {"source": "consumer", "actor_type": "end_user", "actor_name": None}
    return {"status": status, "evidence": evidence, "at": moment(days=3), **consumer, **more}


async def test_the_panel_tells_who_it_is_and_how_the_chat_stands(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.chats[131].update(
        menu_path={"name": "Acme / Orders", "materialized_path": "1/2"},
        deadline_at=moment(hours=-3),
    )
    await page.reload()
    panel = page.get_by_role("complementary", name="Consumer")
    for fact in ("+1 415 555 0131", "Acme / Orders", "English", "+1 415 555 0100", "● Connected"):
        await expect(panel).to_contain_text(fact)
    ends = re.compile(r"in 2 h 5\d, unless the consumer writes")
    await expect(panel.locator("dl .ends")).to_contain_text(ends)
    await expect(panel.get_by_role("link", name="Open in Temporal UI")).to_have_attribute(
        "href", "http://127.0.0.1:8233/namespaces/default/workflows/chat-131"
    )


async def test_the_end_by_itself_moves_with_what_the_consumer_writes(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.chats[131]["deadline_at"] = moment(hours=-3)
    await api.say(131, "Still there?")
    await expect(page.locator(".panel dl .ends")).to_contain_text(re.compile(r"in 2 h 5\d"))


async def test_an_end_on_another_day_is_told_with_that_day(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.chats[131]["deadline_at"] = moment(days=-1)
    await page.reload()
    ends = page.locator(".panel dl .ends")
    await expect(ends).to_contain_text(re.compile(r"tomorrow at \d\d:\d\d, in 23 h 5\d"))


async def test_consent_is_told_with_its_history(page: Page, api: FakeApi) -> None:
    api.consent = [
        entry("opted_in", "START"),
        entry("opted_out", "chat 7", source="agent", actor_name="Ben Okafor"),
    ]
    await in_a_chat(page, api)
    panel = page.locator(".panel")
    await expect(panel.locator(".state")).to_have_text("✓ Opted in: may be texted")
    await panel.get_by_text("History (2)").click()
    entries = panel.locator(".history li")
    await expect(entries.first).to_contain_text("✓ Opted in, by text")
    await expect(entries.first).to_contain_text("“START”")
    await expect(entries.last).to_contain_text("⊘ Opted out, Ben Okafor")


async def test_consent_that_changes_is_told_at_once(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    state = page.locator(".panel .state")
    await expect(state).to_have_text("○ No opt-out known: may be texted")
    api.consent = [entry("opted_in", "START")]
    await api.emit("consent.changed", consumer_id=31, status="opted_in", agent_ids=[7])
    await expect(state).to_have_text("✓ Opted in: may be texted")


async def test_an_opt_out_is_asked_made_and_shown(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await page.keyboard.press("Alt+O")
    await expect(page.get_by_role("group", name="Question")).to_contain_text("the chat ends")
    api.consent = [entry("opted_out", "chat 131", source="agent", actor_name="Ana")]
    await page.keyboard.press("Enter")
    await expect(page.locator(".panel .state")).to_have_text("⊘ Opted out: nothing may be sent")
    await expect(page.locator(".panel").get_by_role("button", name="Opt out")).to_be_hidden()


async def test_earlier_chats_are_listed_and_read_beside_the_open_one(
    page: Page, api: FakeApi
) -> None:
    earlier_chat(api, 111, None, disconnected_by="disconnected_by_end_user")
    earlier_chat(api, 112, "Caro Diaz", disconnected_by="disconnected_by_agent")
    await in_a_chat(page, api)
    panel = page.locator(".panel")
    rows = panel.get_by_role("list", name="Earlier chats").get_by_role("button")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("Orders · Caro Diaz · Ended by an agent · 2 texts")
    await expect(rows.last).to_contain_text("no agent · Ended by the consumer")
    await rows.first.click()
    await expect(panel.locator(".bubble")).to_have_count(2)
    await expect(panel.locator(".bubble").first).to_contain_text("Question 112")
    await expect(panel.locator(".author").last).to_have_text("Caro Diaz")
    await expect(panel.locator(".reader")).to_contain_text("To read only.")
    await expect(panel.get_by_role("button", name="Write it again")).to_have_count(0)
    await page.get_by_label("Your text").fill("As Caro said")
    await panel.get_by_role("button", name="Back to the consumer").click()
    await expect(rows.first).to_be_focused()
    await rows.first.click()
    await expect(panel.locator(".bubble")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(rows.first).to_be_focused()
    await expect(page.get_by_label("Your text")).to_have_value("As Caro said")


async def test_many_earlier_chats_come_in_pages(page: Page, api: FakeApi) -> None:
    for number in range(100, 125):
        earlier_chat(api, number, "Caro Diaz")
    await in_a_chat(page, api)
    panel = page.locator(".panel")
    await expect(panel.locator("#earlier-title")).to_have_text("Earlier chats 25")
    rows = panel.get_by_role("list", name="Earlier chats").get_by_role("button")
    await expect(rows).to_have_count(20)
    await panel.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(25)
    await expect(panel.get_by_role("button", name="Show more")).to_be_hidden()


async def test_what_cannot_be_loaded_says_so_and_can_be_tried_again(
    page: Page, api: FakeApi
) -> None:
    earlier_chat(api, 112, "Caro Diaz")
    api.refuse["GET 131/earlier"] = (400, "No.")
    await in_a_chat(page, api)
    panel = page.locator(".panel")
    await expect(panel.locator(".about .broken")).to_contain_text("No.")
    await expect(panel.locator(".about")).not_to_contain_text("Loading")
    api.refuse.clear()
    await panel.get_by_role("button", name="Try again").click()
    await expect(panel.locator(".about .broken")).to_be_hidden()
    api.refuse["GET 112/messages"] = (404, "Chat is not found.")
    await panel.get_by_role("button", name="Caro Diaz").click()
    await expect(panel.locator(".reader .broken")).to_contain_text("Chat is not found.")
    api.refuse.clear()
    await panel.get_by_role("button", name="Try again").click()
    await expect(panel.locator(".bubble")).to_have_count(2)


async def test_the_panel_can_be_put_away_and_stays_away(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    panel = page.locator(".panel")
    await page.keyboard.press("Alt+I")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Consumer")).to_be_focused()
    await page.reload()
    await expect(page.locator(".talk .bubble")).to_have_count(1)
    await expect(panel).to_be_hidden()
    await page.get_by_role("button", name="Consumer").click()
    await expect(panel).to_be_visible()


async def test_on_a_small_screen_the_panel_lies_over_the_chat_with_a_way_back(
    page: Page, api: FakeApi
) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await in_a_chat(page, api)
    panel, talk = page.locator(".panel"), page.locator(".talk")
    await expect(panel).to_be_hidden()
    await page.get_by_role("button", name="Consumer").click()
    await expect(panel).to_be_visible()
    await expect(talk).to_be_hidden()
    await page.get_by_role("button", name="Back to the chat").click()
    await expect(talk).to_be_visible()
    await expect(page.get_by_role("button", name="Consumer")).to_be_focused()
    await page.keyboard.press("Alt+I")
    await page.keyboard.press("Escape")
    await expect(talk).to_be_visible()
    await page.keyboard.press("Alt+I")
    await panel.get_by_role("button", name="Opt out").click()
    question = page.get_by_role("group", name="Question")
    await expect(question.get_by_role("button", name="Opt out", exact=True)).to_be_focused()


async def test_why_a_chat_that_i_had_waits_is_told_until_somebody_takes_it(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    waits = page.get_by_role("complementary", name="Consumer").locator("dl .waits")
    await expect(waits).to_be_hidden()
    chat = api.chats[131]
    chat.update(status="queued", waiting_because="Offered to 2 agents.")
    await api.emit("chat.left", 131, agent_ids=[7])
    await expect(waits).to_have_text("Waits becauseOffered to 2 agents.")
    chat["waiting_because"] = "All agents are at capacity."
    await api.emit("chat.changed", 131, status="queued", agent_ids=[7], seq=1)
    await expect(waits).to_have_text("Waits becauseAll agents are at capacity.")
    chat["waiting_because"] = None
    await api.emit("chat.changed", 131, status="assigned", agent_ids=[7, 8], seq=1)
    await expect(waits).to_be_hidden()


async def test_an_older_answer_about_a_chat_that_i_had_never_comes_over_a_newer_one(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    chat, waits = api.chats[131], page.locator(".panel dl .waits")
    chat.update(status="queued", waiting_because="No agent is available.")
    await api.emit("chat.left", 131, agent_ids=[7])
    await expect(waits).to_contain_text("No agent is available.")
    calls = 0
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        nonlocal calls
        calls += 1
        found = await route.fetch()
        asked.set()
        await answer.wait()
        await route.fulfill(response=found)

    async def changes(because: str) -> None:
        """The console has heard of it when it asks for the thread."""
        chat["waiting_because"] = because
        async with page.expect_request(lambda request: "131/messages" in request.url):
            await api.emit("chat.changed", 131, status="queued", agent_ids=[7], seq=1)

    await page.route("**/chats/131", slowly)
    await changes("Offered to 2 agents.")
    await asked.wait()
    await changes("All agents are at capacity.")
    # Whatever else was asked for in that turn is known by now.
    await page.evaluate("0")
    assert calls == 1
    answer.set()
    await expect(waits).to_contain_text("All agents are at capacity.")
