"""What an agent does in most tests."""

from playwright.async_api import Page, TimeoutError, expect

from tests.console.fake_api import FakeApi


async def log_in(page: Page, email: str = "ana@acme.example", password: str = "right") -> None:
    await page.get_by_label("Company").fill("acme")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def come_in(page: Page) -> Page:
    """Ana logs in; returns when the console is there."""
    await log_in(page)
    await expect(page.get_by_label("Your status")).to_be_visible()
    return page


async def in_a_chat(page: Page, api: FakeApi, chat_id: int = 131) -> None:
    """The agent has accepted an offer."""
    await api.offer(chat_id)
    await page.get_by_role("button", name="Accept").first.click()
    await expect(page.get_by_role("heading", name="+1 415 555 0131")).to_be_visible()
    await expect(page.locator(".bubble.theirs")).to_have_count(1)


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Your text").fill(text)
    await page.get_by_label("Your text").press("Enter")


async def choose_status(page: Page, status: str) -> None:
    entry = page.get_by_role("menuitemradio", name=status)
    for _ in range(5):
        # A toggle: on a slow machine the menu may just have opened, and a click would close it.
        if not await entry.is_visible():
            await page.get_by_label("Your status").click()
        try:
            return await entry.click(timeout=10_000)
        except TimeoutError:
            # A chat that came to the front took the focus, and with it the menu away.
            continue
    raise AssertionError(f"the menu did not stay open for {status}")


async def log_out(page: Page) -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("menuitem", name="Log out").click()
