"""The pages as they are served: no tenant data, no foreign host, a strict policy."""

import httpx2
import pytest
from fastapi import FastAPI

import console

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "worker-src 'self'"
)


def client(
    *, temporal: str | None = None, simulator: str | None = None, demo: bool = False
) -> httpx2.AsyncClient:
    app = FastAPI()
    console.mount(app, temporal_ui_url=temporal, simulator_url=simulator, demo=demo)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://here")


@pytest.mark.parametrize(
    "path", ["/", "/console", "/console/static/main.js", "/console/static/live-worker.js"]
)
async def test_every_page_and_module_carries_the_policy(path: str) -> None:
    async with client() as http:
        answer = await http.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_root_leads_to_the_console() -> None:
    async with client() as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/console")


async def test_the_phones_are_linked_in_a_demo_only() -> None:
    phones = "http://127.0.0.1:8081"
    async with client(simulator=phones, demo=True) as http:
        assert phones in (await http.get("/console")).text
    async with client(simulator=phones) as http:
        assert phones not in (await http.get("/console")).text


async def test_an_address_from_the_settings_cannot_break_out_of_the_page() -> None:
    async with client(temporal='"><script>alert(1)</script>') as http:
        assert "<script>alert" not in (await http.get("/console")).text


async def test_a_path_outside_the_static_files_is_not_served() -> None:
    async with client() as http:
        answer = await http.get("/console/static/..%2f__init__.py")
    assert answer.status_code == 404
