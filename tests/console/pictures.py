"""Takes the pictures of the console anew, over the whole running product: `make pictures`.

Every state at three widths, light and dark. With a folder as its argument they all stay there, to
look at; without one docs/images gets those that the documents show, and a sheet for each width.
"""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import ViewportSize, async_playwright, expect

from tests.console.browsers import launch
from tests.console.product import Product
from tests.console.sheets import compose
from tests.console.steps import log_in
from tests.console.studio import Studio

DOCS = Path(__file__).parents[2] / "docs" / "images"

FIRST, SECOND, THIRD, FOURTH = (f"+141555501{number}" for number in (31, 42, 57, 63))


async def before_work(studio: Studio) -> None:
    page, product = studio.page, studio.product
    await studio.hold("me")
    await page.goto(product.url + "/console")
    await studio.take("starting")
    await studio.answer_again()
    await studio.refuse("me")
    await page.reload()
    await expect(page.locator("#starting")).to_contain_text("Trying again")
    await studio.take("starting-trouble")
    await studio.answer_again()
    await expect(page.get_by_label("Company")).to_be_visible()
    await studio.take("login")
    await log_in(page, password="wrong")
    await expect(page.locator("#login-note")).not_to_be_empty()
    await studio.take("login-refused")
    await studio.hold("chats")
    await studio.hold("offers")
    await log_in(page, password=product.password("ana@acme.example"))
    await expect(page.get_by_label("Your status")).to_be_visible()
    await studio.take("loading")
    await studio.answer_again()
    await page.reload()
    await expect(page.get_by_text("No chat is open.")).to_be_visible()
    await studio.take("offline")
    await page.keyboard.press("Alt+U")
    await studio.take("status-menu")
    await page.keyboard.press("1")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    await studio.take("nobody-waits")
    await page.keyboard.press("Alt+S")
    await studio.take("settings-menu")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+H")
    await studio.take("keys")
    await page.keyboard.press("Escape")


async def a_past(studio: Studio) -> None:
    """The consumer had a chat before this one."""
    page, product = studio.page, studio.product
    await product.text(FIRST, "START")
    await studio.chosen(FIRST, 1)
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    await page.keyboard.press("Alt+A")
    await studio.reply("Hi, this is Ana. Your order A-20311 is packed.")
    await product.text(FIRST, "Great, thanks!")
    await page.keyboard.press("Alt+Q")
    await studio.take("question-end")
    await page.keyboard.press("Enter")
    await expect(page.locator(".head")).to_contain_text("Ended by an agent")
    await studio.take("ended")
    await page.keyboard.press("Alt+C")
    await expect(page.get_by_text("No chat is open.")).to_be_visible()


async def a_chat(studio: Studio) -> None:
    page, product = studio.page, studio.product
    await studio.chosen(FIRST, 2)
    await expect(page.get_by_role("button", name="Accept")).to_be_visible()
    await page.keyboard.press("Alt+A")
    await studio.consumer_says(FIRST, "The shoes are too small. Can I send them back?")
    await studio.reply("Hi, this is Ana. Of course! Do you have the order number?")
    await studio.consumer_says(FIRST, "Yes: A-20311, they are size 42")
    await product.faults(undelivered={FIRST: "30007"})
    await studio.reply("SAVE 20% NOW: bit.ly/acme20", "not delivered")
    await product.faults()
    await studio.reply("Here is your label: https://acme.example/returns/A-20311 (free of charge).")
    await product.text(FIRST, "شكرا جزيلا! Does the post office at the corner take it?")
    await expect(page.locator(".talk .bubble.theirs").last).to_contain_text("post office")
    for phone in (SECOND, THIRD, FOURTH):
        await studio.chosen(phone, 3 if phone == FOURTH else 1)
    await expect(page.locator(".card.offer")).to_have_count(3)
    await page.keyboard.press("Alt+A")
    await expect(page.locator(".card.offer")).to_have_count(2)
    await studio.reply("Hello! Which order is it about?")
    await page.keyboard.press("Alt+J")
    await product.text(SECOND, "Order B-1177, from Monday")
    await expect(page.locator(".card.chat .badge").last).to_have_text("1 new")
    await page.keyboard.press("Alt+W")
    await page.get_by_label("Your text").fill("Yes, any post office takes it.")


async def at_work(studio: Studio) -> None:
    page = studio.page
    await page.keyboard.press("Alt+L")
    await studio.take("offers")
    await page.keyboard.press("Alt+W")
    await studio.take("thread")
    text = page.get_by_label("Your text")
    await text.fill("It\u2019s free \u2026 any post office takes it, Zo\u00eb!")
    await studio.take("composer")
    await text.fill("x" * 930)
    await studio.take("too-long")
    await text.fill("Yes, any post office takes it.")
    await page.keyboard.press("Alt+O")
    await studio.take("question-opt-out")
    await page.keyboard.press("Escape")
    await page.set_viewport_size(ViewportSize(width=360, height=740))
    await page.keyboard.press("Alt+I")
    await page.locator(".panel summary").click()
    await studio.take("consumer", ("360",))
    await page.set_viewport_size(ViewportSize(width=1280, height=800))
    await studio.take("consumer", ("1280", "2560"))
    await page.set_viewport_size(ViewportSize(width=360, height=740))
    await page.keyboard.press("Alt+I")
    await page.locator(".panel li button").first.click()
    await expect(page.locator(".panel .bubble").first).to_be_visible()
    await studio.take("earlier", ("360",))
    await page.set_viewport_size(ViewportSize(width=1280, height=800))
    await studio.take("earlier", ("1280", "2560"))
    await page.keyboard.press("Escape")


async def set_aside(studio: Studio) -> None:
    """The second consumer is answered, falls silent, and is set aside."""
    page = studio.page
    await page.keyboard.press("Alt+J")
    await studio.reply("It is on its way and arrives on Thursday.")
    await expect(page.locator(".head").get_by_role("button", name="Dismiss")).to_be_visible()
    await page.keyboard.press("Alt+D")
    await expect(page.locator(".dismissed .card")).to_be_visible()
    await studio.take("dismissed")
    await page.keyboard.press("Alt+R")
    await expect(page.locator(".dismissed")).to_be_hidden()
    await studio.product.text(SECOND, "Please stop texting me about offers")
    await expect(page.locator(".flag")).to_be_visible()
    await studio.take("flag")
    await page.keyboard.press("Alt+.")
    await expect(page.locator(".flag")).to_be_hidden()
    await page.keyboard.press("Alt+K")


async def in_trouble(studio: Studio) -> None:
    page, product = studio.page, studio.product
    await studio.refuse("chats/*/accept", 409)
    await page.keyboard.press("Alt+A")
    await expect(page.locator("#notice")).not_to_be_empty()
    await studio.take("notice")
    await page.keyboard.press("Escape")
    await studio.answer_again()
    await set_aside(studio)
    await studio.refuse("chats/*/messages?*")
    await studio.refuse("chats/*/consent")
    await page.reload()
    await expect(page.get_by_text("The service is restarting.").first).to_be_visible()
    await studio.take("thread-trouble")
    await studio.answer_again()
    await page.reload()
    await expect(page.locator(".talk .bubble").first).to_be_visible()
    await page.keyboard.press("Alt+U")
    await page.keyboard.press("5")
    await expect(page.locator("#ask")).to_be_visible()
    await studio.take("question-offline")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+W")
    await page.context.set_offline(True)
    await page.get_by_label("Your text").fill("Any post office takes it.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.pending")).to_contain_text("not sent yet")
    await page.get_by_label("Your text").fill("And it is free of ch")
    await expect(page.locator("#banner")).to_contain_text("No connection")
    await studio.take("lost")
    await page.context.set_offline(False)
    await page.keyboard.press("Alt+Y")
    await expect(page.locator(".bubble.pending")).to_have_count(0)
    await product.text(FIRST, "EXIT")
    await expect(page.locator(".head")).to_contain_text("Ended by the consumer")
    await studio.take("ended-with-draft")
    await page.keyboard.press("Alt+C")
    await studio.take("question-throw-away")
    await page.keyboard.press("Escape")


async def shoot(studio: Studio) -> None:
    await studio.open()
    for part in (before_work, a_past, a_chat, at_work, in_trouble):
        await part(studio)


async def publish(studio: Studio) -> None:
    for one in studio.taken:
        if one.shown_as:
            shutil.copyfile(one.path, DOCS / f"{one.shown_as}.png")
    await compose(studio.browser, studio.taken, DOCS)


async def main(folder: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        product = Product(Path(scratch) / "data")
        product.start()
        try:
            await product.is_ready()
            async with async_playwright() as playwright:
                studio = Studio(product, await launch(playwright), folder or Path(scratch))
                await shoot(studio)
                if folder is None:
                    await publish(studio)
                await studio.browser.close()
        finally:
            await product.stop()
    print(f"{len(studio.taken)} pictures taken, for {folder or DOCS}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", help="for all states; else docs/images")
    asyncio.run(main(arguments.parse_args().folder))
