"""Several agents and many consumers at once, over the whole running product."""

import asyncio
from collections import Counter

import pytest
from playwright.async_api import Page, expect

from tests.console.conftest import At
from tests.console.product import Product, until

pytestmark = pytest.mark.system

VIP = "+14155550101"


async def test_three_agents_serve_ten_consumers_at_once(product: Product, at_work: At) -> None:
    """Nobody's chat is taken twice, and every reply arrives once, in order, from one agent."""
    agents = {name: await at_work(name) for name in ("ana", "ben", "caro")}
    phones = [f"+1415778{number:04}" for number in range(10)]
    closing = asyncio.Event()
    serving = [asyncio.create_task(serve(page, name, closing)) for name, page in agents.items()]
    await asyncio.gather(*(converse(product, phone) for phone in phones))
    closing.set()
    served = [number for numbers in await asyncio.gather(*serving) for number in numbers]
    assert sorted(served) == sorted(phones)
    for phone in phones:
        replies = [text for text in await product.received(phone) if text.startswith("Reply")]
        name = replies[0].split()[-1]
        assert replies == [f"Reply {step} to {phone} by {name}" for step in (1, 2)]


async def converse(product: Product, phone: str) -> None:
    """A consumer who asks twice, and the second time only after an answer."""
    for step in (1, 2):
        await product.text(phone, f"Question {step} of {phone}", to=VIP)

        async def answered(step: int = step) -> bool:
            return any(f"Reply {step} " in text for text in await product.received(phone))

        await until(answered, within=240)


async def serve(page: Page, name: str, closing: asyncio.Event) -> list[str]:
    """An agent who takes what is offered, answers whoever waits longest, and ends what is done."""
    served: list[str] = []
    steps: Counter[str] = Counter()
    waiting = page.locator(".card.chat .time[data-ours]")
    while not closing.is_set() or steps:
        await page.keyboard.press("Alt+A")
        await expect(page.locator(".card.offer button:disabled")).to_have_count(0)
        if await waiting.count() == 0:
            await asyncio.sleep(0.1)
            continue
        await page.keyboard.press("Alt+M")
        number = await page.locator(".head h2").inner_text()
        phone = number.replace(" ", "")
        asked = await page.locator(".talk .bubble.theirs .words").all_inner_texts()
        if len(asked) <= steps[phone]:
            continue  # the list has not heard of the last reply yet
        steps[phone] += 1
        await page.get_by_label("Your text").fill(f"Reply {steps[phone]} to {phone} by {name}")
        for _impatient in range(3):
            await page.keyboard.press("Enter")
        mine = page.locator(".talk .bubble.agent:not(.pending)")
        await expect(mine).to_have_count(steps[phone])
        if steps[phone] == 2:
            await page.keyboard.press("Alt+Q")
            await page.keyboard.press("Enter")
            await expect(page.locator(".head")).to_contain_text("Ended by an agent")
            await page.keyboard.press("Alt+C")
            served.append(phone)
            del steps[phone]
    return served
