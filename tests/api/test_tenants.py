"""Tenants never see each other's anything: a walk over every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from store import tables as t
from tests.api.world import BASE, Api, basic, inbound
from tests.conftest import SetClock

ADMIN = "/admin/api/v1"

BODIES: dict[str, dict[str, object]] = {
    "/chats/{chat_id}/read": {"seq": 1},
    "/chats/{chat_id}/messages": {"text": "hi", "client_id": "c"},
    "/me/status": {"status": "Available"},
    "/me/password": {"current": "x", "new": "long enough for us"},
    "/consent/export": {"number": "+14155550142"},
    "/configuration/plan": {"yaml": "tenant: acme"},
    "/configuration/preview": {"yaml": "tenant: acme", "queue": "main"},
    "/configuration/apply": {"yaml": "tenant: acme", "base": 1},
}
# A body for each kind of object that has a key.
OBJECTS: dict[str, Any] = {
    "users": {"name": "Night Owl", "email": "owl@acme.example"},
    "teams": {"name": "Night", "members": ["ben"]},
    "hours": {"zone": "Europe/Berlin", "open": "Mo-Fr 09:00-17:00"},
    "shortcuts": {"keyword": "night", "text": {"en": "Good Night!"}, "opt_in": True},
    "queues": {"name": "Nights", "parent": "support", "teams": ["night"]},
    "webhooks": {
        "url": "https://crm.acme.example",
        "secret": {"env": "THREADLINE_TENANT_ACME_CRM"},
    },
    "accounts": {
        "carrier": "simulator",
        "secrets": {"secret": {"env": "THREADLINE_TENANT_ACME_SPARE"}},
    },
}
PLEASE = "Please stop texting me, zebra"
SENDER = "+14155550177"
# Tested apart: no end, no company yet, no session left afterwards.
OTHERWISE = {"/events/v1/stream", f"{BASE}/login", f"{BASE}/logout"}
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


@dataclass
class Theirs:
    """What only the other tenant has: ids and keys by which calls may ask for it, and the words
    that no answer may hold."""

    in_path: dict[str, Any]
    filters: dict[str, Any]
    number: str
    version: int
    words: tuple[str, ...] = (PLEASE, "acme.example", "Night", SENDER)

    def body(self, path: str) -> Any:
        """What the call takes, with the other tenant's numbers and keys in it."""
        bodies = {
            **{f"/{section}/{{key}}": body for section, body in OBJECTS.items()},
            "/numbers": {"number": self.number, "settings": {"account": "main"}},
            "/numbers/delete": {"number": self.number},
            "/numbers/status": {"number": self.number},
            "/numbers/verify": {"number": self.number},
            "/consent/export": {"number": SENDER},
            "/configuration/apply": {"yaml": "tenant: acme", "base": self.version},
        }
        found = (sent for end, sent in bodies.items() if path.endswith(end))
        return next(found, body(path))


async def theirs(api: Api) -> Theirs:
    """An answered chat whose consumer asks to stop, a waiting one, and an object of each kind."""
    chat_id = await api.acme.connected_chat(sender=SENDER)
    asked = await api.acme.world.text(PLEASE, sender=SENDER, to=api.acme.number)
    async with api.client(api.acme.tokens["ada"]) as ada:
        for section, value in OBJECTS.items():
            made = await ada.put(f"{ADMIN}/{section}/night", json=value)
            assert made.status_code == 200, made.text
        version = made.json()["version"]
        sessions = (await ada.get(f"{ADMIN}/sessions")).json()
        credentials = (await ada.get(f"{ADMIN}/credentials")).json()
    [team] = await api.acme.world.rows(sa.select(t.teams.c.id).where(t.teams.c.key == "night"))
    ids = {
        "chat_id": chat_id,
        "message_id": asked.message_id,
        "session_id": sessions[0]["id"],
        "credential_id": credentials[0]["id"],
        "version": version,
        "key": "night",
    }
    filters = {
        "queue_id": api.acme.world.queues["Orders"],
        "agent_id": api.acme.world.agents["ana"],
        "team_id": team.id,
        "end_user_number": SENDER,
        "number": api.acme.number,
        "queue": "night",
    }
    return Theirs(ids, filters, api.acme.number, version)


async def everything(api: Api) -> dict[str, list[Any]]:
    """All rows of the tenant, by table."""
    held = {}
    for table in t.metadata.sorted_tables:
        if "tenant_id" in table.c:
            mine = sa.select(table).where(table.c.tenant_id == api.acme.tenant_id)
            held[table.name] = await api.acme.world.rows(mine.order_by(*table.primary_key))
    return held


@pytest.mark.parametrize("who", ["ana", "mia", "ada"])
async def test_by_another_tenants_ids_nothing_is_read_or_changed(
    api: Api, clock: SetClock, who: str
) -> None:
    ours = await theirs(api)
    before = await everything(api)
    strange = basic("globex", api.globex.api_token)
    async with api.client(api.globex.tokens[who]) as client:
        for method, path in agent_calls(api):
            if path.startswith("/carriers") or path in OTHERWISE:
                continue
            clock.move(seconds=1)
            headers = strange if path.startswith(CLIENTS) else {}
            sent, query = ours.body(path), ours.filters if method == "GET" else {}
            for params in [{}, *({name: value} for name, value in query.items())]:
                answer = await client.request(
                    method,
                    path.format(**ours.in_path),
                    params=params,
                    json=sent,
                    headers=headers,
                )
                call = (method, path, params, answer.status_code, answer.text)
                told = [word for word in ours.words if word in answer.text]
                assert all(word in f"{sent}{params}" for word in told), call
                if "{" in path and "{key}" not in path:
                    assert answer.status_code in (403, 404), call
    assert await everything(api) == before


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
