"""Logging in and out."""

import pytest
from playwright.async_api import Page, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.steps import choose_status, in_a_chat, log_in, log_out


async def test_a_wrong_password_is_said_and_nothing_is_kept_of_it(
    api: FakeApi, open_page: Open
) -> None:
    page = await open_page(api.url)
    await log_in(page, password="wrong")
    await expect(page.get_by_role("alert")).to_have_text("Company, e-mail or password is wrong.")
    assert await page.evaluate("JSON.stringify(localStorage)") == "{}"


async def test_no_token_is_kept_where_a_script_could_read_it(page: Page) -> None:
    assert await page.evaluate("({...localStorage})") == {"threadline.tenant": '"acme"'}
    assert await page.evaluate("document.cookie") == ""


async def test_a_session_that_ended_leads_to_the_login_and_keeps_the_draft(
    page: Page, api: FakeApi
) -> None:
    await in_a_chat(page, api)
    await page.get_by_label("Your text").fill("half-writ")
    api.sessions.clear()
    await choose_status(page, "Break")
    await expect(page.get_by_role("alert").first).to_contain_text("You have been logged out.")
    await page.get_by_label("E-mail").fill("ana@acme.example")
    await page.get_by_label("Password").fill("right")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_label("Your text")).to_have_value("half-writ")


@pytest.mark.parametrize("status", [200, 403, 503])
async def test_nobody_is_told_to_be_logged_out_who_is_not(
    page: Page, api: FakeApi, status: int
) -> None:
    api.refuse["/logout"] = (status, "Not now.")
    await log_out(page)
    await expect(page.locator("#notice")).to_contain_text(
        "You are still logged in: no answer from the server. Try again."
    )
    del api.refuse["/logout"]
    await log_out(page)
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert api.sessions == set()


async def test_a_locked_account_is_told_how_long(api: FakeApi, open_page: Open) -> None:
    api.refuse["/login"] = (429, "Too many attempts. Try again later.")
    page = await open_page(api.url)
    await log_in(page)
    await expect(page.get_by_role("alert")).to_have_text(
        "Too many attempts. Try again in 5 minutes."
    )


async def test_after_the_login_the_focus_is_in_the_page(page: Page) -> None:
    await expect(page.locator("#desk")).to_be_focused()
