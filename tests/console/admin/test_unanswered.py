"""An answer that is lost or refused while something is applied: what became of it is said."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.admin.company import Company, apply, rename
from tests.console.looks import judge

HELD = "**/admin/api/v1/configuration"
PLAN = "**/admin/api/v1/configuration/plan"
APPLY = "**/admin/api/v1/configuration/apply"


async def name_of_orders(company: Company) -> str:
    return str((await company.document())["queues"]["main"]["queues"]["orders"]["name"])


async def another_applies(company: Company, base: int = 1) -> None:
    document = await company.document()
    document["name"] = "Acme Limited"
    await company.call("POST", "configuration/apply", {"document": document, "base": base})


async def lost_on_the_way(route: Route) -> None:
    await route.abort()


async def lost_on_the_way_back(route: Route) -> None:
    await route.fetch()
    await route.abort()


@pytest.fixture
async def renamed(page: Page) -> Page:
    """Ada wants the queue of orders to be called Sales."""
    await rename(page, "Orders", "Sales")
    return page


async def press_apply(page: Page) -> None:
    await page.get_by_role("button", name="Review and apply").click()
    await page.get_by_role("button", name="Apply 1 change").click()


async def is_done(page: Page, version: int) -> None:
    await expect(page.locator("#done")).to_contain_text(f"Version {version} holds now.")
    await expect(page.locator("#plan")).to_be_hidden()
    await expect(page.locator("#pending")).to_be_hidden()


async def test_what_was_applied_is_said_to_be_though_it_cannot_be_read_at_once(
    renamed: Page, company: Company
) -> None:
    page = renamed
    await page.route(HELD, lost_on_the_way)
    async with page.expect_request_finished(lambda call: call.url.endswith("/apply")):
        await press_apply(page)
    await is_done(page, version=2)
    # What is typed before it can be read stays, and the next version is built on this one.
    await page.get_by_label("Name", exact=True).fill("Shop")
    await page.unroute(HELD)
    async with page.expect_response(HELD):
        pass
    await apply(page)
    await expect(page.locator("#done")).to_contain_text("Version 3 holds now.")
    assert await name_of_orders(company) == "Shop"


async def test_an_apply_whose_answer_was_lost_is_found_to_have_come_through(
    renamed: Page, company: Company
) -> None:
    page = renamed
    await page.route(APPLY, lost_on_the_way_back)
    await page.route(HELD, lost_on_the_way)
    await press_apply(page)
    await expect(page.locator("#plan")).to_contain_text("Nobody knows yet whether it was applied.")
    await judge(page, "in doubt")
    await page.unroute(HELD)
    await is_done(page, version=2)
    assert await name_of_orders(company) == "Sales"


async def test_an_apply_that_never_arrived_is_said_not_to_hold_and_applied_again(
    renamed: Page, company: Company
) -> None:
    page = renamed
    await page.route(APPLY, lost_on_the_way)
    await press_apply(page)
    await expect(page.get_by_role("alert")).to_have_text(
        "It was not applied: version 1 still holds."
    )
    await page.unroute(APPLY)
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#done")).to_contain_text("Version 2 holds now.")
    assert await name_of_orders(company) == "Sales"


async def test_anothers_version_is_not_taken_for_ours(renamed: Page, company: Company) -> None:
    page = renamed

    async def overtaken(route: Route) -> None:
        await another_applies(company)
        await route.abort()

    await page.route(APPLY, overtaken)
    await press_apply(page)
    await expect(page.get_by_role("alert")).to_contain_text(
        "It was not applied: version 2 holds now, without these changes."
    )
    await page.unroute(APPLY)
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#done")).to_contain_text("Version 3 holds now.")
    assert (await company.document())["name"] == "Acme Limited"


async def test_anothers_version_that_cannot_be_read_leaves_words_and_a_way_back(
    renamed: Page, company: Company
) -> None:
    page = renamed
    await another_applies(company)
    await page.route(HELD, lost_on_the_way)
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("alert")).to_contain_text("No answer from the server.")
    await page.locator("#plan").get_by_role("button", name="Back").click()
    await expect(page.locator("#plan")).to_be_hidden()
    await page.unroute(HELD)
    await apply(page)
    assert await name_of_orders(company) == "Sales"


async def test_an_undo_that_cannot_be_read_leaves_words_and_a_way_back(
    renamed: Page, company: Company
) -> None:
    page = renamed
    await apply(page)
    await page.route("**/configuration/versions/1", lost_on_the_way)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("alert")).to_have_text("No answer from the server.")
    await page.locator("#plan").get_by_role("button", name="Back").click()
    await expect(page.locator("#plan")).to_be_hidden()
    await expect(page.locator("#pending")).to_be_hidden()
    assert await name_of_orders(company) == "Sales"


async def test_the_way_back_is_there_while_the_plan_is_made_and_nothing_opens_after_it(
    renamed: Page,
) -> None:
    page = renamed
    answer = asyncio.Event()

    async def slowly(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await page.route(PLAN, slowly)
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("Planning…")
    await page.locator("#plan").get_by_role("button", name="Back").click()
    async with page.expect_response(PLAN):
        answer.set()
    await expect(page.locator("#plan")).to_be_hidden()
    # Asked anew, it is the new plan that is shown.
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan ins")).to_have_text("Sales")


async def test_a_session_that_ends_under_the_plan_leads_to_the_login(
    renamed: Page, company: Company
) -> None:
    page = renamed
    [mine] = [
        one
        for one in await company.call("GET", "sessions")
        if one["user"]["name"] == "Ada Adler" and not one["current"]
    ]
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("button", name="Apply 1 change")).to_be_visible()
    await company.call("DELETE", f"sessions/{mine['id']}")
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.get_by_text("You have been logged out.")).to_be_visible()
    await expect(page.locator("#plan")).to_be_hidden()
