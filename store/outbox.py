"""What committed transactions owe to Temporal: pointers of chats, texts without a chat, routers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.process import BATCH
from store import tables as t
from store.database import AnyRow, Tx

o = t.outbox.c
# A claim older than this was made by a process that died.
CLAIM_LASTS = timedelta(seconds=15)


class Kind(StrEnum):
    CHAT = "chat"
    SEND = "send"
    ROUTER = "router"


@dataclass(frozen=True)
class Owed:
    """One row of the outbox."""

    id: int
    tenant_id: int
    kind: Kind
    target_id: int
    payload: dict[str, Any]


_COLUMNS = (o.id, o.tenant_id, o.kind, o.target_id, o.payload)

_ADD = sa.insert(t.outbox).returning(o.id)
_FREE = sa.or_(o.claimed_at.is_(None), o.claimed_at < bindparam("abandoned"))
_OLD = (
    sa.select(o.kind, o.target_id)
    .where(o.created_at <= bindparam("old"), _FREE)
    .group_by(o.kind, o.target_id)
    .order_by(sa.func.min(o.id))
    .limit(bindparam("most"))
)
_MINE = (
    sa.select(o.id)
    .where(o.kind == bindparam("of_kind"), o.target_id == bindparam("of_target"), _FREE)
    .order_by(o.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True, key_share=True)
)
_CLAIM = (
    sa.update(t.outbox)
    .where(o.id.in_(_MINE.scalar_subquery()))
    .values(claimed_at=bindparam("now"))
    .returning(*_COLUMNS)
)
_DELETE = sa.delete(t.outbox).where(o.id.in_(bindparam("ids", expanding=True)))
_RELEASE = (
    sa.update(t.outbox)
    .where(o.id.in_(bindparam("ids", expanding=True)))
    .values(claimed_at=sa.null())
)
_OLDEST = sa.select(sa.func.min(o.created_at))
_COUNT = sa.select(sa.func.count()).select_from(t.outbox)


def add(tx: Tx, tenant_id: int, kind: Kind, target_id: int, payload: dict[str, Any]) -> None:
    """Owe a signal; it is delivered after the commit, or by the sweep."""
    row = {
        "tenant_id": tenant_id,
        "kind": kind,
        "target_id": target_id,
        "payload": payload,
        "created_at": tx.now,
    }
    row_id = tx.conn.execute(_ADD, row).scalar_one()
    tx.outbox.append(Owed(row_id, tenant_id, kind, target_id, payload))


def claim_old(tx: Tx, older_than: timedelta, most: int = 200) -> list[Owed]:
    """Claim what no process delivered in time: the oldest targets first, each as a whole."""
    abandoned = tx.now - CLAIM_LASTS
    old = {"old": tx.now - older_than, "abandoned": abandoned, "most": most}
    claimed: list[Owed] = []
    for kind, target_id in tx.conn.execute(_OLD, old).all():
        target = {"of_kind": kind, "of_target": target_id, "abandoned": abandoned}
        taken = tx.conn.execute(_CLAIM, target | {"now": tx.now})
        claimed += sorted((_owed(row) for row in taken), key=lambda owed: owed.id)
    return claimed


def delete(tx: Tx, ids: Sequence[int]) -> None:
    """Delivered."""
    tx.conn.execute(_DELETE, {"ids": ids})


def release(tx: Tx, ids: Sequence[int]) -> None:
    """Not delivered after all: any process may take it at once."""
    tx.conn.execute(_RELEASE, {"ids": ids})


def oldest(tx: Tx) -> datetime | None:
    """Since when the oldest signal is owed, for the metrics."""
    at: datetime | None = tx.conn.execute(_OLDEST).scalar()
    return at


def count(tx: Tx) -> int:
    """How many signals are owed."""
    return int(tx.conn.execute(_COUNT).scalar_one())


def _owed(row: AnyRow) -> Owed:
    return Owed(row.id, row.tenant_id, Kind(row.kind), row.target_id, row.payload)
