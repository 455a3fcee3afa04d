"""The demo tenant: a company with a menu, a hidden queue, three agents, a manager and an admin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from domain.statuses import NumberStatus, Role
from store import tables as t
from store import users
from store.database import Tx

SUBDOMAIN = "acme"
PEOPLE = (
    ("Ana Alvarez", "ana", Role.AGENT),
    ("Ben Brook", "ben", Role.AGENT),
    ("Caro Costa", "caro", Role.AGENT),
    ("Mia Moreau", "mia", Role.MANAGER),
    ("Ada Adler", "ada", Role.ADMINISTRATOR),
)
SEGMENTS_PER_SECOND = 1_000


@dataclass(frozen=True)
class DemoSecrets:
    """What the demo needs to know, hashed already; `password_hashes` by e-mail address."""

    token_hash: str
    password_hashes: dict[str, str] = field(repr=False)
    simulator_url: str = ""


def emails() -> list[str]:
    """Who logs in to the demo."""
    return [f"{name}@{SUBDOMAIN}.example" for _, name, _ in PEOPLE]


def ensure(tx: Tx, secrets: DemoSecrets) -> dict[str, Any]:
    """Make the demo tenant, or bring its secrets up to date; how `dev.json` describes it."""
    tenant_id = tx.conn.execute(
        sa.select(t.tenants.c.id).where(t.tenants.c.subdomain == SUBDOMAIN)
    ).scalar_one_or_none()
    if tenant_id is None:
        tenant_id = _make(tx, secrets)
    _refresh(tx, tenant_id, secrets)
    return _describe(tx, tenant_id)


def _insert(tx: Tx, table: sa.Table, **values: Any) -> int:
    inserted = tx.conn.execute(sa.insert(table).values(**values).returning(table.c.id))
    return int(inserted.scalar_one())


def _make(tx: Tx, secrets: DemoSecrets) -> int:
    tenant_id = _insert(
        tx, t.tenants, subdomain=SUBDOMAIN, name="Acme Outfitters", created_at=tx.now
    )
    _insert(tx, t.event_positions, tenant_id=tenant_id)
    queue_ids = _queues(tx, tenant_id)
    account_id = _insert(
        tx,
        t.carrier_accounts,
        tenant_id=tenant_id,
        carrier="simulator",
        name=SUBDOMAIN,
        base_url=secrets.simulator_url,
        secret_refs={"secret": "env:THREADLINE_SIMULATOR_SECRET"},
    )
    for number, queue in (("+14155550100", "Acme Outfitters"), ("+14155550101", "VIP")):
        _insert(
            tx,
            t.numbers,
            tenant_id=tenant_id,
            number=number,
            label=queue,
            account_id=account_id,
            status=NumberStatus.VERIFIED,
            queue_id=queue_ids[queue],
            segments_per_second=SEGMENTS_PER_SECOND,
        )
    for name, login, role in PEOPLE:
        email = f"{login}@{SUBDOMAIN}.example"
        user_id = _insert(
            tx,
            t.users,
            tenant_id=tenant_id,
            role=role,
            name=name,
            email=email,
            password_hash=secrets.password_hashes[email],
            status_since=tx.now,
        )
        if role is Role.AGENT:
            for queue in ("Orders", "Returns", "Billing", "VIP"):
                values = {"queue_id": queue_ids[queue], "user_id": user_id}
                _insert(tx, t.queue_agents, tenant_id=tenant_id, **values)
    return tenant_id


def _queues(tx: Tx, tenant_id: int) -> dict[str, int]:
    root = _insert(tx, t.queues, tenant_id=tenant_id, name="Acme Outfitters", keywords=[])
    ids = {"Acme Outfitters": root}
    leaves: tuple[tuple[str, list[str]], ...] = (
        ("Orders", []),
        ("Returns", []),
        ("Billing", ["pay"]),
    )
    for position, (name, keywords) in enumerate(leaves):
        ids[name] = _insert(
            tx,
            t.queues,
            tenant_id=tenant_id,
            parent_id=root,
            position=position,
            name=name,
            keywords=keywords,
        )
    ids["VIP"] = _insert(
        tx, t.queues, tenant_id=tenant_id, position=1, name="VIP", hidden=True, keywords=[]
    )
    return ids


def _refresh(tx: Tx, tenant_id: int, secrets: DemoSecrets) -> None:
    """The data directory decides: its passwords, its token, where its simulator listens."""
    for email, password_hash in secrets.password_hashes.items():
        tx.conn.execute(
            sa.update(t.users)
            .where(t.users.c.tenant_id == tenant_id, t.users.c.email == email)
            .values(password_hash=password_hash)
        )
    if not users.credential_holds(tx, tenant_id, secrets.token_hash):
        users.add_credential(tx, tenant_id, "demo", secrets.token_hash)
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
        .where(n.tenant_id == tenant_id)
        .order_by(n.id)
    )
    people = tx.conn.execute(
        sa.select(u.id, u.role, u.name, u.email).where(u.tenant_id == tenant_id).order_by(u.id)
    )
    return {
        "subdomain": SUBDOMAIN,
        "numbers": [{"number": row.number, "queue": row.name} for row in numbers],
        "users": [dict(row._mapping) for row in people],
    }
