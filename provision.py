"""What the command line writes into the store itself: credentials, and the demo tenant."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from services import auth, demo
from services.commit import flush
from services.errors import NotFound
from settings import Settings
from store import tenants, users
from store.database import Database, Tx, WallClock


async def create_credential(settings: Settings, subdomain: str, name: str) -> str:
    """A new API credential; its token, which is shown only now."""
    token = auth.new_token()

    def create(tx: Tx) -> None:
        tenant = tenants.by_subdomain(tx, subdomain)
        if tenant is None:
            raise NotFound(f"There is no tenant {subdomain}.")
        users.add_credential(tx, tenant.id, name, auth.token_hash(token))

    async with _store(settings) as db:
        await db.write(create)
    return token


async def seed_demo(settings: Settings, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the demo tenant from the data directory's secrets; what `dev.json` tells of it."""
    passwords: dict[str, str] = known["users"]
    wanted = demo.DemoSecrets(
        token_hash=auth.token_hash(known["api_token"]),
        password_hashes={email: auth.hash_password(passwords[email]) for email in demo.emails()},
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
