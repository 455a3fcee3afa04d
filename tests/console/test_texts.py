"""What an agent sends: shown at once, on its way, refused, and sent once."""

import asyncio
from uuid import UUID

from playwright.async_api import Page, Route, expect

from tests.console.fake_api import FakeApi
from tests.console.product import until
from tests.console.steps import in_a_chat, write

UNCONFIRMED = """
    Object.keys(localStorage)
        .filter((key) => key.includes("unconfirmed"))
        .map((key) => JSON.parse(localStorage[key]).client_id)
"""


async def test_html_in_a_text_stays_text(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    html = "<img src=x onerror=alert(1)><b>hi</b>"
    await api.say(131, html)
    await expect(page.locator(".bubble.theirs p[dir]").last).to_have_text(html)
    assert await page.locator(".bubble :is(img, b)").count() == 0


async def test_a_reply_is_shown_at_once_and_ticked_on_its_way(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await write(page, "On its way")
    bubble = page.locator(".bubble.ours")
    await expect(bubble).to_contain_text("queued")
    for status, shown in (("sent", "✓ sent"), ("delivered", "✓✓ delivered")):
        await api.move(api.threads[131][-1], status)
        await expect(bubble).to_contain_text(shown)
    await api.move(api.threads[131][-1], "undelivered", "30007")
    await expect(bubble).to_contain_text("✕ not delivered")
    await expect(bubble).to_contain_text("The carrier took it for spam and filtered it.")
    await expect(bubble).to_contain_text("Write it in other words")


async def test_a_refused_text_stays_with_its_reason_and_is_retried_with_the_same_id(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    api.refuse["131/messages"] = (409, "Consumer has opted out.")
    await write(page, "Hello?")
    bubble = page.locator(".bubble.ours")
    await expect(bubble).to_contain_text("✕ not sent: Consumer has opted out.")
    kept = await page.evaluate(UNCONFIRMED)
    api.refuse.clear()
    await page.keyboard.press("Alt+Y")
    await expect(bubble).to_contain_text("queued")
    assert [sent["client_id"] for sent in api.posted] == kept

    async def confirmed() -> bool:
        return bool(await page.evaluate(UNCONFIRMED) == [])

    await until(confirmed)


async def test_a_text_whose_answer_was_lost_is_sent_once(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    api.lose_answers = 1
    async with page.expect_response(lambda answer: answer.status == 503):
        await write(page, "Only once")
    await expect(page.locator(".bubble.ours")).to_have_count(1)
    await expect(page.locator(".bubble.ours.pending")).to_have_count(0)
    assert [message["text"] for message in api.threads[131]].count("Only once") == 1


async def test_an_end_right_after_a_text_does_not_overtake_it(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    calls: list[str] = []
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        arrived.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/chats/131/messages", slowly)
    page.on("requestfinished", lambda request: calls.append(request.url.rsplit("/", 1)[-1]))
    await write(page, "Just a moment")
    await arrived.wait()
    await page.keyboard.press("Alt+Q")
    async with page.expect_request_finished(lambda request: request.url.endswith("/131/end")):
        await page.locator(".question").get_by_role("button", name="End chat").click()
        await expect(page.get_by_role("button", name="End chat").first).to_be_disabled()
        go_on.set()
    assert [call for call in calls if call in ("messages", "end")] == ["messages", "end"]


async def test_a_text_under_way_survives_a_reload(page: Page, api: FakeApi) -> None:
    await in_a_chat(page, api)
    await api.cut()
    await write(page, "Sent into the void")
    await expect(page.locator(".bubble.ours")).to_contain_text("not sent yet")
    api.down = False
    await page.reload()
    await expect(page.locator(".bubble.ours")).to_contain_text("queued")
    assert [sent["text"] for sent in api.posted] == ["Sent into the void"]


async def test_a_page_over_plain_http_sends_too(page: Page, api: FakeApi) -> None:
    # Browsers keep randomUUID from pages of another host without TLS.
    await page.add_init_script("delete Crypto.prototype.randomUUID")
    await page.reload()
    await in_a_chat(page, api)
    await write(page, "One")
    await expect(page.locator(".bubble.ours")).to_contain_text("queued")
    sent = UUID(api.posted[0]["client_id"])
    assert sent.version == 4
    assert str(sent) == api.posted[0]["client_id"]
