"""Offers: made, closed, and who is being asked to take what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.statuses import OfferState
from store import tables as t
from store.database import Tx

o = t.offers.c
c = t.chats.c
qa = t.queue_agents.c

_PENDING = sa.text(t.PENDING_OFFER)
_OURS = o.tenant_id == bindparam("tenant_id")
_AGENTS: sa.BindParameter[int] = bindparam("agent_ids", expanding=True)
_INSERT = sa.insert(t.offers)
_CLOSE = (
    sa.update(t.offers)
    .where(o.tenant_id == bindparam("of_tenant"), _PENDING)
    .returning(o.chat_id, o.agent_id)
)
_CLOSE_OF_CHAT = _CLOSE.where(o.chat_id == bindparam("of_chat"))
_CLOSE_OF_AGENT = _CLOSE.where(o.agent_id == bindparam("of_agent"))
_CLOSE_ONE = _CLOSE_OF_CHAT.where(o.agent_id == bindparam("of_agent"))
_OF_CHAT = sa.select(o.id).where(_OURS, o.chat_id == bindparam("chat_id"))
_OFFERED_OF = (
    sa.select(o.chat_id)
    .where(_OURS, o.chat_id.in_(bindparam("chat_ids", expanding=True)), _PENDING)
    .distinct()
)
_YOUNGEST = (
    sa.select(o.agent_id, c.queued_at, c.id)
    .join(t.chats, c.id == o.chat_id)
    .where(_OURS, o.agent_id.in_(_AGENTS), _PENDING)
    .order_by(c.queued_at.desc(), c.id.desc())
)
_IS_OFFERED = _OF_CHAT.where(_PENDING).limit(1)
_IS_OFFERED_TO = _OF_CHAT.where(_PENDING, o.agent_id == bindparam("agent_id"))
_DECLINED = _OF_CHAT.where(o.state == OfferState.DECLINED, o.closed_at > bindparam("since")).limit(
    1
)
_STRANGERS = (
    sa.select(o.agent_id)
    .join(t.chats, c.id == o.chat_id)
    .where(
        _OURS,
        _PENDING,
        ~sa.exists().where(qa.queue_id == c.queue_id, qa.user_id == o.agent_id),
    )
    .distinct()
    .order_by(o.agent_id)
)
# Declines of chats that still wait.
_PAUSES = (
    sa.select(o.agent_id, o.closed_at)
    .join(t.chats, c.id == o.chat_id)
    .where(
        _OURS,
        sa.text("offers.state = 'declined'"),
        sa.text(t.WAITING_CHAT),
    )
)
_NEXT_PAUSE = _PAUSES.where(o.closed_at > bindparam("after")).order_by(o.closed_at).limit(1)


def youngest(tx: Tx, tenant_id: int, agent_ids: Sequence[int]) -> dict[int, tuple[datetime, int]]:
    """Of what each agent is being asked to take the last in line: since when it waits, its id."""
    found: dict[int, tuple[datetime, int]] = {}
    them = {"tenant_id": tenant_id, "agent_ids": agent_ids}
    for row in tx.conn.execute(_YOUNGEST, them) if agent_ids else ():
        found.setdefault(row.agent_id, (row.queued_at, row.id))
    return found


def insert(tx: Tx, tenant_id: int, made: Sequence[tuple[int, int]]) -> None:
    """New pending offers, as (chat, agent)."""
    rows = [
        {
            "tenant_id": tenant_id,
            "chat_id": chat_id,
            "agent_id": agent_id,
            "state": OfferState.PENDING,
            "offered_at": tx.now,
        }
        for chat_id, agent_id in made
    ]
    if rows:
        tx.conn.execute(_INSERT, rows)


def _close(
    tx: Tx, tenant_id: int, which: Any, state: OfferState, **whose: int
) -> list[tuple[int, int]]:
    values = {"state": state, "closed_at": tx.now, "of_tenant": tenant_id}
    closed = tx.conn.execute(which, values | whose)
    return sorted((row.chat_id, row.agent_id) for row in closed)


def close_of_chat(tx: Tx, tenant_id: int, chat_id: int, state: OfferState) -> list[int]:
    """Close a chat's pending offers; the agents who had one."""
    closed = _close(tx, tenant_id, _CLOSE_OF_CHAT, state, of_chat=chat_id)
    return [agent_id for _, agent_id in closed]


def close_of_agent(tx: Tx, tenant_id: int, agent_id: int, state: OfferState) -> list[int]:
    """Close an agent's pending offers; the chats that were offered."""
    closed = _close(tx, tenant_id, _CLOSE_OF_AGENT, state, of_agent=agent_id)
    return [chat_id for chat_id, _ in closed]


def close_one(tx: Tx, tenant_id: int, chat_id: int, agent_id: int, state: OfferState) -> bool:
    """Close one pending offer; False when there is none."""
    whose = {"of_chat": chat_id, "of_agent": agent_id}
    return bool(_close(tx, tenant_id, _CLOSE_ONE, state, **whose))


def is_offered(tx: Tx, tenant_id: int, chat_id: int) -> bool:
    """Whether somebody is being asked to take the chat."""
    chat = {"tenant_id": tenant_id, "chat_id": chat_id}
    return tx.conn.execute(_IS_OFFERED, chat).first() is not None


def offered_of(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> set[int]:
    """Those of the chats that somebody is being asked to take."""
    them = {"tenant_id": tenant_id, "chat_ids": chat_ids}
    return set(tx.conn.execute(_OFFERED_OF, them).scalars())


def is_offered_to(tx: Tx, tenant_id: int, chat_id: int, agent_id: int) -> bool:
    """Whether this agent is being asked."""
    offer = {"tenant_id": tenant_id, "chat_id": chat_id, "agent_id": agent_id}
    return tx.conn.execute(_IS_OFFERED_TO, offer).first() is not None


def strangers(tx: Tx, tenant_id: int) -> list[int]:
    """Agents who are being asked to take a chat of a queue that is not theirs (any more)."""
    return list(tx.conn.execute(_STRANGERS, {"tenant_id": tenant_id}).scalars())


def declined_since(tx: Tx, tenant_id: int, chat_id: int, since: datetime) -> bool:
    """Whether an agent's decline still keeps the chat from being offered again."""
    declined = {"tenant_id": tenant_id, "chat_id": chat_id, "since": since}
    return tx.conn.execute(_DECLINED, declined).first() is not None


def next_pause_start(tx: Tx, tenant_id: int, after: datetime) -> datetime | None:
    """The oldest decline whose pause still lasts."""
    row = tx.conn.execute(_NEXT_PAUSE, {"tenant_id": tenant_id, "after": after}).first()
    return None if row is None else row.closed_at
