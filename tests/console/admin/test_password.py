"""Whoever logs in chooses a password of their own, in the console and in the administration."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.console import looks
from tests.console.admin.company import Company
from tests.console.admin.test_accessibility import dress, look
from tests.console.conftest import Open
from tests.console.steps import come_in

NEW = "a long sentence"
CALL = "**/agent/api/v1/me/password"


@pytest.fixture
async def ana(company: Company, open_page: Open) -> Page:
    """The agents' console, with Ana logged in."""
    return await come_in(await open_page(company.url))


async def open_form(page: Page) -> None:
    await page.keyboard.press("Alt+S")
    await page.get_by_role("menuitem", name="Change password…").click()
    await expect(page.get_by_label("Current password")).to_be_focused()


async def ask_for(page: Page, current: str, new: str) -> None:
    await page.get_by_label("Current password").fill(current)
    await page.get_by_label("New password").fill(new)
    await page.get_by_label("New password").press("Enter")


async def can_log_in(company: Company, email: str, password: str) -> bool:
    body = {"tenant": "acme", "email": email, "password": password}
    return (await company.http.post("/agent/api/v1/login", json=body)).is_success


async def test_an_agent_changes_the_password_and_only_other_sessions_end(
    ana: Page, company: Company
) -> None:
    elsewhere = {"authorization": f"Bearer {await company.log_in('ana@acme.example')}"}
    await open_form(ana)
    await expect(ana.get_by_text("Wherever else you are logged in")).to_be_visible()
    await ask_for(ana, "right", NEW)
    await expect(ana.get_by_role("heading", name="Your password is changed")).to_be_visible()
    await expect(ana.get_by_role("button", name="Close")).to_be_focused()
    await ana.keyboard.press("Enter")
    await expect(ana.get_by_role("dialog")).to_have_count(0)
    assert await can_log_in(company, "ana@acme.example", NEW)
    assert not await can_log_in(company, "ana@acme.example", "right")
    answer = await company.http.get("/agent/api/v1/me", headers=elsewhere)
    assert answer.status_code == 401
    await ana.reload()
    await expect(ana.get_by_label("Your status")).to_be_visible()


async def test_what_is_wrong_is_said_at_its_field_and_by_its_rule(ana: Page) -> None:
    await open_form(ana)
    current, new = ana.get_by_label("Current password"), ana.get_by_label("New password")
    await ask_for(ana, "right", "short")
    await expect(new).to_have_accessible_description(
        "New password must have at least 12 characters"
    )
    await expect(new).to_be_focused()
    await ask_for(ana, "wrong", NEW)
    await expect(current).to_have_accessible_description("Current password is wrong")
    await expect(current).to_have_attribute("aria-invalid", "true")
    await expect(current).to_be_focused()
    await expect(new).to_have_accessible_description("")


async def test_too_many_tries_and_a_lost_answer_are_said_in_words(ana: Page) -> None:
    await open_form(ana)
    refusal = {"message": "Too many attempts. Try again later."}

    async def too_many(route: Route) -> None:
        await route.fulfill(status=429, json=refusal, headers={"Retry-After": "300"})

    await ana.route(CALL, too_many)
    await ask_for(ana, "right", NEW)
    note = ana.locator("#password form > .note")
    await expect(note).to_have_text("Too many attempts. Try again in 5 minutes.")
    await ana.unroute(CALL)
    await ana.route(CALL, lambda route: route.abort())
    await ask_for(ana, "right", NEW)
    await expect(note).to_contain_text("Nobody knows whether it was changed")


async def test_escape_cancels_and_forgets_what_was_typed(ana: Page, company: Company) -> None:
    await open_form(ana)
    await ana.get_by_label("Current password").fill("right")
    await ana.get_by_label("New password").fill(NEW)
    await ana.keyboard.press("Escape")
    await expect(ana.get_by_role("dialog")).to_have_count(0)
    await expect(ana.get_by_role("button", name="Settings")).to_be_focused()
    await open_form(ana)
    await expect(ana.get_by_label("New password")).to_have_value("")
    await ana.keyboard.press("Escape")
    assert await can_log_in(company, "ana@acme.example", "right")


async def test_what_was_sent_is_waited_for(ana: Page) -> None:
    answer = asyncio.Event()

    async def slowly(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await ana.route(CALL, slowly)
    await open_form(ana)
    await ask_for(ana, "right", NEW)
    await expect(ana.get_by_role("button", name="Cancel")).to_be_disabled()
    await ana.keyboard.press("Escape")
    answer.set()
    await expect(ana.get_by_role("heading", name="Your password is changed")).to_be_visible()


async def test_an_administrator_changes_the_password_on_the_page_of_administration(
    page: Page, company: Company
) -> None:
    await page.get_by_role("button", name="Password…", exact=True).click()
    await ask_for(page, "right", NEW)
    await expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    assert await can_log_in(company, "ada@acme.example", NEW)


async def look_at_form(page: Page, look: Callable[[Page, str], Awaitable[None]]) -> None:
    await look(page, "a password to choose")
    await page.get_by_label("Show what is typed").check()
    await ask_for(page, "right", "short")
    await expect(page.get_by_text("must have at least 12 characters")).to_be_visible()
    await look(page, "a password refused")
    await ask_for(page, "right", NEW)
    await expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    await look(page, "a password changed")


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_form_is_accessible_and_fits_the_console(ana: Page, width: int) -> None:
    await ana.set_viewport_size(ViewportSize(width=width, height=740))
    await open_form(ana)
    await look_at_form(ana, looks.look)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
async def test_the_form_is_accessible_and_fits_the_administration(
    page: Page, scheme: str, width: int
) -> None:
    await dress(page, scheme, width)
    for button in ("Password…", "Log out"):
        control = page.get_by_role("banner").get_by_role("button", name=button)
        await expect(control).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Password…", exact=True).click()
    await look_at_form(page, look)
