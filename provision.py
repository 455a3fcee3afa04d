"""What the command line does with the store itself: credentials, accounts, the demo tenant."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import AsyncIterator
from typing import Any

from services import auth, clients, demo
from services.commit import flush
from services.errors import NotFound
from settings import Settings
from store import accounts, health, tenants
from store.configurations import Actor
from store.database import Database, Tx, WallClock
from store.health import AccountState


async def create_credential(settings: Settings, subdomain: str, name: str) -> str:
    """A new API credential; its token, which is shown only now."""
    token = auth.new_token()

    def create(tx: Tx) -> None:
        actor = Actor(source="command", name=getpass.getuser())
        clients.create(tx, _tenant_id(tx, subdomain), name, token, actor)

    async with open_store(settings) as db:
        await db.write(create)
    return token


async def carrier_states(settings: Settings, subdomain: str | None) -> list[AccountState]:
    """How each carrier account does, of one tenant or of all."""

    def look(tx: Tx) -> list[AccountState]:
        if subdomain is not None:
            _tenant_id(tx, subdomain)
        return [one for one in health.overview(tx) if subdomain in (None, one.tenant)]

    async with open_store(settings) as db:
        return await db.read(look)


async def webhook_addresses(settings: Settings, subdomain: str) -> list[str]:
    """What is to be entered at the carrier of each account."""

    def look(tx: Tx) -> list[tuple[str, str]]:
        return accounts.of_tenant(tx, _tenant_id(tx, subdomain))

    async with open_store(settings) as db:
        found = await db.read(look)
    return [f"{settings.public_base_url}/carriers/{carrier}/{name}" for carrier, name in found]


def _tenant_id(tx: Tx, subdomain: str) -> int:
    tenant = tenants.by_subdomain(tx, subdomain)
    if tenant is None:
        raise NotFound(f"There is no tenant {subdomain}.")
    return tenant.id


async def seed_demo(settings: Settings, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the demo tenant from the data directory's secrets; what `dev.json` tells of it."""
    passwords: dict[str, str] = known["users"]
    wanted = demo.DemoSecrets(
        token_hash=auth.token_hash(known["api_token"]),
        password_hashes={email: auth.hash_password(passwords[email]) for email in demo.emails()},
        simulator_url=settings.simulator_url,
    )
    async with open_store(settings) as db:
        tenant = await db.write(demo.ensure, wanted)
    people = [user | {"password": passwords[user["email"]]} for user in tenant["users"]]
    return [tenant | {"api_token": known["api_token"], "users": people}]


@contextlib.asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Database]:
    db = Database(settings.database_url, WallClock(), flush)
    try:
        yield db
    finally:
        await db.close()
