"""Tenants, and what each has configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.commands import BACK_WORDS, EXIT_WORDS
from domain.queues import Queue, QueueTree
from domain.routing import CONCURRENCY_LIMIT
from domain.statuses import OptOutScope
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
    optout_scope: OptOutScope
    texts: dict[str, dict[str, str | None]]
    silent: frozenset[str]
    back_words: tuple[str, ...]
    exit_words: tuple[str, ...]
    settings: Mapping[str, Any]
    configuration: int
    configured_at: datetime | None


_COLUMNS = (
    t.tenants.c.id,
    t.tenants.c.subdomain,
    t.tenants.c.name,
    t.tenants.c.default_lang,
    t.tenants.c.settings,
    t.tenants.c.texts,
    t.tenants.c.silent,
    t.tenants.c.commands,
    t.tenants.c.configuration,
    t.tenants.c.configured_at,
)
_GET = sa.select(*_COLUMNS).where(t.tenants.c.id == bindparam("tenant_id"))
_BY_SUBDOMAIN = sa.select(*_COLUMNS).where(t.tenants.c.subdomain == bindparam("subdomain"))
_IDS = sa.select(t.tenants.c.id)

q = t.queues.c
_TREE = sa.select(
    q.id, q.parent_id, q.name, q.position, q.lang, q.hidden, q.keywords, q.greeting, q.effective
).where(q.tenant_id == bindparam("tenant_id"), q.deleted_at.is_(None))


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
    return Tenant(
        id=row.id,
        subdomain=row.subdomain,
        name=row.name,
        default_lang=row.default_lang,
        timers=timers(settings),
        concurrency_limit=settings.get("concurrency_limit", CONCURRENCY_LIMIT),
        optout_scope=OptOutScope(settings.get("optout_scope", OptOutScope.TENANT)),
        texts=row.texts,
        silent=frozenset(row.silent),
        back_words=tuple(row.commands.get("back", BACK_WORDS)),
        exit_words=tuple(row.commands.get("exit", EXIT_WORDS)),
        settings=settings,
        configuration=row.configuration,
        configured_at=row.configured_at,
    )


def timers(*given: Mapping[str, Any]) -> Timers:
    """The timers that hold, of what is given, the nearest first, in minutes (product C3)."""
    named = {
        field.name: timedelta(
            minutes=next(each[field.name] for each in given if field.name in each)
        )
        for field in fields(Timers)
        if any(field.name in each for each in given)
    }
    return Timers(**named)


def timers_at(tx: Tx, tenant_id: int, queue_id: int) -> Timers:
    """The timers that hold on a queue: what it or a queue above gives, else the tenant's."""
    tenant = get(tx, tenant_id)
    if not tenant.configuration:
        return tenant.timers
    known = tree(tx, tenant_id)
    own = known[queue_id].settings if queue_id in known else {}
    return timers(own, tenant.settings)


def add(tx: Tx, subdomain: str, name: str) -> int:
    """A tenant that has nothing configured yet."""
    values = {"subdomain": subdomain, "name": name, "created_at": tx.now}
    made = tx.conn.execute(sa.insert(t.tenants).values(values).returning(t.tenants.c.id))
    tenant_id = int(made.scalar_one())
    tx.conn.execute(sa.insert(t.event_positions).values(tenant_id=tenant_id))
    return tenant_id


def tree(tx: Tx, tenant_id: int) -> QueueTree:
    """The tenant's whole queue tree; read again only after another configuration was applied."""
    version = get(tx, tenant_id).configuration
    kept = tx.shared.get(("tree", tenant_id))
    if kept is not None and version and kept[0] == version:
        known: QueueTree = kept[1]
        return known
    read = _read_tree(tx, tenant_id)
    tx.shared["tree", tenant_id] = version, read
    return read


def _read_tree(tx: Tx, tenant_id: int) -> QueueTree:
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
            settings=row.effective,
        )
        for row in rows
    )
