"""What the command line writes into the store itself: credentials, and the demo tenant."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

from pwdlib import PasswordHash

from services import demo
from services.commit import flush
from services.errors import NotFound
from settings import Settings
from store import tenants, users
from store.database import Database, Tx, WallClock


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
