"""What operators and developers are shown."""

from __future__ import annotations

import pytest

from store.database import StoreUnavailable
from tests.api.world import BASE, Api, inbound


async def test_the_process_is_alive_and_ready(api: Api) -> None:
    async with api.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "parts": {"store": "ok", "temporal": "ok"}}


async def test_without_temporal_it_is_degraded_and_serves(api: Api) -> None:
    api.others = {"temporal": "away"}
    async with api.client() as client:
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["parts"]["temporal"] == "away"


@pytest.mark.parametrize("error", [StoreUnavailable(), RuntimeError("no such table: chats")])
async def test_without_the_store_it_is_not_ready(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(api.db, "read", broken)
    async with api.client() as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]["store"]) == (503, "down")
        assert ready.headers["retry-after"]
        assert (await client.get("/healthz")).status_code == 200


async def test_metrics_count_requests_by_template_and_show_what_is_owed(api: Api) -> None:
    chat_id = await api.acme.waiting_chat()
    await api.webhook("/carriers/simulator/acme/inbound", inbound(api.acme, "Hello again"))
    async with api.client(api.acme.tokens["mia"]) as client:
        await client.get(f"{BASE}/chats/{chat_id}")
        await client.get("/nowhere/+14155550199")
        page = (await client.get("/metrics")).text
    template = f'method="GET",route="{BASE}/chats/{{chat_id}}",status="200"'
    assert f"threadline_http_requests_total{{{template}}} 1.0" in page
    assert 'route="/carriers/{carrier}/{account}/inbound",status="204"} 1.0' in page
    assert "threadline_unsettled_chats 1.0" in page
    assert "threadline_outbox_size 3.0" in page
    assert "threadline_sse_streams 0.0" in page
    assert "+1415" not in page


async def test_metrics_are_for_loopback_and_the_networks_that_are_allowed(api: Api) -> None:
    allowing = Api(api.db, api.acme, api.globex, metrics_allow=("10.1.0.0/16",))
    for address, status in (("10.1.2.3", 200), ("10.2.2.3", 403), ("::1", 200), ("nonsense", 403)):
        async with allowing.client(address=address) as client:
            assert (await client.get("/metrics")).status_code == status


async def test_the_document_describes_bodies_answers_and_errors(api: Api) -> None:
    async with api.client() as client:
        document = (await client.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert "422" not in operation["responses"], path
            if path.startswith("/agent/"):
                for status in ("400", "401", "503"):
                    assert status in operation["responses"], (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    chat = document["components"]["schemas"]["ChatWithThread"]["properties"]
    assert {"id", "menu_path", "offer_events", "messages", "waiting_because"} <= set(chat)
    assert chat["created_at"]["format"] == "date-time"


async def test_the_page_of_the_document_loads_only_from_us(api: Api) -> None:
    async with api.client() as client:
        page = await client.get("/docs")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "http:" not in page.text
        assert "https:" not in page.text
        for part, kind in (("docs.js", "javascript"), ("docs.css", "css")):
            answer = await client.get(f"/docs/{part}")
            assert kind in answer.headers["content-type"]
            assert "http" not in answer.text
