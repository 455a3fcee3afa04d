"""Texts with what they cost, and hours as a week."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.console.admin.company import Company, apply, section


async def test_a_text_tells_its_segments_and_a_variable_that_it_cannot_have(page: Page) -> None:
    await section(page, "Texts")
    ended = page.locator("[data-path='texts.en.ended']")
    area = ended.get_by_role("textbox")
    await area.fill("x" * 161)
    await expect(ended).to_contain_text("161 characters, 2 segments (GSM-7)")
    await area.fill("Bye \U0001f44b")
    await expect(ended).to_contain_text("UCS-2, because of “\U0001f44b”")
    await area.fill("")
    await ended.get_by_role("button", name="@{COMPANY_NAME}").click()
    await expect(area).to_have_value("@{COMPANY_NAME}")
    await area.fill("@{MOON}")
    await expect(ended).to_contain_text("@{MOON} is no variable of this text.")


async def test_the_texts_are_there_while_a_language_is_half_typed(page: Page) -> None:
    await page.get_by_label("Language").fill("en_US")
    await section(page, "Texts")
    language = page.get_by_label("Language", exact=True)
    await expect(language).to_have_value("en")
    await language.select_option("en_US")
    await expect(page.locator("[data-path='texts.en_US.ended']")).to_be_visible()


async def test_opening_hours_are_a_week_and_an_expression_at_once(
    page: Page, company: Company
) -> None:
    await section(page, "Hours")
    await page.get_by_label("Name").fill("Office")
    await page.get_by_role("button", name="Add hours").click()
    await page.get_by_label("Saturday").fill("10:00-14:00")
    await expect(page.get_by_label("As an expression")).to_have_value(
        "Mo-Fr 09:00-17:00; Sa 10:00-14:00"
    )
    await page.get_by_label("As an expression").fill("Mo-We 08:00-12:00,13:00-18:00")
    await expect(page.get_by_label("Tuesday")).to_have_value("08:00-12:00,13:00-18:00")
    await expect(page.get_by_label("Friday")).to_have_value("")
    await page.get_by_label("Time zone").fill("America/New_York")
    await page.get_by_role("button", name="Add a holiday").click()
    await page.get_by_label("Day", exact=True).fill("2026-12-25")
    await apply(page)
    hours = (await company.document())["hours"]["office"]
    assert hours["zone"] == "America/New_York"
    assert hours["open"] == "Mo-We 08:00-12:00,13:00-18:00"
    assert [holiday["day"] for holiday in hours["holidays"]] == ["2026-12-25"]
