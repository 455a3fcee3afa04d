"""Tenants never see each other's anything: a walk over every route."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from tests.api.world import BASE, Api, basic, inbound

BODIES: dict[str, dict[str, object]] = {
    "/chats/{chat_id}/read": {"seq": 1},
    "/chats/{chat_id}/messages": {"text": "hi", "client_id": "c"},
    "/me/status": {"status": "Available"},
    "/me/password": {"current": "x", "new": "long enough for us"},
    "/consent/export": {"number": "+14155550142"},
    "/configuration/plan": {"yaml": "tenant: acme"},
    "/configuration/apply": {"yaml": "tenant: acme", "base": 1},
}
OTHER_IDS = {"version": 1, "credential_id": 1, "session_id": 1, "message_id": 1, "key": "ana"}
CLIENTS = ("/apps", "/manager")
# For this machine and the networks that settings allow, as /metrics.
OPERATORS = "/ops/"
# These belong to nobody in particular.
PUBLIC = {"/healthz", "/readyz", "/metrics", "/docs", "/docs/docs.js", "/docs/docs.css"}


def agent_calls(api: Api) -> list[tuple[str, str]]:
    """Every (method, path) of the application, from its own document."""
    paths = api.app.openapi()["paths"]
    return [(method.upper(), path) for path, item in paths.items() for method in item]


async def test_the_document_knows_every_route(api: Api) -> None:
    shown = {route.path for route in api.app.routes if isinstance(route, APIRoute)}
    documented = set(api.app.openapi()["paths"])
    assert shown - documented <= PUBLIC


async def test_without_a_token_every_route_refuses(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    async with api.client() as client:
        for method, path in agent_calls(api):
            if (
                path in PUBLIC
                or path.startswith((*CLIENTS, "/carriers", OPERATORS))
                or path.endswith("/login")
            ):
                continue
            answer = await client.request(method, filled(path, chat_id), json=body(path))
            assert answer.status_code == 401, (method, path, answer.text)
            assert "www-authenticate" in answer.headers


def filled(path: str, chat_id: int) -> str:
    return path.format(chat_id=chat_id, **OTHER_IDS)


def body(path: str) -> dict[str, object] | None:
    return next((sent for end, sent in BODIES.items() if path.endswith(end)), None)


@pytest.mark.parametrize("who", ["ana", "mia"])
async def test_with_another_tenants_token_every_chat_is_not_found(api: Api, who: str) -> None:
    ours = [await api.acme.connected_chat(), await api.acme.waiting_chat("+14155550112")]
    before = [await api.acme.world.chat(chat_id) for chat_id in ours]
    async with api.client(api.globex.tokens[who]) as client:
        for method, path in agent_calls(api):
            if "{chat_id}" not in path or path.startswith(CLIENTS):
                continue
            for chat_id in ours:
                answer = await client.request(method, path.format(chat_id=chat_id), json=body(path))
                assert answer.status_code in (403, 404), (method, path, answer.text)
    assert [await api.acme.world.chat(chat_id) for chat_id in ours] == before


@pytest.mark.parametrize("who", ["ana", "mia"])
async def test_with_another_tenants_token_lists_hold_nothing_of_ours(api: Api, who: str) -> None:
    await api.acme.connected_chat("ana")
    await api.acme.waiting_chat("+14155550112")
    async with api.client(api.globex.tokens[who]) as client:
        assert (await client.get(f"{BASE}/chats")).json() == []
        assert (await client.get(f"{BASE}/offers")).json() == []
        queues = (await client.get(f"{BASE}/queues")).json()
    assert not {queue["id"] for queue in queues} & set(api.acme.world.queues.values())


async def test_a_number_that_texts_two_companies_has_a_past_with_each_alone(api: Api) -> None:
    for company in (api.globex, api.acme):
        chat_id = await company.connected_chat("ana")
        await company.world.end("ana", chat_id)
        await company.world.text("STOP", to=company.number)
        await company.world.text("START", to=company.number)
    chat_id = await api.acme.connected_chat("ana")
    async with api.client(api.acme.tokens["ana"]) as client:
        earlier = await client.get(f"{BASE}/chats/{chat_id}/earlier")
        consent = (await client.get(f"{BASE}/chats/{chat_id}/consent")).json()
    assert (earlier.headers["total"], len(earlier.json())) == ("1", 1)
    assert [entry["status"] for entry in consent["history"]] == ["opted_in", "opted_out"]


async def test_a_carrier_account_brings_texts_for_its_own_tenant_only(api: Api) -> None:
    path = f"/carriers/simulator/{api.globex.subdomain}/inbound"
    answer = await api.webhook(path, inbound(api.acme, "Hello"))
    assert answer.status_code == 404
    assert await api.db.read(lambda tx: tx.conn.exec_driver_sql("SELECT 1 FROM chats").all()) == []


async def test_an_api_token_opens_no_other_tenants_stream(api: Api) -> None:
    token = api.acme.api_token
    async with api.client() as client:
        stream = "/events/v1/stream"
        assert (await client.get(stream, headers=basic("globex", token))).status_code == 401
        assert (await client.get(stream, headers=basic("nowhere", token))).status_code == 404
        assert (await client.get(stream, headers=basic("\0", token))).status_code == 404
        wrong = await client.get(stream, headers=basic("acme", "wrong"))
        assert wrong.status_code == 401
        assert wrong.headers["www-authenticate"].startswith("Basic ")
        malformed = await client.get(stream, headers={"authorization": "Basic %%%"})
        assert malformed.status_code == 401


async def test_an_agent_sees_only_chats_that_are_were_or_may_become_theirs(api: Api) -> None:
    chat_id = await api.acme.waiting_chat()

    async def seen_by(name: str) -> int:
        async with api.client(api.acme.tokens[name]) as client:
            chat = await client.get(f"{BASE}/chats/{chat_id}")
            thread = await client.get(f"{BASE}/chats/{chat_id}/messages")
        assert chat.status_code == thread.status_code
        return int(chat.status_code)

    assert await seen_by("ana") == 404
    await api.acme.world.status("ana")
    await api.acme.world.status("ben")
    assert (await seen_by("ana"), await seen_by("ben")) == (200, 200)
    await api.acme.world.accept("ana", chat_id)
    assert (await seen_by("ana"), await seen_by("ben")) == (200, 404)
    await api.acme.world.end("ana", chat_id)
    assert (await seen_by("ana"), await seen_by("ben")) == (200, 404)
