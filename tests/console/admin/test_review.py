"""What is changed is reviewed as a plan, applied, and undone."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.console.admin.company import Company, rename, section


async def test_a_change_is_shown_as_a_plan_applied_audited_and_undone(
    page: Page, company: Company
) -> None:
    await rename(page, "Orders", "Sales")
    await expect(page.locator(".tree")).to_contain_text("Sales")
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Orders"
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("Change queue orders")
    await expect(page.locator("#plan del")).to_have_text("Orders")
    await expect(page.locator("#plan ins")).to_have_text("Sales")
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#pending")).to_be_hidden()
    await expect(page.locator("#done")).to_contain_text("Version 2 holds now.")
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Sales"

    await section(page, "Audit log")
    newest = page.locator(".entry").first
    await expect(newest).to_contain_text("Change queue orders")
    await expect(newest).to_contain_text("Ada Adler")
    await expect(newest).to_contain_text("console")
    await page.get_by_label("Kind").select_option("number")
    await page.get_by_role("button", name="Search").click()
    await expect(newest).to_contain_text("Create number")
    await page.get_by_label("To", exact=True).fill("2000-01-01")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_text("Nothing that fits was changed.")).to_be_visible()

    await section(page, "Versions")
    await page.get_by_role("button", name="Go back to version 1").click()
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#pending")).to_be_hidden()
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Orders"


async def test_what_is_not_applied_survives_a_reload_and_anothers_version(
    page: Page, company: Company
) -> None:
    await rename(page, "Orders", "Sales")
    await page.reload()
    await expect(page.locator(".tree")).to_contain_text("Sales")
    document = await company.document()
    document["name"] = "Acme Limited"
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("alert")).to_contain_text("Your changes are on top of it now")
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#pending")).to_be_hidden()
    document = await company.document()
    assert document["name"] == "Acme Limited"
    assert document["queues"]["main"]["queues"]["orders"]["name"] == "Sales"


async def test_changes_are_discarded_only_when_that_is_meant(page: Page) -> None:
    await rename(page, "Orders", "Sales")
    await page.get_by_role("button", name="Discard").click()
    await page.get_by_role("button", name="Keep them").click()
    await expect(page.locator(".tree")).to_contain_text("Sales")
    await page.get_by_role("button", name="Discard").click()
    await page.locator("#ask").get_by_role("button", name="Discard").click()
    await expect(page.locator(".tree")).to_contain_text("Orders")


async def test_a_mistake_is_named_by_its_rule_and_leads_to_its_field(page: Page) -> None:
    await section(page, "Commands")
    await page.get_by_label("Leave the chat").fill("STOP")
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("STOP")
    await page.locator("#plan").get_by_role("button", name="commands.exit").click()
    await expect(page.get_by_label("Leave the chat")).to_be_visible()
    await expect(page.locator("#plan")).to_be_hidden()


async def test_a_mistake_of_what_only_a_file_changes_leads_nowhere(page: Page) -> None:
    """An earlier version may name an account's address of then."""
    rule = "accounts.main.url can only be changed by a file"
    refusal = {"message": "1 problem", "errors": [{"field": "accounts.main.url", "message": rule}]}
    await rename(page, "Orders", "Sales")
    await page.route("**/configuration/plan", lambda route: route.fulfill(status=400, json=refusal))
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text(rule)
    await expect(page.locator("#plan li button")).to_have_count(0)


async def test_what_was_just_applied_is_undone_in_two_clicks(page: Page, company: Company) -> None:
    await rename(page, "Orders", "Sales")
    await page.keyboard.press("Control+s")
    await page.get_by_role("button", name="Apply 1 change").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#plan ins")).to_have_text("Orders")
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#done")).to_contain_text("Version 3 holds now.")
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Orders"
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("#done")).to_be_hidden()


async def test_a_mistake_of_a_queue_that_is_not_open_leads_there_all_the_same(page: Page) -> None:
    await page.get_by_role("button", name="Billing", exact=False).first.click()
    await page.get_by_text("Settings of its own").click()
    await page.get_by_label("Priority").fill("9")
    await page.get_by_role("button", name="Orders", exact=True).click()
    await page.get_by_role("button", name="Review and apply").click()
    await page.locator("#plan").get_by_role("button", name="billing.settings.priority").click()
    await expect(page.get_by_role("heading", name="Queue billing")).to_be_visible()
    await expect(page.get_by_label("Priority")).to_be_focused()
