"""Every section and state of the administration is accessible, and fits its screen."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.console.admin.company import CRM, Company, Enter, rename
from tests.console.looks import judge

SECTIONS = (
    "queues numbers users teams texts shortcuts hours commands settings crm consent credentials "
    "sessions versions audit"
)
LOOKS = pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])


async def dress(page: Page, scheme: str, width: int) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(ViewportSize(width=width, height=800))


async def look(page: Page, state: str) -> None:
    await judge(page, state)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


async def go(page: Page, name: str) -> None:
    await page.goto(page.url.split("#")[0] + f"#{name}")
    await expect(page.locator(f"nav [href='#{name}'][aria-current]")).to_be_visible()
    await expect(page.get_by_role("heading", level=2).first).to_be_visible()


@LOOKS
async def test_every_section_is_accessible_and_fits(page: Page, scheme: str, width: int) -> None:
    await dress(page, scheme, width)
    await rename(page, "Orders", "Sales")
    for name in SECTIONS.split():
        await go(page, name)
        await look(page, name)
    await page.get_by_role("button", name="Discard").click()
    await look(page, "question before discarding")
    await page.get_by_role("button", name="Keep them").click()
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("button", name="Apply 1 change")).to_be_visible()
    await look(page, "plan")
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#done")).to_be_visible()
    await look(page, "applied")


@LOOKS
async def test_what_a_manager_sees_is_accessible_and_fits(
    page: Page, enter: Enter, company: Company, scheme: str, width: int
) -> None:
    document = await company.document()
    document["crm"] = CRM
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await dress(page, scheme, width)
    await go(page, "crm")
    await page.reload()
    await expect(page.get_by_label("Kind")).to_have_value("zendesk")
    await look(page, "a CRM")
    mia = await enter("mia")
    await expect(mia.get_by_role("heading", name="Queues")).to_be_visible()
    await dress(mia, scheme, width)
    for name in ("queues", "texts", "crm"):
        await go(mia, name)
        await look(mia, f"{name}, as a manager")


@LOOKS
async def test_the_way_in_is_accessible_and_fits(enter: Enter, scheme: str, width: int) -> None:
    page = await enter("ana")
    await dress(page, scheme, width)
    await expect(page.get_by_text("Only administrators and managers may look")).to_be_visible()
    await look(page, "login refused")
    await page.route("**/admin/api/v1/configuration", lambda route: route.abort())
    await page.get_by_label("E-mail").fill("ada@acme.example")
    await page.get_by_label("Password").fill("right")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("#starting")).to_contain_text("Trying again")
    await look(page, "starting, no answer")


@LOOKS
async def test_what_is_asked_shown_once_and_refused_is_accessible_and_fits(
    page: Page, company: Company, scheme: str, width: int
) -> None:
    await company.text("+14155550177", "please stop texting me")
    await dress(page, scheme, width)
    await go(page, "consent")
    await expect(page.get_by_role("button", name="Not a request")).to_be_visible()
    await page.get_by_label("The consumer's number").fill("+14155550177")
    await page.get_by_role("button", name="Show the evidence").click()
    await expect(page.get_by_role("link", name="Download all of it")).to_be_visible()
    await look(page, "a request to stop, and evidence")
    await go(page, "credentials")
    await page.get_by_label("What it is for").fill("Reports")
    await page.get_by_role("button", name="Make a credential").click()
    await expect(page.locator(".secret code")).to_be_visible()
    await look(page, "a new credential")
    await go(page, "users")
    await page.get_by_role("button", name="Make a new password").click()
    await look(page, "question before a new password")
    await page.get_by_role("button", name="Make it", exact=True).click()
    await expect(page.locator(".told code")).to_be_visible()
    await look(page, "a new password")
    await go(page, "hours")
    await page.get_by_label("Name").fill("Shop")
    await page.get_by_role("button", name="Add hours").click()
    await expect(page.get_by_label("Monday")).to_be_visible()
    await look(page, "a week")
    await go(page, "commands")
    await page.get_by_label("Leave the chat").fill("STOP")
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("STOP")
    await look(page, "mistakes")
