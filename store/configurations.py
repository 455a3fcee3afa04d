"""A tenant's configuration, version by version, and the log of what each one changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from store import tables as t
from store.database import Tx

v = t.configurations.c
a = t.audit_log.c


class Noted(StrEnum):
    """What the audit log tells of beside the parts of a configuration."""

    CREDENTIAL = "credential"
    SESSION = "session"
    STOP_REQUEST = "stop_request"


@dataclass(frozen=True)
class Actor:
    """Who changes a configuration, and how: `source` is `file`, `command`, `api` or
    `console`."""

    source: str
    name: str
    user_id: int | None = None
    address: str | None = None


@dataclass(frozen=True)
class Version:
    """A configuration as it was applied; `document` is the file's data."""

    number: int
    document: dict[str, Any]
    at: datetime
    by: str


@dataclass(frozen=True)
class VersionLine:
    """A version in a list, without its document."""

    number: int
    at: datetime
    by: str


@dataclass(frozen=True)
class Entry:
    """One line of the audit log: what became of one object; never a secret."""

    id: int
    version: int
    at: datetime
    source: str
    by: str
    address: str | None
    verb: str
    kind: str
    key: str
    fields: list[dict[str, Any]]


_VERSION = (v.version, v.document, v.at, v.actor)


def current(tx: Tx, tenant_id: int) -> Version | None:
    """The configuration that holds."""
    query = sa.select(*_VERSION).where(v.tenant_id == tenant_id)
    row = tx.conn.execute(query.order_by(v.version.desc()).limit(1)).one_or_none()
    return None if row is None else Version(*row)


def newest(tx: Tx, tenant_id: int) -> VersionLine | None:
    """The version that holds, without its document."""
    query = sa.select(v.version, v.at, v.actor).where(v.tenant_id == tenant_id)
    row = tx.conn.execute(query.order_by(v.version.desc()).limit(1)).one_or_none()
    return None if row is None else VersionLine(*row)


def version(tx: Tx, tenant_id: int, number: int) -> Version | None:
    """An earlier configuration, to go back to."""
    query = sa.select(*_VERSION).where(v.tenant_id == tenant_id, v.version == number)
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else Version(*row)


def versions(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[VersionLine], int]:
    """A page of the versions, the newest first, and how many there are."""
    query = sa.select(v.version, v.at, v.actor).where(v.tenant_id == tenant_id)
    newest = query.order_by(v.version.desc()).limit(per).offset((page - 1) * per)
    total = sa.select(sa.func.count()).select_from(t.configurations)
    return (
        [VersionLine(*row) for row in tx.conn.execute(newest)],
        int(tx.conn.execute(total.where(v.tenant_id == tenant_id)).scalar_one()),
    )


def add(tx: Tx, tenant_id: int, number: int, document: dict[str, Any], actor: Actor) -> None:
    """The next version. Two of the same number are refused by the database, too."""
    values = {"version": number, "document": document, "actor": actor.name, "at": tx.now}
    tx.conn.execute(sa.insert(t.configurations).values(tenant_id=tenant_id, **values))


def log(tx: Tx, tenant_id: int, actor: Actor, entries: Sequence[dict[str, Any]]) -> None:
    """Note changes: each with `version`, `verb`, `kind`, `key` and `fields`."""
    who = {
        "tenant_id": tenant_id,
        "at": tx.now,
        "source": actor.source,
        "actor": actor.name,
        "actor_id": actor.user_id,
        "address": actor.address,
    }
    if entries:
        tx.conn.execute(sa.insert(t.audit_log), [entry | who for entry in entries])


@dataclass(frozen=True)
class Sought:
    """Which entries of the audit log are asked for; None: any."""

    kind: str | None = None
    key: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(
    tx: Tx, tenant_id: int, sought: Sought, page: int = 1, per: int = 100
) -> tuple[list[Entry], int]:
    """A page of the entries, the newest first, and how many there are."""
    query = sa.select(
        a.id,
        a.version,
        a.at,
        a.source,
        a.actor.label("by"),
        a.address,
        a.verb,
        a.kind,
        a.key,
        a.fields,
    )
    where = [a.tenant_id == tenant_id]
    for column, value in ((a.kind, sought.kind), (a.key, sought.key), (a.actor, sought.by)):
        if value is not None:
            where.append(column == value)
    if sought.since is not None:
        where.append(a.at >= sought.since)
    if sought.until is not None:
        where.append(a.at < sought.until)
    newest = query.where(*where).order_by(a.id.desc()).limit(per).offset((page - 1) * per)
    total = sa.select(sa.func.count()).select_from(t.audit_log).where(*where)
    return (
        [Entry(**row._mapping) for row in tx.conn.execute(newest)],
        int(tx.conn.execute(total).scalar_one()),
    )
