"""Where the parts are put together: settings are read once, above, and passed on from here."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from httpx2 import AsyncClient
from pwdlib import PasswordHash
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from carriers.protocol import Carrier, CarrierAccount
from carriers.registry import CARRIERS
from services import demo
from services.commit import flush
from services.errors import NotFound
from settings import Settings
from store import installation, tenants, users
from store.database import Database, Tx, WallClock
from store.numbers import Account
from temporal.binding import bind
from temporal.relay import Relay

log = structlog.get_logger()

RECONNECT_EVERY = 1.0


@dataclass(frozen=True)
class Parts:
    """What every process of the engine is made of."""

    db: Database
    connect: Callable[[], Awaitable[Client]]
    relay: Relay
    carrier_of: Callable[[Account], Carrier]

    @staticmethod
    @contextlib.asynccontextmanager
    async def opened(settings: Settings, http: AsyncClient | None) -> AsyncIterator[Parts]:
        """Open the store; Temporal is connected when it is first needed."""
        db = Database(settings.database_url, WallClock(), flush)
        connect = connector(settings, db)
        relay = Relay(db, connect)
        db.on_commit = lambda owed, _events: relay.deliver(owed)
        try:
            yield Parts(db, connect, relay, carriers(settings, http))
        finally:
            await db.close()


def connector(settings: Settings, db: Database) -> Callable[[], Awaitable[Client]]:
    """One client per process, connected on first use; raises while the server is away.

    The namespace is bound to this database before anything is sent to it.
    """
    lock = asyncio.Lock()
    found: list[Client] = []

    async def claim(namespace: str) -> tuple[str, str | None]:
        known = await db.write(installation.claim, namespace)
        return known.token, known.namespace

    async def connect() -> Client:
        if found:
            return found[0]
        async with lock:
            if not found:
                client = await Client.connect(
                    settings.temporal_address,
                    namespace=settings.temporal_namespace,
                    data_converter=pydantic_data_converter,
                )
                await bind(client, claim)
                found.append(client)
        return found[0]

    return connect


async def connected(connect: Callable[[], Awaitable[Client]], stop: asyncio.Event) -> Client | None:
    """Wait for the server, however long; None when told to stop."""
    while not stop.is_set():
        try:
            return await connect()
        except (RuntimeError, OSError) as error:
            log.warning("temporal.not_reachable", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RECONNECT_EVERY)
    return None


def carriers(settings: Settings, http: AsyncClient | None) -> Callable[[Account], Carrier]:
    """The carrier of an account, made once; without a client it reads webhooks only."""
    made: dict[Account, Carrier] = {}

    def carrier_of(account: Account) -> Carrier:
        if account not in made:
            opened = CarrierAccount(
                id=account.id,
                tenant_id=account.tenant_id,
                carrier=account.carrier,
                name=account.name,
                base_url=account.base_url,
                secret=resolve_secret(account.secret_ref, settings),
            )
            made[account] = CARRIERS[account.carrier](opened, client=http)
        return made[account]

    return carrier_of


def resolve_secret(reference: str, settings: Settings) -> str:
    """`env:NAME` or `file:PATH`: secrets stand nowhere in clear."""
    kind, _, name = reference.partition(":")
    if kind == "file":
        return Path(name).read_text().strip()
    own = getattr(settings, name.removeprefix("THREADLINE_").lower(), None)
    return own.get_secret_value() if own is not None else os.environ[name]


def token_hash(token: str) -> str:
    """How tokens are stored: they are random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def create_credential(settings: Settings, subdomain: str, name: str) -> str:
    """A new API credential; its token, which is shown only now."""
    token = secrets.token_urlsafe(32)

    def create(tx: Tx) -> None:
        tenant = tenants.by_subdomain(tx, subdomain)
        if tenant is None:
            raise NotFound(f"There is no tenant {subdomain}.")
        users.add_credential(tx, tenant.id, name, token_hash(token))

    async with _store(settings) as db:
        await db.write(create)
    return token


async def seed_demo(settings: Settings, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the demo tenant from the data directory's secrets; what `dev.json` tells of it."""
    hasher = PasswordHash.recommended()
    passwords: dict[str, str] = known["users"]
    wanted = demo.DemoSecrets(
        token_hash=token_hash(known["api_token"]),
        password_hashes={email: hasher.hash(passwords[email]) for email in demo.emails()},
        simulator_url=settings.simulator_url,
    )
    async with _store(settings) as db:
        tenant = await db.write(demo.ensure, wanted)
    people = [user | {"password": passwords[user["email"]]} for user in tenant["users"]]
    return [tenant | {"api_token": known["api_token"], "users": people}]


@contextlib.asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Database]:
    db = Database(settings.database_url, WallClock(), flush)
    try:
        yield db
    finally:
        await db.close()
