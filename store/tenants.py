"""Tenants, and what each has configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.queues import Queue, QueueTree
from domain.routing import CONCURRENCY_LIMIT
from domain.timers import Timers
from store import tables as t
from store.database import AnyRow, Tx


@dataclass(frozen=True)
class Tenant:
    """A customer company with its settings; `texts` overrides `{lang: {key: template}}`."""

    id: int
    subdomain: str
    name: str
    default_lang: str
    timers: Timers
    concurrency_limit: int
    texts: dict[str, dict[str, str | None]]


_COLUMNS = (
    t.tenants.c.id,
    t.tenants.c.subdomain,
    t.tenants.c.name,
    t.tenants.c.default_lang,
    t.tenants.c.settings,
    t.tenants.c.texts,
)
_GET = sa.select(*_COLUMNS).where(t.tenants.c.id == bindparam("tenant_id"))
_BY_SUBDOMAIN = sa.select(*_COLUMNS).where(t.tenants.c.subdomain == bindparam("subdomain"))
_IDS = sa.select(t.tenants.c.id)

q = t.queues.c
_TREE = sa.select(
    q.id, q.parent_id, q.name, q.position, q.lang, q.hidden, q.keywords, q.greeting
).where(q.tenant_id == bindparam("tenant_id"))


def get(tx: Tx, tenant_id: int) -> Tenant:
    """The tenant with this id, which must exist; read once per transaction."""
    key = ("tenant", tenant_id)
    if key not in tx.memo:
        tx.memo[key] = _tenant(tx.conn.execute(_GET, {"tenant_id": tenant_id}).one())
    tenant: Tenant = tx.memo[key]
    return tenant


def by_subdomain(tx: Tx, subdomain: str) -> Tenant | None:
    """The tenant that logs in under this name."""
    row = tx.conn.execute(_BY_SUBDOMAIN, {"subdomain": subdomain}).one_or_none()
    return None if row is None else _tenant(row)


def ids(tx: Tx) -> list[int]:
    """Every tenant, for the sweeps of the workers."""
    return list(tx.conn.execute(_IDS).scalars())


def _tenant(row: AnyRow) -> Tenant:
    settings: dict[str, Any] = row.settings
    timers = {
        name: timedelta(minutes=minutes) for name, minutes in settings.get("timers", {}).items()
    }
    return Tenant(
        id=row.id,
        subdomain=row.subdomain,
        name=row.name,
        default_lang=row.default_lang,
        timers=Timers(**timers),
        concurrency_limit=settings.get("concurrency_limit", CONCURRENCY_LIMIT),
        texts=row.texts,
    )


def tree(tx: Tx, tenant_id: int) -> QueueTree:
    """The tenant's whole queue tree."""
    rows = tx.conn.execute(_TREE, {"tenant_id": tenant_id})
    return QueueTree(
        Queue(
            id=row.id,
            parent_id=row.parent_id,
            name=row.name,
            position=row.position,
            lang=row.lang,
            hidden=row.hidden,
            keywords=tuple(row.keywords),
            greeting=row.greeting,
        )
        for row in rows
    )
