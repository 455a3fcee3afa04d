"""People, numbers, shortcuts, and what holds at once: credentials, passwords, sessions."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.console.admin.company import Company, Enter, apply, section


async def test_people_and_shortcuts_are_added_and_deleted(page: Page, company: Company) -> None:
    await section(page, "People")
    await page.get_by_label("Name").first.fill("Dan Drew")
    await page.get_by_role("button", name="Add person").click()
    await page.get_by_label("Email").fill("dan@acme.example")
    await section(page, "Shortcuts")
    await page.get_by_label("Keyword").first.fill("bye")
    await page.get_by_role("button", name="Add shortcut").click()
    text = page.get_by_label("Text (en)")
    await text.fill("Good bye, yours ")
    field = page.locator(".wording").filter(has=text)
    await field.get_by_role("button", name="@{AGENT_NAME}").click()
    await expect(text).to_have_value("Good bye, yours @{AGENT_NAME}")
    await apply(page, "2 changes")
    document = await company.document()
    assert document["users"]["dan-drew"] == {"name": "Dan Drew", "email": "dan@acme.example"}
    assert document["shortcuts"]["bye"]["text"] == {"en": "Good bye, yours @{AGENT_NAME}"}
    await section(page, "People")
    await page.get_by_role("button", name="Dan Drew").first.click()
    await page.get_by_role("button", name="Delete Dan Drew").click()
    await apply(page)
    assert "dan-drew" not in (await company.document())["users"]


async def test_who_is_deleted_leaves_the_teams_and_queues_that_name_them(
    page: Page, company: Company
) -> None:
    document = await company.document()
    leaves = document["queues"]["main"]["queues"]
    leaves["orders"] |= {"agents": ["ana", "ben"]}
    leaves["returns"] |= {"agents": ["ana"]}
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await page.reload()
    await section(page, "People")
    await page.get_by_role("button", name="Ana").first.click()
    await page.get_by_role("button", name="Delete Ana").click()
    await section(page, "Teams")
    await page.get_by_role("button", name="Delete Support").click()
    await page.get_by_role("button", name="Review and apply").click()
    await page.locator("#plan").get_by_role("button", name="Apply").click()
    await expect(page.locator("#pending")).to_be_hidden()
    document = await company.document()
    assert "ana" not in document["users"]
    assert "teams" not in document
    leaves = document["queues"]["main"]["queues"]
    assert leaves["orders"] == {"name": "Orders", "agents": ["ben"]}
    assert leaves["returns"] == {"name": "Returns"}


async def test_a_credential_is_shown_once_replaced_and_ended(page: Page, company: Company) -> None:
    await section(page, "Credentials")
    await page.get_by_label("What it is for").fill("Reports")
    await page.get_by_role("button", name="Make a credential").click()
    first = await page.locator(".secret code").inner_text()
    line = page.locator(".entry", has_text="Reports")
    await line.get_by_role("button", name="Replace the token").click()
    await page.locator("#ask").get_by_role("button", name="Replace").click()
    await expect(page.locator(".secret code")).not_to_have_text(first)
    await line.get_by_role("button", name="Disable").click()
    await page.locator("#ask").get_by_role("button", name="Disable").click()
    await expect(line).to_contain_text("disabled")
    await page.reload()
    await expect(line).to_be_visible()
    await expect(page.locator(".secret")).to_have_count(0)


async def test_a_number_tells_how_far_its_carrier_has_vouched_for_it(page: Page) -> None:
    await section(page, "Numbers")
    status = page.locator(".told")
    await expect(status).to_have_text("Verified for Only SMS Messaging")
    await page.get_by_role("button", name="Ask the carrier").click()
    # Nobody answers at that carrier's address, and who cannot be asked takes nothing back.
    await expect(status).to_contain_text("Verified for Only SMS Messaging: the carrier cannot be")
    await page.get_by_label("Number, such as").fill("+1 415 555 0177")
    await page.get_by_role("button", name="Add number").click()
    await expect(page.get_by_text("Once it is applied.")).to_be_visible()


async def test_a_new_password_is_shown_once_and_is_the_one_that_holds(
    page: Page, company: Company
) -> None:
    await section(page, "People")
    await page.get_by_role("button", name="Ben Brook").first.click()
    await page.get_by_role("button", name="Make a new password").click()
    await page.get_by_role("button", name="Leave it").click()
    await expect(page.locator(".told code")).to_have_count(0)
    await page.get_by_role("button", name="Make a new password").click()
    await page.get_by_role("button", name="Make it", exact=True).click()
    password = await page.locator(".told code").inner_text()
    body = {"tenant": "acme", "email": "ben@acme.example", "password": password}
    assert (await company.http.post("/agent/api/v1/login", json=body)).status_code == 200
    body["password"] = "right"
    assert (await company.http.post("/agent/api/v1/login", json=body)).status_code == 401


async def test_somebody_is_logged_out_and_sees_the_login(
    page: Page, company: Company, enter: Enter
) -> None:
    mia = await enter("mia")
    await expect(mia.get_by_role("heading", name="Queues")).to_be_visible()
    await section(page, "Sessions")
    await expect(page.get_by_text("you, in this browser")).to_have_count(1)
    await page.get_by_role("button", name="Log Mia Moreau out").click()
    await page.locator("#ask").get_by_role("button", name="Log out").click()
    await expect(page.get_by_text("Mia Moreau", exact=True)).to_have_count(0)
    await mia.get_by_role("navigation").get_by_role("link", name="Versions").click()
    await expect(mia.get_by_text("You have been logged out.")).to_be_visible()
    [ended] = await company.call("GET", "audit?kind=session")
    assert (ended["verb"], ended["by"]) == ("delete", "Ada Adler")


async def test_one_of_many_people_is_found_by_a_few_letters(page: Page, company: Company) -> None:
    document = await company.document()
    for n in range(150):
        document["users"][f"agent{n}"] = {"name": f"Agent {n}", "email": f"a{n}@acme.example"}
    await company.call("POST", "configuration/apply", {"document": document, "base": 1})
    await page.reload()
    await section(page, "People")
    await expect(page.get_by_text("55 more: search for them.")).to_be_visible()
    await page.get_by_label("Search 155 people").fill("agent 14")
    await expect(page.locator(".list .name > span")).to_have_count(12)
    await section(page, "Teams")
    await page.get_by_label("Search", exact=True).fill("agent 149")
    await page.get_by_label("Agent 149").check()
    await apply(page)
    members = (await company.document())["teams"]["support"]["members"]
    assert members == ["ana", "ben", "caro", "agent149"]
