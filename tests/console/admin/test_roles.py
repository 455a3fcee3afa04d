"""Who may look and who may change: nobody is offered what the server would refuse."""

from __future__ import annotations

from playwright.async_api import Page, Route, expect

from tests.console.admin.company import CRM, Company, Enter, section

CHANGEABLE = ["input:not(.search, [readonly], :disabled)", "textarea:not([readonly])",
              "select:not(:disabled, #text-language)"]  # fmt: skip
"""Controls that take a value. The language of the texts is what is looked at."""


async def offered(page: Page) -> list[str]:
    """The buttons of a section that may be pressed, less those that choose what is shown."""
    buttons = page.locator("#section button:enabled:not(.name)").filter(visible=True)
    return [text.strip() for text in await buttons.all_inner_texts()]


async def test_a_manager_looks_at_all_and_is_offered_no_change(
    page: Page, company: Company, enter: Enter
) -> None:
    document = await company.document()
    document["crm"] = CRM
    document["hours"] = {
        "office": {"zone": "UTC", "open": "Mo 09:00-17:00", "holidays": [{"day": "2026-12-25"}]}
    }
    document["shortcuts"] = {"hi": {"keyword": "hi", "text": {"en": "Hello"}, "opt_in": True}}
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await company.call("POST", "credentials", {"name": "Reports"})
    mia = await enter("mia")
    await expect(mia.get_by_text("only administrators may change it")).to_be_visible()
    for name in (
        "Queues", "Numbers", "People", "Teams", "Texts", "Shortcuts", "Hours", "Commands",
        "Settings", "CRM", "Credentials", "Sessions", "Versions",
    ):  # fmt: skip
        await section(mia, name)
        # Lists that are asked for are there.
        await expect(mia.locator("#section .card, #section .entry").first).to_be_visible()
        assert await mia.locator("#section").locator(", ".join(CHANGEABLE)).count() == 0, name
        assert await offered(mia) == [], name
        await expect(mia.locator("#why")).to_be_visible()
    await section(mia, "Numbers")
    await expect(mia.locator(".told")).to_have_text("Verified for Only SMS Messaging")
    await section(mia, "Queues")
    await mia.get_by_role("button", name="Billing").press("Alt+ArrowUp")
    await expect(mia.locator("#pending")).to_be_hidden()


async def test_a_manager_decides_requests_to_stop_and_searches_the_log(enter: Enter) -> None:
    mia = await enter("mia")
    for name, button in (("Consent", "Show the evidence"), ("Audit log", "Search")):
        await section(mia, name)
        await expect(mia.get_by_role("button", name=button)).to_be_enabled()
        await expect(mia.locator("#why")).to_be_hidden()


async def test_an_agent_may_not_even_look(enter: Enter) -> None:
    page = await enter("ana")
    await expect(page.get_by_text("Only administrators and managers may look")).to_be_visible()


async def test_what_was_typed_by_somebody_who_may_no_longer_change_it_can_only_be_given_up(
    page: Page,
) -> None:
    """Their browser keeps it; the server would refuse it."""
    await page.get_by_label("Name", exact=True).fill("Sales")
    await expect(page.locator("#pending")).to_be_visible()

    async def demoted(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"role": "manager"})

    await page.route("**/agent/api/v1/me", demoted)
    await page.reload()
    await expect(page.get_by_role("button", name="Discard")).to_be_visible()
    await expect(page.get_by_role("button", name="Review and apply")).to_be_hidden()
    await page.keyboard.press("Control+s")
    await expect(page.locator("#plan")).to_be_hidden()
