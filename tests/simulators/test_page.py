"""The phones' page in a real Chromium."""

import base64
import shutil
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, Page, Request, ViewportSize, async_playwright, expect

from tests.console.looks import judge
from tests.simulators.world import Engine, Program, eventually

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, carrier: Program) -> AsyncIterator[Page]:
    """The page; it fails the test if it complains or asks another host."""
    complaints: list[str] = []

    def judge(request: Request) -> None:
        if not request.url.startswith((carrier.url, "data:", "blob:")):
            complaints.append(request.url)

    page = await browser.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", judge)
    await page.goto(carrier.url)
    await expect(page.locator("article")).not_to_have_count(0)
    yield page
    await page.close()
    assert complaints == []


async def test_a_chat_is_played_with_ticks_and_html_stays_text(
    page: Page, carrier: Program, engine: Engine, number: Callable[[], str]
) -> None:
    phone = number()
    card = page.locator("article").first
    await card.get_by_label("This phone", exact=True).fill(phone)
    await card.get_by_label("Text message").fill("<b>hi</b>")
    await card.get_by_label("Text message").press("Enter")
    await expect(card.locator("li.own p")).to_have_text("<b>hi</b>")
    await expect(card.locator("li.own small")).to_contain_text("✓✓ delivered")
    await carrier.carrier().send(carrier.outbound(phone, "<script>alert(1)</script>"))
    await expect(card.locator("li.theirs p")).to_have_text("<script>alert(1)</script>")
    await card.get_by_role("button", name="STOP").click()
    await eventually(lambda: engine.texts(phone) == ["<b>hi</b>", "STOP"])


async def test_a_picture_is_sent_and_shown(
    page: Page, engine: Engine, number: Callable[[], str]
) -> None:
    phone = number()
    card = page.locator("article").first
    await card.get_by_label("This phone", exact=True).fill(phone)
    await card.get_by_label("Pictures and videos").set_input_files(
        {"name": "dot.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    await card.get_by_role("button", name="Send").click()
    picture = card.locator("li.own img")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    await eventually(lambda: engine.texts(phone) == [""])


async def test_a_fault_is_set_on_the_page(page: Page, carrier: Program) -> None:
    await page.get_by_role("button", name="Faults").click()
    await page.get_by_label("Outage").check()
    await expect(page.get_by_role("button", name="Faults are on")).to_be_visible()
    answer = await carrier.http.get(carrier.url + "/simulator/api/v1/faults")
    assert answer.json()["outage"] is True
    await page.get_by_role("button", name="No faults").click()
    await expect(page.get_by_label("Outage")).not_to_be_checked()


async def look(page: Page, state: str) -> None:
    await judge(page, state)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("light", 360), ("dark", 360)])
async def test_the_page_is_accessible_and_fits_in_every_state(
    page: Page, carrier: Program, scheme: str, width: int
) -> None:
    await carrier.text("+14155550199", "a text of some length " * 5)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(ViewportSize(width=width, height=740))
    await expect(page.locator("li.own").first).to_be_visible()
    await look(page, "phones")
    await page.get_by_role("button", name="Faults").click()
    await page.get_by_label("Outage").check()
    await expect(page.get_by_role("button", name="Faults are on")).to_be_visible()
    await look(page, "faults")
    await page.get_by_role("button", name="No faults").click()
    closers = page.get_by_role("button", name="Put this phone away")
    while await closers.count():
        await closers.first.click()
    await look(page, "no phones")


async def test_the_page_allows_own_scripts_only(carrier: Program) -> None:
    answer = await carrier.http.get(carrier.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
