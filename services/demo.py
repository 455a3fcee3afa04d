"""The demo tenant: a company with a menu, a hidden queue, three agents, a manager and an admin.

It is a configuration file like any other (`demo.yaml`), applied to a database that has none of it;
after that it belongs to whoever plays with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.file import parse
from services import configuration
from services.projection import VOUCHED, Known
from store import credentials, tenants
from store import tables as t
from store.configurations import Actor
from store.database import Tx

SUBDOMAIN = "acme"


@dataclass(frozen=True)
class DemoSecrets:
    """What the demo needs to know, hashed already; `password_hashes` by e-mail address."""

    token_hash: str
    password_hashes: dict[str, str] = field(repr=False)
    simulator_url: str = ""


@cache
def wanted() -> Configuration:
    """The demo's file."""
    return parse(Path(__file__).with_name("demo.yaml").read_text(encoding="utf-8"))[0]


def emails() -> list[str]:
    """Who logs in to the demo."""
    return [user.email for user in wanted().users.values()]


def ensure(tx: Tx, secrets: DemoSecrets) -> dict[str, Any]:
    """Make the demo tenant, or bring its secrets up to date; how `dev.json` describes it."""
    tenant = tenants.by_subdomain(tx, SUBDOMAIN)
    if tenant is None or not tenant.configuration:
        # The simulated carrier is not up yet, and owns every number.
        verified = dict.fromkeys(wanted().numbers, VOUCHED)
        addresses = dict.fromkeys(wanted().accounts, secrets.simulator_url)
        known = Known(verified, addresses)
        drafted = configuration.draft(tx, wanted())
        configuration.apply(tx, drafted, Actor("file", "threadline dev"), known)
        tenant = tenants.by_subdomain(tx, SUBDOMAIN)
    assert tenant is not None
    _refresh(tx, tenant.id, secrets)
    return _describe(tx, tenant.id)


def _refresh(tx: Tx, tenant_id: int, secrets: DemoSecrets) -> None:
    """The data directory decides: its passwords, its token, where its simulator listens."""
    for email, password_hash in secrets.password_hashes.items():
        tx.conn.execute(
            sa.update(t.users)
            .where(t.users.c.tenant_id == tenant_id, t.users.c.email == email)
            .values(password_hash=password_hash)
        )
    if not credentials.is_known(tx, secrets.token_hash):
        credentials.add(tx, tenant_id, "demo", secrets.token_hash, None)
    tx.conn.execute(
        sa.update(t.carrier_accounts)
        .where(
            t.carrier_accounts.c.tenant_id == tenant_id,
            t.carrier_accounts.c.carrier == "simulator",
        )
        .values(base_url=secrets.simulator_url)
    )


def _describe(tx: Tx, tenant_id: int) -> dict[str, Any]:
    n, q, u = t.numbers.c, t.queues.c, t.users.c
    numbers = tx.conn.execute(
        sa.select(n.number, q.name)
        .join(t.queues, q.id == n.queue_id)
        .where(n.tenant_id == tenant_id, n.removed_at.is_(None))
        .order_by(n.id)
    )
    people = tx.conn.execute(
        sa.select(u.id, u.role, u.name, u.email)
        .where(u.tenant_id == tenant_id, u.active, u.email.in_(emails()))
        .order_by(u.id)
    )
    return {
        "subdomain": SUBDOMAIN,
        "numbers": [{"number": row.number, "queue": row.name} for row in numbers],
        "users": [dict(row._mapping) for row in people],
    }
