"""Every state of the console, in both colour schemes, small and wide."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import ViewportSize, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat, log_in, write


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
async def test_every_state_is_accessible_and_fits(
    api: FakeApi, open_page: Open, scheme: str, width: int
) -> None:
    page = await open_page(api.url)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(ViewportSize(width=width, height=740))

    async def look(state: str) -> None:
        results = await Axe().run(page)
        assert results.violations_count == 0, f"{state}: {results.generate_report()}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, state

    await expect(page.get_by_label("Password")).to_be_visible()
    await look("login")
    await log_in(page)
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await look("empty")
    api.open_chat(132)
    api.write(132, "مرحبا")
    await in_a_chat(page, api)
    await api.offer(133)
    await expect(page).to_have_title(re.compile(r"\(2\)"))
    await page.keyboard.press("Alt+L")
    await look("lists")
    await page.keyboard.press("Alt+W")
    api.refuse["131/messages"] = (409, "Consumer has opted out.")
    await write(page, "refused \u2019")
    await expect(page.locator(".bubble.bad")).to_be_visible()
    await api.say(131, "Automatic", "system")
    await page.get_by_label("Your text").fill("x" * 930)
    await look("chat")
    await page.keyboard.press("Alt+Q")
    await look("question")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+H")
    await look("help")
    await page.keyboard.press("Escape")
    await api.close(131, "disconnected_by_end_user")
    await expect(page.locator(".head")).to_contain_text("Ended by the consumer")
    await look("ended")
    await api.cut()
    await expect(page.locator("#banner")).to_contain_text("No connection.")
    await look("lost")
