"""The open chat in every state: nothing for axe to find, nothing wider than the screen."""

import re

import pytest
from playwright.async_api import ViewportSize, expect

from domain.reasons import explain
from domain.statuses import MessageStatus
from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.looks import look
from tests.console.steps import log_in, write
from tests.console.test_panel import earlier_chat, entry

LONG = "supercalifragilisticexpialidocious" * 8
TROUBLE = ("undelivered", "failed", "unknown", "blocked")


def a_chat_with_everything(api: FakeApi) -> None:
    """Each kind of text, a consumer with a past, and more texts than are loaded at once."""
    earlier_chat(api, 112, "Caro Diaz")
    api.consent = [entry("opted_in", "START"), entry("opted_out", LONG)]
    api.open_chat(131)
    for number in range(60):
        api.write(131, f"Text {number}")
    api.write(131, f"مرحبا 😀 {LONG} https://acme.example/{LONG}")
    api.write(131, "Welcome", "system", status="delivered")
    media = {"id": 1, "url": "https://c.example/1", "content_type": "image/jpeg", "size": 9}
    api.write(131, "", media=[media])
    for status in TROUBLE:
        reason = explain(MessageStatus(status), "30003", "Unreachable")
        assert reason is not None
        api.write(131, LONG, "agent", status=status, error="30003", reason=vars(reason))


@pytest.mark.parametrize("width", [360, 800, 2560])
async def test_an_open_chat_is_accessible_and_fits_in_every_state(
    api: FakeApi, open_page: Open, width: int
) -> None:
    a_chat_with_everything(api)
    page = await open_page(api.url)
    await page.set_viewport_size(ViewportSize(width=width, height=740))
    await log_in(page)
    await expect(page.locator("#me")).to_be_visible()
    await page.keyboard.press("Alt+W")
    await expect(page.locator(".talk .bubble")).to_have_count(50)
    await look(page, "thread")

    text = page.get_by_label("Your text")
    await text.fill("It\u2019s \U0001f600 \u00f3 " + LONG)
    await look(page, "what makes it UCS-2")
    await text.fill("x" * 930)
    await look(page, "too long")
    await text.fill("")
    # Not in the frame in which the writing place shrinks: that moves the log, too.
    await page.evaluate(
        "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )
    await page.locator(".talk .log").evaluate("(log) => { log.scrollTop = 400; }")
    await api.say(131, "Below")
    await expect(page.locator(".talk .newest")).to_be_visible()
    await look(page, "text below")
    await page.keyboard.press("Alt+N")

    if width < 1200:
        await page.keyboard.press("Alt+I")
    await page.locator(".panel summary").click()
    await look(page, "consumer")
    await page.locator(".panel").get_by_role("button", name=re.compile("Caro")).click()
    await expect(page.locator(".panel .bubble")).to_have_count(2)
    await look(page, "earlier chat")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+O")
    await look(page, "opt-out")
    await page.keyboard.press("Escape")

    await api.cut()
    await expect(page.locator(".still")).to_contain_text("No connection")
    await write(page, LONG)
    await expect(page.locator(".talk .bubble.pending")).to_contain_text("not sent yet")
    await text.fill("half-writ")
    await look(page, "no connection")
    api.down = False
    await page.keyboard.press("Alt+Y")
    await expect(page.locator(".talk .bubble.pending")).to_have_count(0)
    await api.close(131, "disconnected_by_end_user")
    await expect(page.get_by_label("What you wrote, not sent")).to_have_value("half-writ")
    await look(page, "ended with a draft")
