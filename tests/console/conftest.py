from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
    expect,
)

from tests.console.browsers import launch
from tests.console.fake_api import FakeApi
from tests.console.fake_server import FakeServer
from tests.console.product import Product
from tests.console.steps import choose_status, come_in, log_in

# What a browser writes by itself when a call is refused or unanswered.
_REFUSALS = "Failed to load resource:"

# A loaded machine may take its time; a rule that is broken is never kept by waiting.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

Open = Callable[[str], Awaitable[Page]]
At = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


def watch(context: BrowserContext, url: str) -> list[str]:
    """What the pages of a browser will complain of (a broken policy is a complaint), and every
    request to another host. Tabs that are opened later are listened to as well."""
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if not said.text.startswith(_REFUSALS):
            complaints.append(said.text)

    def judge(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:")):
            complaints.append(request.url)

    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", judge)
    return complaints


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Opens pages, each a browser of its own to the server; the test fails if one complains."""
    complaints: list[list[str]] = []
    contexts = []

    async def open_page(url: str) -> Page:
        context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        complaints.append(watch(context, url))
        page = await context.new_page()
        await page.goto(url + "/console")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert [words for each in complaints for words in each] == []


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
    return await come_in(await open_page(api.url))


@pytest.fixture(scope="session")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    product = Product(tmp_path_factory.mktemp("console") / "data")
    product.start()
    await product.is_ready()
    yield product
    await product.stop()


@pytest.fixture
async def at_work(product: Product, open_page: Open) -> AsyncIterator[At]:
    """Agents by name, logged in and Available; Offline again after the test."""
    pages = []

    async def at_work(name: str) -> Page:
        email = f"{name}@acme.example"
        page = await open_page(product.url)
        await log_in(page, email, product.password(email))
        pages.append(page)
        await expect(page.get_by_text("No chat is open.")).to_be_visible()
        await page.keyboard.press("Alt+G")
        await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
        return page

    yield at_work
    for page in pages:
        await expect(page.get_by_text("No chat is open.")).to_be_visible()
        await choose_status(page, "Offline")
        await expect(page.get_by_text("no chats are offered to you")).to_be_visible()
