"""The demo's company, served by the real API over a real store, and what is done on its pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from playwright.async_api import Page, expect

from carriers.protocol import InboundText
from services import intake
from services.commit import flush
from store import numbers
from store.database import Database, Tx, WallClock

Enter = Callable[[str], Awaitable[Page]]

CRM: dict[str, Any] = {
    "kind": "zendesk",
    "url": "https://acme.example",
    "secret": {"env": "THREADLINE_TENANT_ACME_CRM"},
}


@dataclass
class Company:
    """The demo's company, served; `call` is its API as an administrator's program."""

    url: str
    http: httpx2.AsyncClient
    database_url: str

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, f"/admin/api/v1/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def document(self) -> dict[str, Any]:
        document: dict[str, Any] = (await self.call("GET", "configuration"))["document"]
        return document

    async def text(self, phone: str, text: str) -> None:
        """A consumer's text comes in, as in another process."""

        def receive(tx: Tx) -> None:
            account = numbers.account(tx, "simulator", "acme")
            assert account is not None
            intake.receive(tx, account, InboundText(phone, phone, "+14155550100", text))

        await self.change(receive)

    async def change(self, service: Callable[[Tx], None]) -> None:
        """One transaction of another process."""
        db = Database(self.database_url, WallClock(), flush)
        await db.write(service)
        await db.close()

    async def log_in(self, email: str) -> str:
        body = {"tenant": "acme", "email": email, "password": "right"}
        answer = await self.http.post("/agent/api/v1/login", json=body)
        return str(answer.json()["token"])


async def section(page: Page, name: str) -> None:
    link = page.get_by_role("navigation").get_by_role("link", name=name)
    await link.click()
    # Until then what is on the screen is the section of before, which has fields of the same names.
    await expect(link).to_have_attribute("aria-current", "page")


def names(page: Page) -> Any:
    return page.locator(".tree .name > span")


async def apply(page: Page, count: str = "1 change") -> None:
    await page.get_by_role("button", name="Review and apply").click()
    await page.get_by_role("button", name=f"Apply {count}").click()
    await expect(page.locator("#pending")).to_be_hidden()


async def rename(page: Page, queue: str, name: str) -> None:
    await page.get_by_role("button", name=queue, exact=True).click()
    await page.get_by_label("Name", exact=True).fill(name)
