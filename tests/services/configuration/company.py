"""A company that is a file, and how it is changed by applying another one."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.file import validate
from services import auth, configuration
from services.auth import Claim
from services.configuration import Planned
from services.projection import VOUCHED, Known, Said
from store import sessions, users
from store.configurations import Actor
from store.database import Database, Tx
from tests.world import MENU_NUMBER, World

ADA = Actor(source="file", name="ada", address="127.0.0.1")

FILE: dict[str, Any] = {
    "tenant": "acme",
    "name": "Acme Outfitters",
    "accounts": {
        "simulator": {
            "carrier": "simulator",
            "secrets": {"secret": {"env": "THREADLINE_SIMULATOR_SECRET"}},
        }
    },
    "users": {
        name: {"name": name.title(), "email": f"{name}@acme.example"} for name in ("ana", "ben")
    },
    "queues": {
        "top": {
            "name": "Support",
            "queues": {
                "orders": {"name": "Orders", "agents": ["ana"], "substitute": "returns"},
                "returns": {"name": "Returns", "agents": ["ben"]},
                "billing": {"name": "Billing", "agents": ["ana", "ben"], "keywords": ["pay"]},
            },
        }
    },
    "numbers": {MENU_NUMBER: {"account": "simulator", "queue": "top"}},
}
LEAVES = ("queues", "top", "queues")


def edited(*path: str, to: Any = None) -> Configuration:
    """The file with the part at a path changed, or without it."""
    data = copy.deepcopy(FILE)
    at = data
    for part in path[:-1]:
        at = at.setdefault(part, {})
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return validate(data)


def known(wanted: Configuration, said: Said = VOUCHED) -> Known:
    """What carriers and their registry say."""
    return Known(
        dict.fromkeys(wanted.numbers, said),
        dict.fromkeys(wanted.accounts, "http://127.0.0.1:1"),
    )


async def apply(db: Database, wanted: Configuration, says: Known | None = None) -> Planned:
    draft = await db.read(configuration.draft, wanted)
    return await db.write(configuration.apply, draft, ADA, says or known(wanted))


def ids(tx: Tx, table: sa.Table) -> dict[str, int]:
    rows = tx.conn.execute(sa.select(table.c.key, table.c.id).where(table.c.key.is_not(None)))
    return {row.key: row.id for row in rows}


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def log_in(tx: Tx, acme: World, agent: str) -> None:
    user = users.get(tx, acme.tenant_id, acme.agents[agent])
    assert user is not None
    sessions.begin(tx, user, auth.token_hash("token"), "csrf", timedelta(hours=1))
    assert auth.identify(tx, Claim(auth.token_hash("token")))
