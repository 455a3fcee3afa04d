"""The CRM: set up on a page, kept, changed and given up."""

from __future__ import annotations

from playwright.async_api import Page, expect

from domain.config.connections import own_variables
from tests.console.admin.company import CRM, Company, apply, section


async def test_a_crm_is_set_up_and_given_up_and_said_to_be_not_used_yet(
    page: Page, company: Company
) -> None:
    await section(page, "CRM")
    await expect(page.get_by_text("Kept, but not used yet.")).to_be_visible()
    await expect(page.get_by_text("begins with THREADLINE_TENANT_ACME_;")).to_be_visible()
    await page.get_by_label("Which CRM").fill("Zendesk")
    await page.get_by_role("button", name="Set up a CRM").click()
    await page.get_by_label("URL").fill(CRM["url"])
    await page.get_by_label("File").fill("/run/secrets/crm")
    await page.get_by_role("button", name="Review and apply").click()
    await page.locator("#plan").get_by_role("button", name="crm.secret").click()
    await page.get_by_label("File").fill("")
    await page.get_by_label("Variable").fill("THREADLINE_TENANT_ACME_CRM")
    await page.get_by_label("Transcript").select_option("both")
    await page.get_by_label("Record unanswered").check()
    await apply(page)
    chosen = {"transcript": "both", "record_unanswered": True}
    assert (await company.document())["crm"] == CRM | chosen
    await page.get_by_role("button", name="Work with no CRM").click()
    await expect(page.get_by_text("There is none.")).to_be_visible()
    await apply(page)
    assert "crm" not in await company.document()


async def test_the_variables_of_a_company_with_a_hyphen_are_named_as_the_server_wants_them(
    page: Page, company: Company
) -> None:
    await page.evaluate(
        """async () => {
          const { draft } = await import("/console/static/admin/draft.js");
          draft.doc.tenant = "acme-b";
        }"""
    )
    await section(page, "CRM")
    await expect(page.get_by_text(f"begins with {own_variables('acme-b')};")).to_be_visible()
