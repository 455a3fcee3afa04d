"""The main job over the whole running product: phones, console, Temporal, all of it."""

import asyncio
import itertools
import os
import re
import signal
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.console.conftest import At, Open
from tests.console.looks import look
from tests.console.product import Product, until

pytestmark = pytest.mark.system

MAIN, VIP = "+14155550100", "+14155550101"
_phones = itertools.count(1)


@pytest.fixture
async def phone(product: Product, at_work: At) -> AsyncIterator[str]:
    """A consumer who leaves after the test, before the agents do."""
    phone = f"+1415777{next(_phones):04}"
    yield phone
    for number in (MAIN, VIP):
        await product.text(phone, "EXIT", to=number)


async def accept(page: Page, phone: str) -> None:
    await expect(page.get_by_role("button", name="Accept").first).to_be_visible()
    await page.keyboard.press("Alt+A")
    await expect(thread_of(page, phone)).to_be_visible()
    # The thread of a chat that comes back is there before it is accepted.
    await expect(page.locator(".chats .card", has_text=shown(phone))).to_be_visible()


def thread_of(page: Page, phone: str) -> Locator:
    return page.get_by_role("heading", name=shown(phone))


def shown(phone: str) -> str:
    return f"+1 {phone[2:5]} {phone[5:8]} {phone[8:]}"


async def reply(page: Page, text: str) -> None:
    await page.get_by_label("Your text").fill(text)
    await page.get_by_label("Your text").press("Enter")


async def test_a_texted_chat_from_the_first_word_to_the_goodbye(
    product: Product, at_work: At, phone: str
) -> None:
    ana = await at_work("ana")
    await product.text(phone, "Hello")
    await product.receives(phone, "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing")
    await product.text(phone, "2")
    await expect(ana).to_have_title("(1) Threadline")
    await expect(ana.locator(".card.offer")).to_contain_text("Returns")
    await accept(ana, phone)
    await expect(ana.locator(".bubble.theirs p[dir]")).to_have_text(["Hello", "2"])

    await ana.get_by_label("Your text").focus()
    await ana.keyboard.type("/hello")
    await expect(ana.get_by_role("option")).to_have_count(1)
    await ana.keyboard.press("Enter")
    await ana.keyboard.press("Enter")
    await expect(ana.locator(".bubble.agent")).to_contain_text("✓✓ delivered")
    await product.receives(phone, "Hello, this is Ana Alvarez from Returns. How can I help you?")
    await product.text(phone, "<b>Too small</b> & late")
    await expect(ana.locator(".bubble.theirs p[dir]").last).to_have_text("<b>Too small</b> & late")
    link = ana.get_by_role("link", name="Open in Temporal UI")
    await expect(link).to_have_attribute(
        "href", re.compile(re.escape(product.told["temporal_ui_url"]) + r"/.*chat-\d+")
    )

    await reply(ana, "A label is on its way.")
    await ana.keyboard.press("Alt+Q")
    await ana.keyboard.press("Enter")
    await expect(ana.locator(".head")).to_contain_text("Ended by an agent")
    await expect(ana.locator(".bubble.agent").last).to_contain_text("✓✓ delivered")
    goodbye = ana.locator(".bubble.system").last
    await expect(goodbye).to_contain_text("has ended")
    await expect(goodbye).to_contain_text("✓✓ delivered")
    assert (await product.received(phone))[-2] == "A label is on its way."


async def test_of_two_agents_who_accept_at_once_one_gets_the_chat(
    product: Product, at_work: At, phone: str
) -> None:
    ben, caro = await at_work("ben"), await at_work("caro")
    await product.text(phone, "Hello", to=VIP)
    for page in (ben, caro):
        await expect(page.locator(".card.offer")).to_contain_text("VIP")
    await asyncio.gather(ben.keyboard.press("Alt+A"), caro.keyboard.press("Alt+A"))
    for page in (ben, caro):
        await expect(page.locator(".card.offer")).to_have_count(0)
    loads = [page.locator("#me .load") for page in (ben, caro)]

    async def taken() -> bool:
        return "1 / 3 chats" in [await load.text_content() for load in loads]

    await until(taken)
    winner, loser = (ben, caro) if "1" in (await loads[0].inner_text())[0] else (caro, ben)
    await expect(winner.locator(".bubble.theirs")).to_have_count(1)
    await expect(loser.get_by_text("No chat is open.")).to_be_visible()
    await expect(loser.locator("#me .load")).to_have_text("0 / 3 chats")


async def test_a_stop_ends_the_chat_before_the_agents_eyes(
    product: Product, at_work: At, phone: str
) -> None:
    ana = await at_work("ana")
    await product.text(phone, "Hello", to=VIP)
    await accept(ana, phone)
    await product.text(phone, "STOP", to=VIP)
    await expect(ana.locator(".head")).to_contain_text("Ended: consumer opted out")
    await expect(ana.get_by_text("No chat is open.")).to_be_visible()


async def test_an_agent_opts_a_consumer_out_who_asks_for_it_in_free_words(
    product: Product, at_work: At, phone: str
) -> None:
    ana = await at_work("ana")
    await product.text(phone, "Hello", to=VIP)
    await accept(ana, phone)
    await product.text(phone, "please stop texting me", to=VIP)
    flag = ana.get_by_role("group", name="Asks for no more texts")
    await expect(flag).to_contain_text("please stop texting me")
    await flag.get_by_role("button", name="Opt out").click()
    await expect(ana.locator(".head")).to_contain_text("Ended: consumer opted out")


async def test_a_dismissed_chat_is_resumed_or_comes_back_with_the_consumers_next_text(
    product: Product, at_work: At, phone: str
) -> None:
    ana = await at_work("ana")
    await product.text(phone, "Hello", to=VIP)
    await accept(ana, phone)
    await reply(ana, "Here you are")
    await expect(ana.locator(".bubble.agent")).to_contain_text("✓✓ delivered")
    for key in ("Alt+D", "Alt+R"):
        await ana.keyboard.press(key)
        await expect(ana.locator(".dismissed .card")).to_have_count(int(key == "Alt+D"))
    await product.text(phone, "One more thing", to=VIP)
    await expect(ana.locator(".card.chat .time")).to_contain_text("waits")
    await reply(ana, "Which?")
    await expect(ana.locator(".card.chat .time")).to_contain_text("answered")
    await ana.keyboard.press("Alt+D")
    await expect(ana.locator(".dismissed .card")).to_have_count(1)
    await product.text(phone, "The blue one", to=VIP)
    await accept(ana, phone)
    await expect(ana.locator(".bubble.theirs .words").last).to_have_text("The blue one")
    await expect(ana.locator(".dismissed")).to_be_hidden()


async def test_a_killed_api_loses_neither_texts_nor_the_live_line(
    product: Product, at_work: At, phone: str
) -> None:
    ana = await at_work("ana")
    await product.text(phone, "Hello", to=VIP)
    await accept(ana, phone)
    os.kill(product.told["processes"]["api"], signal.SIGKILL)
    await reply(ana, "Written while the server was gone")
    await product.text(phone, "Are you there?", to=VIP)
    texts = ana.locator(".bubble.theirs p[dir]")
    await expect(texts.last).to_have_text("Are you there?")
    await expect(ana.locator(".bubble.agent")).to_contain_text("✓✓ delivered")
    await expect(ana.locator("#banner")).to_be_empty()
    received = await product.received(phone)
    assert received.count("Written while the server was gone") == 1
    # The line is live again, not only caught up.
    await product.text(phone, "And now?", to=VIP)
    await expect(texts.last).to_have_text("And now?")


async def one_of_each_group(route: Route) -> None:
    document = await (await route.fetch()).json()
    first = {path.split("/")[1]: path for path in reversed(document["paths"])}
    document["paths"] = {path: document["paths"][path] for path in reversed(first.values())}
    await route.fulfill(json=document)


async def test_the_documentation_of_the_api_is_accessible_and_fits(
    product: Product, open_page: Open
) -> None:
    page = await open_page(product.url)
    await page.set_viewport_size({"width": 360, "height": 740})
    # One path of each group: they are all drawn alike, and axe looks at every element.
    await page.route("**/openapi.json", one_of_each_group)
    await page.goto(f"{product.url}/docs")
    await expect(page.get_by_role("heading", level=2).first).to_be_visible()
    await look(page, "docs")
