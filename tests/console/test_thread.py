"""The thread: days, authors, reasons, what came before, and what comes below."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat, log_in, write

FROM_TOP = "(log) => log.scrollTop"
FROM_END = "(log) => log.scrollHeight - log.scrollTop - log.clientHeight"


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def log_of(page: Page) -> Locator:
    return page.locator(".talk .log")


# As when the answer of another call comes in the same moment.
DRAWN_AGAIN_WHEN_IT_GROWS = """async (log) => {
    const { changed } = await import("/console/static/store.js");
    new MutationObserver(() => changed()).observe(log, { childList: true, subtree: true });
}"""


async def still_on_the_way(*_event: object, **_data: object) -> None:
    """Instead of `emit`: the answers of calls are quicker than the events of what they did."""


async def with_a_long_chat(api: FakeApi, open_page: Open, texts: int) -> Page:
    api.open_chat(131)
    for number in range(1, texts + 1):
        api.write(131, f"Text {number}")
    page = await open_page(api.url)
    await log_in(page)
    await expect(page.locator(".talk .bubble").last).to_contain_text(f"Text {texts}")
    return page


async def test_days_have_lines_and_texts_have_authors(api: FakeApi, open_page: Open) -> None:
    api.open_chat(131)
    api.write(131, "Hello", created_at=days_ago(400))
    api.write(131, "Welcome", "system", created_at=days_ago(1))
    api.write(131, "Hi, Ben here", "agent", agent=(8, "Ben Okafor"), created_at=days_ago(1))
    api.write(131, "And Ana", "agent")
    page = await open_page(api.url)
    await log_in(page)
    authors = page.locator(".talk .author")
    await expect(authors).to_have_text(["Consumer", "Automatic", "Ben Okafor", "You"])
    days = page.locator(".talk .mark.day")
    await expect(days).to_have_count(3)
    await expect(days.first).to_contain_text(days_ago(400)[:4])
    assert (await days.all_text_contents())[1:] == ["Yesterday", "Today"]
    await expect(page.locator(".talk .begin")).to_have_text("The beginning of the chat")


@pytest.mark.parametrize(
    ("status", "shown", "why"),
    [
        ("queued", "◷ queued", ""),
        ("sending", "◷ sending…", ""),
        ("sent", "✓ sent", ""),
        ("delivered", "✓✓ delivered", ""),
        ("undelivered", "✕ not delivered", "The carrier could not deliver it."),
        ("failed", "✕ failed", "The carrier refused it."),
        (
            "unknown",
            "? nobody knows whether it arrived",
            "Ask the consumer before you send it again.",
        ),
        ("blocked", "⊘ blocked", "The consumer has opted out, so it was not sent."),
    ],
)
async def test_every_step_of_a_text_has_a_word_a_shape_and_its_reason(
    page: Page, api: FakeApi, status: str, shown: str, why: str
) -> None:
    await in_a_chat(page, api)
    message = await api.say(131, "On its way", "agent")
    await api.move(message, status)
    bubble = page.locator(".talk .bubble.ours")
    await expect(bubble.locator(".facts")).to_have_text(shown)
    if why:
        await expect(bubble.locator(".why")).to_contain_text(why)
        await page.keyboard.press("Alt+B")
        await expect(page.get_by_label("Your text")).to_have_value("On its way")
    else:
        await expect(bubble.locator(".why")).to_be_hidden()


async def test_a_text_that_did_not_arrive_is_announced(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    message = await api.say(131, "On its way", "agent")
    await expect(page.locator(".talk .bubble.ours")).to_have_count(1)
    await api.move(message, "undelivered", "30003")
    await expect(page.locator("#announce")).to_contain_text(
        "did not arrive. The phone could not be"
    )


async def test_a_new_text_of_the_open_chat_is_announced_with_its_words(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await api.say(131, "Are you there?")
    await expect(page.locator("#announce")).to_have_text("Consumer: Are you there?")
    await expect(log_of(page)).to_have_attribute("aria-live", "off")


async def test_the_carriers_own_words_stand_in_the_thread_as_text(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    reason = {"what": "Refused.", "advice": "Wait.", "carrier_says": "<b>No</b>"}
    await api.say(131, "Hello?", "agent", status="failed", error="30007", reason=reason)
    await expect(page.locator(".talk .why q")).to_have_text("<b>No</b>")


async def test_media_are_named(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    media = [
        {"id": 1, "url": "https://c.example/1", "content_type": "image/jpeg", "size": 120_000},
        {"id": 2, "url": "https://c.example/2", "content_type": "video/mp4", "size": None},
        {"id": 3, "url": "javascript:alert(1)", "content_type": "x/y", "size": 1},
    ]
    await api.say(131, "", media=media)
    names = page.locator(".talk .bubble .media a")
    await expect(names).to_have_text(["Picture (JPEG), 118 kB", "Video (mp4)", "x/y, 1 kB"])
    await expect(names.last).not_to_have_attribute("href", "javascript:alert(1)")


async def test_right_to_left_texts_read_from_the_right(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await api.say(131, "مرحبا ABC")
    words = page.locator(".talk .bubble .words").last
    await expect(words).to_have_text("مرحبا ABC")
    assert await words.evaluate("(e) => getComputedStyle(e).direction") == "rtl"


async def test_a_long_chat_loads_its_end_and_then_what_came_before_without_jumping(
    api: FakeApi, open_page: Open
) -> None:
    page = await with_a_long_chat(api, open_page, 120)
    bubbles = page.locator(".talk .bubble")
    await expect(bubbles).to_have_count(50)
    assert (131, 0, 2**31, 50) in api.fetched
    assert await log_of(page).evaluate(FROM_END) < 2
    await page.keyboard.press("Alt+E")
    await expect(bubbles).to_have_count(100)
    assert await log_of(page).evaluate(FROM_END) < 2
    await log_of(page).evaluate("(log) => { log.scrollTop = 30; }")
    await expect(bubbles).to_have_count(120)
    first = bubbles.get_by_text("Text 21", exact=True)
    await expect(first).to_be_in_viewport()
    await expect(page.locator(".talk .begin")).to_be_visible()
    await expect(page.get_by_role("button", name="Earlier texts")).to_be_hidden()


async def test_a_page_drawn_twice_while_earlier_texts_come_stays_where_it_is_read(
    api: FakeApi, open_page: Open
) -> None:
    page = await with_a_long_chat(api, open_page, 70)
    await log_of(page).evaluate(DRAWN_AGAIN_WHEN_IT_GROWS)
    await log_of(page).evaluate("(log) => { log.scrollTop = 30; }")
    bubbles = page.locator(".talk .bubble")
    await expect(bubbles).to_have_count(70)
    await expect(bubbles.get_by_text("Text 21", exact=True)).to_be_in_viewport()


async def test_a_text_below_is_marked_and_does_not_move_what_is_read(
    api: FakeApi, open_page: Open
) -> None:
    page = await with_a_long_chat(api, open_page, 40)
    api.open_chat(132)
    await api.say(132, "Another consumer")
    await log_of(page).evaluate("(log) => { log.scrollTop = 200; }")
    await api.say(131, "Below")
    newest = page.locator(".talk .newest")
    await expect(newest).to_contain_text("1 new text below")
    await api.say(131, "Below, too")
    await expect(newest).to_contain_text("2 new texts below")
    assert await log_of(page).evaluate(FROM_TOP) == 200
    await page.keyboard.press("Alt+J")
    await expect(page.locator(".talk .bubble")).to_have_count(1)
    await page.keyboard.press("Alt+K")
    await expect(newest).to_contain_text("2 new texts below")
    assert await log_of(page).evaluate(FROM_TOP) == 200
    await page.keyboard.press("Alt+N")
    await expect(newest).to_be_hidden()
    assert await log_of(page).evaluate(FROM_END) < 2


async def test_what_came_while_the_agent_was_elsewhere_is_marked(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.open_chat(132)
    await api.say(132, "Another consumer")
    await page.locator("[data-chat='132']").click()
    await api.say(131, "While you were away")
    await expect(page.locator("[data-chat='131'] .badge")).to_have_text("1 new")
    await page.locator("[data-chat='131']").click()
    await expect(page.locator(".talk .mark.fresh + .bubble")).to_contain_text("While you were away")
    await api.say(131, "An answer", "agent")
    await expect(page.locator(".talk .mark.fresh")).to_have_count(0)


async def test_the_end_of_a_chat_stands_in_its_thread(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await api.close(131, "disconnected_by_timeout")
    await expect(page.locator(".talk .mark.end")).to_contain_text("■ Ended: nobody wrote any more")
    await expect(page.locator("#announce")).to_contain_text("Ended: nobody wrote any more")


async def test_a_thread_that_cannot_be_loaded_says_so_and_comes_when_it_can(
    api: FakeApi, open_page: Open
) -> None:
    api.open_chat(131)
    api.write(131, "Hello")
    api.refuse["GET 131/messages"] = (503, "The service is restarting.")
    page = await open_page(api.url)
    await log_in(page)
    await expect(page.locator(".talk .empty")).to_have_text(
        "The service is restarting. Trying again…"
    )
    api.refuse.clear()
    await expect(page.locator(".talk .bubble")).to_contain_text("Hello")


async def test_a_text_that_came_just_before_my_own_is_not_passed_over(
    api: FakeApi, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await with_a_long_chat(api, open_page, 2)
    with monkeypatch.context() as events:
        events.setattr(api, "emit", still_on_the_way)
        await api.say(131, "Before yours")
        await write(page, "Mine")
        await expect(page.locator(".talk .bubble.ours:not(.pending)")).to_contain_text("Mine")
    await api.say(131, "And another")
    texts = page.locator(".talk .bubble.theirs p[dir]")
    await expect(texts.last).to_have_text("And another")
    assert await texts.all_text_contents() == ["Text 1", "Text 2", "Before yours", "And another"]


async def test_a_reply_before_the_texts_were_asked_for_stands_for_none_of_them(
    api: FakeApi, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await open_page(api.url)
    await log_in(page)
    await api.offer(131)
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    api.refuse["GET /chats"] = (503, "The service is restarting.")
    with monkeypatch.context() as events:
        events.setattr(api, "emit", still_on_the_way)
        await page.get_by_role("button", name="Accept").click()
        await write(page, "Mine")
        await expect(page.locator(".talk .bubble.ours:not(.pending)")).to_contain_text("Mine")
    del api.refuse["GET /chats"]
    await api.say(131, "And you?")
    texts = page.locator(".talk .bubble.theirs p[dir]")
    await expect(texts.last).to_have_text("And you?")
    assert await texts.all_text_contents() == ["Hello, where is my order?", "And you?"]
