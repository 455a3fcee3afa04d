"""An answer that is lost or refused while something is applied: what became of it is said."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.admin.company import Company, apply, rename

HELD = "**/admin/api/v1/configuration"
PLAN = "**/admin/api/v1/configuration/plan"


async def name_of_orders(company: Company) -> str:
    return str((await company.document())["queues"]["main"]["queues"]["orders"]["name"])


async def another_applies(company: Company, base: int = 1) -> None:
    document = await company.document()
    document["name"] = "Acme Limited"
    await company.call("POST", "configuration/apply", {"document": document, "base": base})


async def lost_on_the_way(route: Route) -> None:
    await route.abort()


@pytest.fixture
async def renamed(page: Page) -> Page:
    """Ada wants the queue of orders to be called Sales."""
    await rename(page, "Orders", "Sales")
    return page


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
