"""Tenants, and what each has configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.commands import BACK_WORDS, EXIT_WORDS
from domain.hours import Schedule
from domain.queues import Queue, QueueTree
from domain.routing import CONCURRENCY_LIMIT
from domain.statuses import Direction, OptOutScope
from domain.timers import Timers, timers_of
from store import tables as t
from store.database import AnyRow, Tx, on_each


@dataclass(frozen=True)
class Tenant:
    """A customer company with its settings; `texts` overrides `{lang: {key: template}}`."""

    id: int
    subdomain: str
    name: str
    default_lang: str
    concurrency_limit: int
    optout_scope: OptOutScope
    texts: dict[str, dict[str, str | None]]
    silent: frozenset[str]
    back_words: tuple[str, ...]
    exit_words: tuple[str, ...]
    settings: Mapping[str, Any]
    configuration: int
    configured_at: datetime | None

    @property
    def sms(self) -> bool:
        """Whether SMS is on (product C2)."""
        return bool(self.settings.get("sms", True))


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
_ADD = on_each(lambda insert: insert(t.tenants).on_conflict_do_nothing().returning(t.tenants.c.id))

q = t.queues.c
_TREE = sa.select(
    q.id,
    q.parent_id,
    q.name,
    q.position,
    q.lang,
    q.hidden,
    q.keywords,
    q.greeting,
    q.after_hours,
    q.hours,
    q.effective,
    q.key,
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


def timers_at(tx: Tx, tenant_id: int, queue_id: int, direction: Direction) -> Timers:
    """The timers that hold on a queue: what it or a queue above gives, else the tenant's."""
    tenant = get(tx, tenant_id)
    queue = tree(tx, tenant_id).get(queue_id) if tenant.configuration else None
    return timers_of({} if queue is None else queue.settings, tenant.settings, direction)


def add(tx: Tx, subdomain: str, name: str) -> int:
    """A tenant that has nothing configured yet; the one that another process has just made."""
    values = {"subdomain": subdomain, "name": name, "created_at": tx.now}
    made = tx.conn.execute(_ADD[tx.on_sqlite], values).scalar_one_or_none()
    if made is None:
        found = by_subdomain(tx, subdomain)
        assert found is not None
        return found.id
    tx.conn.execute(sa.insert(t.event_positions).values(tenant_id=made))
    return int(made)


def queue_name(tx: Tx, tenant_id: int, queue_id: int) -> str:
    """The name of a queue, also of one that was deleted."""
    query = sa.select(q.name).where(q.tenant_id == tenant_id, q.id == queue_id)
    return str(tx.conn.execute(query).scalar_one())


def tree(tx: Tx, tenant_id: int) -> QueueTree:
    """The tenant's whole queue tree; read again only after another configuration was applied."""
    version = get(tx, tenant_id).configuration
    # Of a tenant without a configuration nobody knows whether the tree is still the same.
    kept = (tx.shared if version else tx.memo).get(("tree", tenant_id))
    if kept is not None and kept[0] == version:
        known: QueueTree = kept[1]
        return known
    read = _read_tree(tx, tenant_id)
    (tx.shared if version else tx.memo)["tree", tenant_id] = version, read
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
            after_hours=row.after_hours,
            hours=None if row.hours is None else Schedule.of_data(row.hours),
            settings=row.effective,
            key=row.key,
        )
        for row in rows
    )
