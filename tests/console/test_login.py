"""Logging in and out."""

from playwright.async_api import Page, expect

from tests.console.conftest import Open
from tests.console.fake_api import FakeApi
from tests.console.steps import in_a_chat, log_in


async def test_a_wrong_password_is_said_and_nothing_is_kept_of_it(
    api: FakeApi, open_page: Open
) -> None:
    page = await open_page(api.url)
    await log_in(page, password="wrong")
    await expect(page.get_by_role("alert")).to_have_text("Tenant, e-mail or password is wrong.")
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
    await page.get_by_label("Your status").select_option("Break")
    await expect(page.get_by_role("alert").first).to_contain_text("You have been logged out.")
    await page.get_by_label("E-mail").fill("ana@acme.example")
    await page.get_by_label("Password").fill("right")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_label("Your text")).to_have_value("half-writ")
