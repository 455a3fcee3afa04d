"""Who asks in free words to stop, evidence of consent, and texts that belong to no chat."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from carriers.protocol import InboundText
from services import intake
from store import numbers
from store.database import Tx
from tests.console.admin.company import Company, section
from tests.console.looks import judge


async def test_requests_to_stop_are_decided_and_consent_is_handed_out_as_evidence(
    page: Page, company: Company
) -> None:
    await company.text("+14155550142", "Please stop texting me")
    await company.text("+14155550143", "How do I unsubscribe from nothing?")
    await section(page, "Consent")
    asked = page.locator(".entry", has_text="Please stop texting me")
    await asked.get_by_role("button", name="Opt out").click()
    await page.locator("#ask").get_by_role("button", name="Opt out").click()
    await expect(asked).to_have_count(0)
    await page.get_by_role("button", name="Not a request").click()
    await expect(page.get_by_text("Nobody waits for a decision.")).to_be_visible()
    await page.get_by_label("The consumer's number").fill("+1 415 555 0142")
    await page.get_by_role("button", name="Show the evidence").click()
    entry = page.locator("ol .entry")
    await expect(entry).to_contain_text("opted out for Acme Outfitters, by Ada Adler")
    await expect(entry).to_contain_text("Please stop texting me")
    await expect(page.get_by_text("+14155550100: \u2298 opted out")).to_be_visible()
    assert "5550142" not in page.url
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download all of it").click()
    saved = json.loads((await (await download.value).path()).read_text())
    assert [one["status"] for one in saved["entries"]] == ["opted_out"]
    await page.get_by_label("The consumer's number").fill("+14155550143")
    await page.get_by_role("button", name="Show the evidence").click()
    dismissed = page.locator(".entry", has_text="How do I unsubscribe from nothing?")
    await expect(dismissed).to_contain_text("Ada Adler")
    await page.get_by_label("The consumer's number").fill("nobody")
    await page.get_by_role("button", name="Show the evidence").click()
    await expect(page.get_by_role("alert")).to_have_text("number must be a phone number")


async def test_requests_beyond_the_first_page_are_counted_and_shown_on_demand(
    page: Page, company: Company
) -> None:
    def receive(tx: Tx) -> None:
        account = numbers.account(tx, "simulator", "acme")
        assert account is not None
        for n in range(51):
            phone = f"+141555502{n:02}"
            asks = InboundText(phone, phone, "+14155550100", "Please stop texting me")
            intake.receive(tx, account, asks)

    await company.change(receive)
    await section(page, "Consent")
    await expect(page.get_by_text("51 entries")).to_be_visible()
    await expect(page.locator(".entry")).to_have_count(50)
    await page.get_by_role("button", name="Show more").click()
    await expect(page.locator(".entry")).to_have_count(51)
    await page.get_by_role("button", name="Not a request").first.click()
    await expect(page.get_by_text("50 entries")).to_be_visible()


async def test_texts_in_no_chat_are_shown_with_the_reason(page: Page, company: Company) -> None:
    await section(page, "Consent")
    await expect(page.get_by_text("Every text stands in a chat.")).to_be_visible()
    await company.text("+14155550142", "STOP")
    await company.text("+14155550143", "EXIT")
    await page.reload()
    texts = page.locator("section .entry")
    await expect(texts).to_have_count(2)
    await expect(texts.first).to_contain_text("EXIT")
    await expect(texts.first).to_contain_text("leaves before a chat began")
    await expect(texts.last).to_contain_text(
        "+14155550142 to +14155550100 \u00b7 asks to opt out \u00b7"
    )
    await judge(page, "texts in no chat")
