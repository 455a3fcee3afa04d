"""Where the pictures of the console are taken: one agent's browser, and what the phones do."""

import asyncio
import itertools
from pathlib import Path

from playwright.async_api import Browser, Route, ViewportSize, expect

from tests.console.product import Product
from tests.console.taken import SCHEMES, SIZES, Taken


class Studio:
    """One agent's browser, and what the phones do meanwhile."""

    def __init__(self, product: Product, browser: Browser, folder: Path) -> None:
        self.product = product
        self.browser = browser
        self.folder = folder
        self.taken: list[Taken] = []

    async def open(self) -> None:
        context = await self.browser.new_context(locale="en-GB", reduced_motion="reduce")
        # The stream in the page itself: the browser goes offline as a whole then.
        await context.add_init_script("delete window.SharedWorker")
        self.page = await context.new_page()
        await self.page.set_viewport_size(ViewportSize(width=1280, height=800))

    async def take(self, state: str, sizes: tuple[str, ...] = tuple(SIZES)) -> None:
        """The state as it stands, at each size in each scheme."""
        for size, scheme in itertools.product(sizes, SCHEMES):
            width, height = SIZES[size]
            await self.page.set_viewport_size(ViewportSize(width=width, height=height))
            await self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await self.page.wait_for_timeout(120)
            path = self.folder / f"{state}-{size}-{scheme}.png"
            await self.page.screenshot(path=path)
            self.taken.append(Taken(state, size, scheme, path))
        await self.page.set_viewport_size(ViewportSize(width=1280, height=800))

    async def hold(self, path: str) -> None:
        """Calls of the agent API that end like this get no answer."""

        async def never(_route: Route) -> None:
            await asyncio.Event().wait()

        await self.page.route(f"**/agent/api/v1/{path}", never)

    async def refuse(self, path: str, status: int = 503) -> None:
        async def answer(route: Route) -> None:
            await route.fulfill(status=status, json={"message": "The service is restarting."})

        await self.page.route(f"**/agent/api/v1/{path}", answer)

    async def answer_again(self) -> None:
        await self.page.unroute_all(behavior="ignoreErrors")

    async def chosen(self, phone: str, number: int) -> None:
        """A consumer who has chosen from the menu."""
        await self.product.text(phone, "Hello")
        menu = "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
        await self.product.receives(phone, menu)
        await self.product.text(phone, str(number))

    async def reply(self, text: str, mark: str = "delivered") -> None:
        field = self.page.get_by_label("Your text")
        await field.fill(text)
        await field.press("Enter")
        await expect(self.page.locator(".talk .bubble.agent").last).to_contain_text(mark)

    async def consumer_says(self, phone: str, text: str) -> None:
        await self.product.text(phone, text)
        await expect(self.page.locator(".talk .bubble.theirs").last).to_contain_text(text[:20])
