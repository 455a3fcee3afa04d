"""Every section of the administration is accessible, and fits its screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, ViewportSize, expect

from tests.console.admin.company import rename

SECTIONS = (
    "queues numbers users teams texts shortcuts hours commands settings consent credentials "
    "sessions versions audit"
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
async def test_every_section_is_accessible_and_fits(page: Page, scheme: str, width: int) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(ViewportSize(width=width, height=800))

    async def look(state: str) -> None:
        results = await Axe().run(page)
        assert results.violations_count == 0, f"{state}: {results.generate_report()}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, state

    await rename(page, "Orders", "Sales")
    for name in SECTIONS.split():
        await page.goto(page.url.split("#")[0] + f"#{name}")
        await expect(page.locator(f"nav [href='#{name}'][aria-current]")).to_be_visible()
        await expect(page.get_by_role("heading", level=2).first).to_be_visible()
        await look(name)
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("button", name="Apply 1 change")).to_be_visible()
    await look("plan")
