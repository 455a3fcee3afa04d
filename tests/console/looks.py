"""Looking at a page as a critic: what axe finds, and what is wider than its place."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

# Parts that are wider than their place, and controls outside the window: to its left, nothing
# could scroll there.
_ASTRAY = """() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page");
    for (const part of document.querySelectorAll(".log, .about, .composer, #lists, dialog")) {
        if (part.scrollWidth > part.clientWidth) found.push(part.className || part.id);
    }
    for (const part of document.querySelectorAll("button, a, dialog, [role=menu]")) {
        const { left, right, width } = part.getBoundingClientRect();
        if (width > 0 && part.checkVisibility() && !part.closest(".unseen")
            && (left < 0 || right > innerWidth + 1)) found.push(part.outerHTML.slice(0, 80));
    }
    return found;
}"""


# What passes is not told, nor found again for the telling: the most of the work.
_OPTIONS = {"resultTypes": ["violations"]}


async def look(page: Page, state: str) -> None:
    """In both colour schemes. `state` names what is looked at, for the error."""
    await page.emulate_media(color_scheme="light")
    await judge(page, state)
    await page.emulate_media(color_scheme="dark")
    await judge(page, f"{state}, dark", {"runOnly": ["color-contrast"]})  # all that differs
    assert await page.evaluate(_ASTRAY) == [], state


async def judge(page: Page, state: str, options: dict[str, list[str]] | None = None) -> None:
    results = await Axe().run(page, options=_OPTIONS | (options or {}))
    assert results.violations_count == 0, f"{state}: {results.generate_report()}"
