"""The queue tree, by mouse and by keys, and what consumers read of it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from playwright.async_api import Page, Route, expect

from tests.console.admin.company import Company, apply, names, section
from tests.console.looks import judge


async def test_queues_are_moved_by_keys_and_by_dragging_and_the_phone_shows_the_menu(
    page: Page, company: Company
) -> None:
    phone = page.locator(".phone .said").last
    await expect(phone).to_contain_text("Text 1 for Orders\nText 2 for Returns")
    await page.get_by_role("button", name="Returns", exact=True).click()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(names(page)).to_have_text(
        ["Acme Outfitters", "Returns", "Orders", "Billing", "VIP"]
    )
    await expect(page.get_by_role("button", name="Returns", exact=True)).to_be_focused()
    await page.locator("[data-queue='vip'] > .row").drag_to(
        page.locator("[data-queue='returns'] > .row"), target_position={"x": 40, "y": 3}
    )
    await expect(names(page)).to_have_text(
        ["Acme Outfitters", "VIP", "Returns", "Orders", "Billing"]
    )
    await page.get_by_role("button", name="Acme Outfitters", exact=True).click()
    # VIP is hidden: no menu counts it.
    await expect(phone).to_contain_text("Text 1 for Returns\nText 2 for Orders")
    await page.get_by_label("Name of a new queue").last.fill("Gifts")
    await page.get_by_role("button", name="Add a queue below").click()
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("Create queue gifts")
    await page.locator("#plan").get_by_role("button", name="Apply").click()
    await expect(page.locator("#pending")).to_be_hidden()
    below = (await company.document())["queues"]["main"]["queues"]
    assert list(below) == ["vip", "returns", "orders", "billing", "gifts"]


async def test_a_queue_whose_key_is_a_word_of_the_path_is_moved_like_any_other(page: Page) -> None:
    await page.get_by_label("Name of a new queue").last.fill("Queues")
    await page.get_by_role("button", name="Add a queue below").click()
    await expect(page.get_by_role("heading", name="Queue queues")).to_be_visible()
    await page.locator("[data-queue='queues'] .name").press("Alt+ArrowUp")
    await expect(names(page)).to_have_text(
        ["Acme Outfitters", "Orders", "Returns", "Queues", "Billing", "VIP"]
    )
    # Into the queue above, but never into itself.
    await page.locator("[data-queue='queues'] .name").press("Alt+ArrowRight")
    await expect(
        page.locator("[data-queue='returns'] > ul > [data-queue='queues']")
    ).to_be_visible()
    await page.locator("[data-queue='returns'] > .row").drag_to(
        page.locator("[data-queue='queues'] > .row")
    )
    await expect(page.locator("[data-queue='returns'] [data-queue='queues']")).to_be_visible()


async def test_a_queues_setting_says_what_it_inherits_and_from_whom(
    page: Page, company: Company
) -> None:
    await section(page, "Settings")
    await page.get_by_label("Chat timeout").fill("700")
    await section(page, "Queues")
    await page.get_by_role("button", name="Orders", exact=True).click()
    await page.get_by_text("Settings of its own").click()
    own = page.locator("[data-path$='orders.settings.chat_timeout']")
    await expect(own).to_contain_text("Now 700, from Acme Outfitters's settings.")
    await own.get_by_role("spinbutton").fill("90")
    await expect(own).to_contain_text("Set here; without it 700")
    await apply(page, "2 changes")
    orders = (await company.document())["queues"]["main"]["queues"]["orders"]
    assert orders["settings"] == {"chat_timeout": 90}


async def test_a_leaf_that_gets_a_queue_below_hands_its_agents_down(
    page: Page, company: Company
) -> None:
    """Else the plan would be refused for what the page does not show any more."""
    await page.get_by_role("button", name="Orders", exact=True).click()
    await page.get_by_label("Name of a new queue").last.fill("Shoes")
    await page.get_by_role("button", name="Add a queue below").click()
    await expect(page.get_by_role("heading", name="Queue shoes")).to_be_visible()
    await apply(page, "2 changes")
    orders = (await company.document())["queues"]["main"]["queues"]["orders"]
    assert "teams" not in orders
    assert orders["queues"] == {"shoes": {"name": "Shoes", "teams": ["support"]}}


async def test_a_queue_says_which_language_and_hours_it_has_from_above(page: Page) -> None:
    await page.get_by_label("Language").fill("es")
    await page.get_by_role("button", name="Orders", exact=True).click()
    language = page.locator("[data-path$='orders.language']")
    await expect(language).to_contain_text("Now es, from the queue Acme Outfitters.")
    hours = page.locator("[data-path$='orders.hours']")
    await expect(hours).to_contain_text("Now always open, from no queue above.")
    after = page.locator("[data-path$='orders.after_hours'] textarea")
    await expect(after).to_have_attribute("placeholder", re.compile("^Gracias por su mensaje"))


async def test_a_queue_says_which_after_hours_message_it_has_from_above(page: Page) -> None:
    """The nearest queue's own, in the same language; the company's where another is spoken."""
    await page.locator("[data-path$='main.after_hours'] textarea").fill("Acme is closed.")
    await page.get_by_role("button", name="Orders", exact=True).click()
    after = page.locator("[data-path$='orders.after_hours'] textarea")
    await expect(after).to_have_attribute("placeholder", "Acme is closed.")
    await page.locator("[data-path$='orders.language'] input").fill("es")
    await page.get_by_role("button", name="Returns", exact=True).click()
    await page.locator("[data-queue='orders'] .name").click()
    await expect(after).to_have_attribute("placeholder", re.compile("^Gracias por su mensaje"))


async def test_a_language_without_wordings_shows_those_of_the_companys_own_language(
    page: Page,
) -> None:
    """`es-MX` has none of its own, and is Spanish."""
    await section(page, "Settings")
    await page.locator("[data-path='language'] input").fill("es-MX")
    await section(page, "Queues")
    await page.get_by_label("Language").fill("fr")
    await page.get_by_role("button", name="Orders", exact=True).click()
    after = page.locator("[data-path$='orders.after_hours'] textarea")
    await expect(after).to_have_attribute("placeholder", re.compile("^Gracias por su mensaje"))


async def test_a_large_tree_unfolds_the_way_to_one_queue_and_is_searched(
    page: Page, company: Company
) -> None:
    document = await company.document()
    menus = {f"m{n}": {"name": f"Menu {n}", "queues": {}} for n in range(10)}
    for n in range(120):
        menus[f"m{n % 10}"]["queues"][f"q{n}"] = {"name": f"Queue {n}"}  # type: ignore[index]
    document["queues"]["large"] = {"name": "Large", "queues": menus}
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await page.reload()
    await expect(page.locator("[data-queue='large']")).to_contain_text("10 below")
    await expect(page.get_by_role("button", name="Queue 57", exact=True)).to_have_count(0)
    await page.get_by_label("Search the queues").fill("queue 57")
    await page.get_by_role("button", name="Queue 57").click()
    await expect(page.get_by_role("heading", name="Queue q57")).to_be_visible()
    await expect(page.locator("[data-queue='m7'] > ul > li")).to_have_count(12)
    await expect(page.locator("[data-queue='m8'] > ul")).to_have_count(0)
    await expect(page.get_by_label("Search the queues")).to_have_value("")
    await page.get_by_role("button", name="Queue 57", exact=True).press("Alt+ArrowUp")
    await apply(page)
    below = (await company.document())["queues"]["large"]["queues"]["m7"]["queues"]
    assert list(below)[:6] == ["q7", "q17", "q27", "q37", "q57", "q47"]


async def test_the_phone_shows_the_whole_way_and_each_part_of_a_long_menu(page: Page) -> None:
    phone = page.locator(".phone")
    await page.get_by_role("button", name="Returns", exact=True).click()
    await expect(phone.locator(".said p")).to_have_text(
        [
            re.compile("Welcome"),
            re.compile("Text 2 for Returns"),
            "2",
            "Thank you, you chose Returns.",
        ]
    )
    await expect(phone).to_contain_text("Then the chat waits on Returns.")
    await section(page, "Texts")
    line = page.locator("[data-path='texts.en.menu'] textarea")
    await line.fill("@{CHOICE_NUMBER} @{QUEUE_NAME} " + "and so on, " * 20)
    await section(page, "Queues")
    await page.get_by_role("button", name="Acme Outfitters", exact=True).click()
    await expect(phone.locator(".said.mine p")).to_have_text(["0", "0"])
    await expect(phone.locator(".said p").nth(1)).to_contain_text("Text 0 for more choices")
    await expect(phone.locator(".said small").nth(1)).to_have_text("2 segments, GSM-7")
    await judge(page, "a menu in parts")


async def test_the_phone_keeps_what_it_showed_while_the_changes_have_mistakes(page: Page) -> None:
    phone = page.locator(".phone")
    await expect(phone).to_contain_text("Text 1 for Orders")
    greeting = page.locator("[data-path$='main.greeting'] textarea")
    await greeting.fill("Hello from @{NOBODY}")
    await expect(phone.get_by_role("status")).to_have_text(
        "The changes have mistakes: this is how it read before."
    )
    await expect(phone).to_contain_text("Text 1 for Orders")
    await judge(page, "a preview of before")
    await greeting.fill("Hello from @{COMPANY_NAME}")
    await expect(phone.locator(".said p").first).to_have_text("Hello from Acme Outfitters")
    await expect(phone.get_by_role("status")).to_have_count(0)


async def test_one_preview_is_asked_for_at_a_time_and_the_newest_after_it(page: Page) -> None:
    """Of a large company each is dear, and there is one at every pause in typing."""
    await page.clock.install()
    await page.reload()
    phone = page.locator(".phone")
    await expect(phone).to_contain_text("Text 1 for Orders")
    asked: list[str] = []
    answer = asyncio.Event()

    async def slowly(route: Route) -> None:
        wanted: Any = route.request.post_data_json
        asked.append(wanted["document"]["queues"]["main"]["greeting"])
        await answer.wait()
        await route.continue_()

    await page.route("**/configuration/preview", slowly)
    greeting = page.locator("[data-path$='main.greeting'] textarea")
    async with page.expect_request("**/configuration/preview"):
        await greeting.fill("Hello @{NOBODY}")
    for words in ("One", "Two", "Three"):
        await greeting.fill(words)
        # Longer than the page waits before it asks.
        await page.clock.run_for(1000)
    answer.set()
    await expect(phone.locator(".said p").first).to_have_text("Three")
    assert asked == ["Hello @{NOBODY}", "Three"]
