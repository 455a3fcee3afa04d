"""The administration in a real Chromium, over the real API and store."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from playwright.async_api import Page, expect
from pydantic import SecretStr

from services import auth, demo
from services.commit import flush
from services.demo import DemoSecrets
from settings import Settings
from store.database import Database, WallClock
from temporal.plugin import build_app
from tests.console.admin.company import Company, Enter
from tests.console.conftest import Open


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
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        company = Company(url, http, settings.database_url)
        http.headers["authorization"] = f"Bearer {await company.log_in('ada@acme.example')}"
        yield company
    server.should_exit = True
    await serving


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
