"""The event log: what changed, in the order in which it was committed (architecture rule 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from store import tables as t
from store.database import Tx

e = t.events.c


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
    p = t.event_positions.c
    rows = []
    for tenant_id in sorted({event["tenant_id"] for event in tx.events}):
        mine = [event for event in tx.events if event["tenant_id"] == tenant_id]
        last = tx.conn.execute(
            sa.update(t.event_positions)
            .where(p.tenant_id == tenant_id)
            .values(position=p.position + len(mine))
            .returning(p.position)
        ).scalar_one()
        for offset, event in enumerate(mine, start=last - len(mine) + 1):
            rows.append(event | {"position": offset, "at": tx.now})
    if rows:
        tx.conn.execute(sa.insert(t.events), rows)


def after(tx: Tx, tenant_id: int, position: int, most: int = 500) -> list[Event]:
    """The events behind a position, in order."""
    query = (
        sa.select(e.position, e.type, e.chat_id, e.data, e.at)
        .where(e.tenant_id == tenant_id, e.position > position)
        .order_by(e.position)
        .limit(most)
    )
    return [
        Event(row.position, row.type, row.chat_id, row.data, row.at)
        for row in tx.conn.execute(query)
    ]


def last_position(tx: Tx, tenant_id: int) -> int:
    """Where the log stands now."""
    p = t.event_positions.c
    query = sa.select(p.position).where(p.tenant_id == tenant_id)
    return int(tx.conn.execute(query).scalar_one())
