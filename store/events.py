"""The event log: what changed, in the order in which it was committed (architecture rule 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import tables as t
from store.database import Tx

e = t.events.c
p = t.event_positions.c

_COUNT = (
    sa.update(t.event_positions)
    .where(p.tenant_id == bindparam("of_tenant"))
    .values(position=p.position + bindparam("many"))
    .returning(p.position)
)
_INSERT = sa.insert(t.events)
_AFTER = (
    sa.select(e.position, e.type, e.chat_id, e.data, e.at)
    .where(e.tenant_id == bindparam("tenant_id"), e.position > bindparam("position"))
    .order_by(e.position)
    .limit(bindparam("most"))
)
_LAST = sa.select(p.position).where(p.tenant_id == bindparam("tenant_id"))


@dataclass(frozen=True)
class Event:
    """The envelope; `agent_ids` in the data are the agents whom it concerns."""

    position: int
    type: str
    chat_id: int | None
    data: dict[str, Any]
    at: datetime


def record(tx: Tx, tenant_id: int, kind: str, chat_id: int | None = None, **data: Any) -> None:
    """Note an event; it gets its position when the transaction completes."""
    tx.events.append({"tenant_id": tenant_id, "type": kind, "chat_id": chat_id, "data": data})


def number(tx: Tx) -> None:
    """Give the noted events their positions. The counter's row lock orders the commits.

    An event's id would not do: ids are given before the commit, and a reader that resumes
    behind the highest it has seen would skip what commits late.
    """
    rows = []
    for tenant_id in sorted({event["tenant_id"] for event in tx.events}):
        mine = [event for event in tx.events if event["tenant_id"] == tenant_id]
        counted = {"of_tenant": tenant_id, "many": len(mine)}
        last = tx.conn.execute(_COUNT, counted).scalar_one()
        for offset, event in enumerate(mine, start=last - len(mine) + 1):
            rows.append(event | {"position": offset, "at": tx.now})
    if rows:
        tx.conn.execute(_INSERT, rows)


def after(tx: Tx, tenant_id: int, position: int, most: int = 500) -> list[Event]:
    """The events behind a position, in order."""
    wanted = {"tenant_id": tenant_id, "position": position, "most": most}
    return [
        Event(row.position, row.type, row.chat_id, row.data, row.at)
        for row in tx.conn.execute(_AFTER, wanted)
    ]


def last_position(tx: Tx, tenant_id: int) -> int:
    """Where the log stands now."""
    return int(tx.conn.execute(_LAST, {"tenant_id": tenant_id}).scalar_one())
