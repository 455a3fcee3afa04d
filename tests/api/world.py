"""Two companies with people who are logged in, and the calls that people and carriers make."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from standardwebhooks import Webhook

from api.app import create_app
from api.deps import Deps
from api.stream import Notifier
from carriers.protocol import Carrier, CarrierAccount
from carriers.registry import CARRIERS
from domain.config.document import Configuration
from domain.config.file import validate
from services import configuration
from services.auth import SESSION_LASTS, new_token, token_hash
from services.configuration import ToAsk
from services.projection import VOUCHED, Known
from store import credentials, sessions, users
from store import tables as t
from store.configurations import Actor
from store.database import Database, Tx
from store.numbers import Account
from tests.world import PHONE, World, build

BASE = "/agent/api/v1"
PASSWORD = "correct horse"
SECRET = "s3cret"
CARRIER = "http://127.0.0.1:1"
PEOPLE = ("ana", "ben", "caro", "mia", "ada")
PUBLIC = "https://threadline.test"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Company:
    """A company, the tokens of its people (agents, Mia manages, Ada administers) and of its
    API client."""

    subdomain: str
    world: World
    tokens: dict[str, str]
    api_token: str

    @property
    def tenant_id(self) -> int:
        return self.world.tenant_id

    @property
    def number(self) -> str:
        return next(iter(self.world.numbers))

    async def waiting_chat(self, sender: str = PHONE) -> int:
        """A chat that waits in Orders."""
        opened = await self.world.text("Hello", sender=sender, to=self.number)
        await self.world.text("1", sender=sender, to=self.number)
        assert opened.chat_id is not None
        return opened.chat_id

    async def connected_chat(self, agent: str = "ana", sender: str = PHONE) -> int:
        """A chat that the agent has accepted."""
        await self.world.status(agent)
        chat_id = await self.waiting_chat(sender)
        await self.world.accept(agent, chat_id)
        return chat_id


async def company(db: Database, subdomain: str) -> Company:
    world = await build(db, subdomain)
    wanted = validate(document(subdomain, world))
    known = Known(dict.fromkeys(world.numbers, VOUCHED), {"main": CARRIER})
    draft = await db.read(configuration.draft, wanted)
    await db.write(configuration.apply, draft, Actor("file", "operator"), known)
    return await db.write(_with_sessions, world, subdomain)


def document(subdomain: str, world: World) -> dict[str, Any]:
    """The company's configuration: what `build` made, with Mia and Ada beside the agents."""
    people = {key: {"name": key.title(), "email": f"{key}@{subdomain}.example"} for key in PEOPLE}
    people["mia"]["role"], people["ada"]["role"] = "manager", "administrator"
    agents = list(world.agents)
    leaves = {
        "orders": {"name": "Orders", "agents": agents, "substitute": "returns"},
        "returns": {"name": "Returns", "agents": agents},
        "billing": {"name": "Billing", "agents": agents, "keywords": ["pay"]},
    }
    secret = {"secret": {"env": "THREADLINE_SIMULATOR_SECRET"}}
    menu, vip = world.numbers
    return {
        "tenant": subdomain,
        "name": "Acme Outfitters",
        "accounts": {
            "main": {"carrier": "simulator", "name": subdomain, "url": CARRIER, "secrets": secret}
        },
        "users": people,
        "teams": {"all": {"name": "Everybody", "members": agents}},
        "queues": {
            "support": {"name": "Support", "queues": leaves},
            "vip": {"name": "VIP", "hidden": True, "agents": agents},
        },
        "numbers": {
            menu: {"account": "main", "queue": "support", "segments_per_second": 10_000},
            vip: {"account": "main", "queue": "vip", "segments_per_second": 10_000},
        },
    }


def _with_sessions(tx: Tx, world: World, subdomain: str) -> Company:
    tx.conn.execute(sa.update(t.users).values(password_hash=_CHEAP))
    return Company(subdomain, world, *new_tokens(tx, world.tenant_id))


def new_tokens(tx: Tx, tenant_id: int) -> tuple[dict[str, str], str]:
    """A new token for each of the company's people, and one for its API client."""
    api_token, tokens = new_token(), {}
    credentials.add(tx, tenant_id, "test", token_hash(api_token), None)
    mine = sa.select(t.users.c.key, t.users.c.id).where(t.users.c.tenant_id == tenant_id)
    for name, user_id in tx.conn.execute(mine):
        user = users.get(tx, tenant_id, user_id)
        assert user is not None
        tokens[name] = new_token()
        sessions.begin(tx, user, token_hash(tokens[name]), f"csrf-{name}", SESSION_LASTS)
    return tokens, api_token


def open_carrier(account: Account) -> Carrier:
    """The simulated carrier with the tests' secret."""
    known = (account.id, account.tenant_id, account.carrier, account.name, account.base_url)
    return CARRIERS["simulator"](CarrierAccount(*known, {"secret": SECRET}))


async def vouch(wanted: Configuration, ask: ToAsk) -> Known:
    """A carrier that knows every number."""
    return Known(
        dict.fromkeys(ask.numbers, VOUCHED),
        {key: wanted.accounts[key].url or CARRIER for key in ask.accounts},
    )


def basic(subdomain: str, token: str) -> dict[str, str]:
    """The header of an API client."""
    pair = base64.b64encode(f"{subdomain}:{token}".encode("utf-8", "surrogatepass")).decode()
    return {"authorization": f"Basic {pair}"}


class Api:
    """The application over a store."""

    def __init__(self, db: Database, acme: Company, globex: Company, **deps: Any) -> None:
        self.db, self.acme, self.globex = db, acme, globex
        self.others: dict[str, str] = {"temporal": "ok"}
        wake = Notifier()
        db.on_commit = lambda _outbox, _events: wake.notify()
        settings: dict[str, Any] = {
            "db": db,
            "carriers": open_carrier,
            "ready": self._ready,
            "vouch": vouch,
            "wake": wake,
            "public_base_url": PUBLIC,
            "chat_link": lambda chat, run: f"http://ui.test/chat-{chat}/{run}",
            "secure_cookies": False,
        }
        self.app: FastAPI = create_app(Deps(**(settings | deps)))

    async def _ready(self) -> dict[str, str]:
        return self.others

    @asynccontextmanager
    async def client(
        self, token: str | None = None, address: str = "127.0.0.1"
    ) -> AsyncIterator[AsyncClient]:
        """Calls from one network address, with a bearer token or with nothing."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # An error that nobody caught is answered by the application, as in production.
        transport = ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1234))
        async with AsyncClient(
            transport=transport, base_url="http://api.test", headers=headers
        ) as client:
            yield client

    async def webhook(self, path: str, body: object, secret: str = SECRET) -> Response:
        """The carrier posts, signed."""
        content = json.dumps(body)
        async with self.client() as client:
            return await client.post(path, content=content, headers=signature(content, secret))


def inbound(company: Company, text: str, **more: object) -> dict[str, object]:
    """The body with which the simulated carrier brings a text."""
    phone = {"id": secrets.token_hex(8), "from": PHONE, "to": company.number}
    return {**phone, "text": text, **more}


def signature(content: str, secret: str = SECRET) -> dict[str, str]:
    """The headers of a webhook of the simulated carrier."""
    at = datetime.now(UTC)
    return {
        "webhook-id": "wh-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret.encode()).sign("wh-1", at, content),
        "content-type": "application/json",
    }
