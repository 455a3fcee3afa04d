"""The administration in a real Chromium, over the real API and store."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, ViewportSize, expect
from pydantic import SecretStr

from carriers.protocol import InboundText
from services import auth, demo, intake
from services.commit import flush
from services.demo import DemoSecrets
from settings import Settings
from store import numbers
from store.database import Database, WallClock
from temporal.plugin import build_app
from tests.console.conftest import Open

SECTIONS = (
    "queues numbers users teams texts shortcuts hours commands settings consent credentials "
    "versions audit"
)


@dataclass
class Company:
    """The demo's company, served; `call` is its API as an administrator's program."""

    url: str
    http: httpx2.AsyncClient
    database_url: str

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, f"/admin/api/v1/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def document(self) -> dict[str, Any]:
        document: dict[str, Any] = (await self.call("GET", "configuration"))["document"]
        return document

    async def text(self, phone: str, text: str) -> None:
        """A consumer's text comes in, as in another process."""
        db = Database(self.database_url, WallClock(), flush)
        account = await db.read(numbers.account, "simulator", "acme")
        assert account is not None
        inbound = InboundText(phone, phone, "+14155550100", text)
        await db.write(intake.receive, account, inbound)
        await db.close()

    async def log_in(self, email: str) -> str:
        body = {"tenant": "acme", "email": email, "password": "right"}
        answer = await self.http.post("/agent/api/v1/login", json=body)
        return str(answer.json()["token"])


@pytest.fixture(scope="session")
def password_hash() -> str:
    return auth.hash_password("right")


@pytest.fixture
async def company(
    tmp_path: Path, sqlite_template: Path, password_hash: str
) -> AsyncIterator[Company]:
    shutil.copy(sqlite_template, tmp_path / "store.db")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'store.db'}",
        simulator_secret=SecretStr("of the test"),
    )
    db = Database(settings.database_url, WallClock(), flush)
    secrets = DemoSecrets("", dict.fromkeys(demo.emails(), password_hash), "http://127.0.0.1:9")
    await db.write(demo.ensure, secrets)
    await db.close()
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(build_app(settings), log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    async with httpx2.AsyncClient(base_url=url, timeout=20) as http:
        company = Company(url, http, settings.database_url)
        http.headers["authorization"] = f"Bearer {await company.log_in('ada@acme.example')}"
        yield company
    server.should_exit = True
    await serving


Enter = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def enter(company: Company, open_page: Open) -> Enter:
    """Somebody logs in to the administration."""

    async def enter(name: str) -> Page:
        page = await open_page(company.url)
        await page.goto(f"{company.url}/admin")
        await page.get_by_label("Company").fill("acme")
        await page.get_by_label("E-mail").fill(f"{name}@acme.example")
        await page.get_by_label("Password").fill("right")
        await page.get_by_role("button", name="Log in").click()
        return page

    return enter


@pytest.fixture
async def page(enter: Enter) -> Page:
    page = await enter("ada")
    await expect(page.get_by_role("heading", name="Queues")).to_be_visible()
    return page


async def section(page: Page, name: str) -> None:
    await page.get_by_role("navigation").get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", level=2).first).to_be_visible()


def names(page: Page) -> Any:
    return page.locator(".tree .name > span")


async def apply(page: Page, count: str = "1 change") -> None:
    await page.get_by_role("button", name="Review and apply").click()
    await page.get_by_role("button", name=f"Apply {count}").click()
    await expect(page.locator("#pending")).to_be_hidden()


async def rename(page: Page, queue: str, name: str) -> None:
    await page.get_by_role("button", name=queue, exact=True).click()
    await page.get_by_label("Name", exact=True).fill(name)


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
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Sales"

    await section(page, "Audit log")
    newest = page.locator(".entry").first
    await expect(newest).to_contain_text("Change queue orders")
    await expect(newest).to_contain_text("Ada Adler")
    await expect(newest).to_contain_text("console")

    await section(page, "Versions")
    await page.get_by_role("button", name="Go back to version 1").click()
    await page.get_by_role("button", name="Apply 1 change").click()
    await expect(page.locator("#pending")).to_be_hidden()
    assert (await company.document())["queues"]["main"]["queues"]["orders"]["name"] == "Orders"


async def test_queues_are_moved_by_keys_and_by_dragging_and_the_phone_shows_the_menu(
    page: Page, company: Company
) -> None:
    phone = page.locator(".phone .said").last
    await expect(phone).to_contain_text("Text 1 for Orders\nText 2 for Returns")
    await page.get_by_role("button", name="Returns", exact=True).click()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(names(page)).to_have_text(
        ["Acme Outfitters", "Returns", "Orders", "Billing", "VIP"]
    )
    await expect(page.get_by_role("button", name="Returns", exact=True)).to_be_focused()
    await page.locator("[data-queue='vip'] > .row").drag_to(
        page.locator("[data-queue='returns'] > .row"), target_position={"x": 40, "y": 3}
    )
    await expect(names(page)).to_have_text(
        ["Acme Outfitters", "VIP", "Returns", "Orders", "Billing"]
    )
    await page.get_by_role("button", name="Acme Outfitters", exact=True).click()
    await expect(phone).to_contain_text("Text 1 for Returns\nText 2 for Orders")
    await page.get_by_role("button", name="Add a queue below").click()
    await page.get_by_label("Name", exact=True).fill("Gifts")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("Create queue new-queue")
    await page.locator("#plan").get_by_role("button", name="Apply").click()
    await expect(page.locator("#pending")).to_be_hidden()
    below = (await company.document())["queues"]["main"]["queues"]
    assert list(below) == ["vip", "returns", "orders", "billing", "new-queue"]


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


async def test_a_queues_setting_says_what_it_inherits_and_from_whom(
    page: Page, company: Company
) -> None:
    await section(page, "Settings")
    await page.get_by_label("Chat timeout").fill("700")
    await section(page, "Queues")
    await page.get_by_role("button", name="Orders", exact=True).click()
    await page.get_by_text("Settings of its own").click()
    own = page.locator("[data-path$='orders.settings.chat_timeout']")
    await expect(own).to_contain_text("Now 700, from Acme Outfitters's settings.")
    await own.get_by_role("spinbutton").fill("90")
    await expect(own).to_contain_text("Set here; without it 700")
    await apply(page, "2 changes")
    orders = (await company.document())["queues"]["main"]["queues"]["orders"]
    assert orders["settings"] == {"chat_timeout": 90}


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


async def test_people_and_shortcuts_are_added_and_deleted(page: Page, company: Company) -> None:
    await section(page, "People")
    await page.get_by_label("Name").first.fill("Dan Drew")
    await page.get_by_role("button", name="Add person").click()
    await page.get_by_label("Email").fill("dan@acme.example")
    await section(page, "Shortcuts")
    await page.get_by_label("Keyword").fill("hello")
    await page.get_by_role("button", name="Add shortcut").click()
    await page.get_by_label("Text (en)").fill("Hello, how can I help?")
    await page.get_by_label("Opt in").check()
    await apply(page, "2 changes")
    document = await company.document()
    assert document["users"]["dan-drew"] == {"name": "Dan Drew", "email": "dan@acme.example"}
    assert document["shortcuts"]["hello"]["text"] == {"en": "Hello, how can I help?"}
    await section(page, "People")
    await page.get_by_role("button", name="Dan Drew").first.click()
    await page.get_by_role("button", name="Delete Dan Drew").click()
    await apply(page)
    assert "dan-drew" not in (await company.document())["users"]


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
    await expect(status).to_have_text("Verified for Only SMS Messaging")
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


async def test_a_manager_may_look_and_an_agent_may_not(enter: Enter) -> None:
    page = await enter("mia")
    await rename(page, "Orders", "Sales")
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.locator("#plan")).to_contain_text("Only administrators")
    page = await enter("ana")
    await expect(page.get_by_text("Only administrators and managers may look")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
async def test_every_section_is_accessible_and_fits(page: Page, scheme: str, width: int) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size(ViewportSize(width=width, height=800))

    async def look(state: str) -> None:
        results = await Axe().run(page)
        assert results.violations_count == 0, f"{state}: {results.generate_report()}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, state

    await rename(page, "Orders", "Sales")
    for name in SECTIONS.split():
        await page.goto(page.url.split("#")[0] + f"#{name}")
        await expect(page.locator(f"nav [href='#{name}'][aria-current]")).to_be_visible()
        await expect(page.get_by_role("heading", level=2).first).to_be_visible()
        await look(name)
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("button", name="Apply 1 change")).to_be_visible()
    await look("plan")


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
    await page.get_by_label("The consumer's number").fill("nobody")
    await page.get_by_role("button", name="Show the evidence").click()
    await expect(page.get_by_role("alert")).to_have_text("number must be a phone number")
