"""Who took part in a chat, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.statuses import FailReason
from store import tables as t
from store.database import Tx

p = t.participants.c

_JOIN = sa.insert(t.participants)
_STILL_THERE = sa.update(t.participants).where(
    p.tenant_id == bindparam("of_tenant"),
    p.chat_id == bindparam("of_chat"),
    p.ended_at.is_(None),
)
_LEAVE = _STILL_THERE.where(p.user_id == bindparam("of_agent"))


@dataclass(frozen=True)
class Participant:
    """One side of a chat."""

    id: int
    type: str
    status: str
    user_id: int | None
    consumer_id: int | None
    connected_at: datetime | None
    ended_at: datetime | None
    fail_reason: str


def join_consumer(tx: Tx, tenant_id: int, chat_id: int, consumer_id: int) -> None:
    """The consumer is there from the first text on."""
    _join(tx, tenant_id, chat_id, type="end_user", consumer_id=consumer_id)


def join_agent(tx: Tx, tenant_id: int, chat_id: int, agent_id: int) -> None:
    """An agent took the chat."""
    _join(tx, tenant_id, chat_id, type="agent", user_id=agent_id)


def _join(tx: Tx, tenant_id: int, chat_id: int, **who: object) -> None:
    values = {"tenant_id": tenant_id, "chat_id": chat_id, "status": "connected", **who}
    tx.conn.execute(_JOIN, values | {"connected_at": tx.now})


def leave(tx: Tx, tenant_id: int, chat_id: int, agent_id: int) -> None:
    """An agent is no longer in the chat."""
    values = {"status": "finished", "ended_at": tx.now}
    where = {"of_tenant": tenant_id, "of_chat": chat_id, "of_agent": agent_id}
    tx.conn.execute(_LEAVE, values | where)


def close(tx: Tx, tenant_id: int, chat_id: int, reason: FailReason | None) -> None:
    """The chat is over for everybody."""
    values = {"status": "finished", "ended_at": tx.now, "fail_reason": reason or "nothing"}
    where = {"of_tenant": tenant_id, "of_chat": chat_id}
    tx.conn.execute(_STILL_THERE, values | where)


def of_chat(tx: Tx, tenant_id: int, chat_id: int) -> list[Participant]:
    """Everybody who took part, in the order of joining."""
    columns = (
        p.id,
        p.type,
        p.status,
        p.user_id,
        p.consumer_id,
        p.connected_at,
        p.ended_at,
        p.fail_reason,
    )
    query = sa.select(*columns).where(p.tenant_id == tenant_id, p.chat_id == chat_id)
    return [Participant(*row) for row in tx.conn.execute(query.order_by(p.id))]
