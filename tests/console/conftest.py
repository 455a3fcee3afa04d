import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from tests.console.fake_api import FakeApi
from tests.console.fake_server import FakeServer
from tests.console.steps import log_in

# What a browser writes by itself when a call is refused or unanswered.
_REFUSALS = "Failed to load resource:"

# A loaded machine may take its time; a rule that is broken is never kept by waiting.
expect.set_options(timeout=60_000)

Open = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Opens pages, each a browser of its own to the server.

    The test fails if one of them complains (a broken policy is a complaint) or asks another host.
    """
    complaints: list[str] = []
    contexts = []

    async def open_page(url: str) -> Page:
        def judge(request: Request) -> None:
            if not request.url.startswith((url, "data:")):
                complaints.append(request.url)

        context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        contexts.append(context)
        page = await context.new_page()
        page.on(
            "console",
            lambda said: None if said.text.startswith(_REFUSALS) else complaints.append(said.text),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        context.on("request", judge)
        await page.goto(url + "/console")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    api = FakeApi()
    server = FakeServer(api)
    server.start()
    yield api
    await server.stop()


@pytest.fixture
async def page(api: FakeApi, open_page: Open) -> Page:
    """The console with Ana logged in."""
    page = await open_page(api.url)
    await log_in(page)
    await expect(page.get_by_label("Your status")).to_be_visible()
    return page
