"""Offers, and the reading side of routing: who has room, who waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.routing import DECLINE_PAUSE, OFFERS_SHOWN, Candidate, Staffing, Waiting
from domain.statuses import TAKING_CHATS, ChatStatus, OfferState
from store import tables as t
from store.database import AnySelect, Tx

o = t.offers.c
u = t.users.c
c = t.chats.c
qa = t.queue_agents.c


def candidates(
    tx: Tx,
    tenant_id: int,
    limit: int,
    *,
    queue_id: int | None = None,
    agent_ids: Sequence[int] | None = None,
) -> list[Candidate]:
    """Eligible agents with room, of one queue, of a list, or all; `limit` is the tenant's."""
    load = (
        sa.select(sa.func.count())
        .where(c.agent_id == u.id, c.status == ChatStatus.ASSIGNED)
        .scalar_subquery()
    )
    query = sa.select(u.id, (sa.func.coalesce(u.concurrency_limit, limit) - load).label("free"))
    query = query.where(u.tenant_id == tenant_id, u.active, u.status.in_(TAKING_CHATS))
    if queue_id is not None:
        query = query.where(u.id.in_(sa.select(qa.user_id).where(qa.queue_id == queue_id)))
    if agent_ids is not None:
        query = query.where(u.id.in_(agent_ids))
    free = {row.id: row.free for row in tx.conn.execute(query.order_by(u.id)) if row.free > 0}
    if not free:
        return []
    queues = _grouped(tx, sa.select(qa.user_id, qa.queue_id).where(qa.user_id.in_(list(free))))
    offered = _grouped(
        tx,
        sa.select(o.agent_id, o.chat_id).where(
            o.agent_id.in_(list(free)), o.state == OfferState.PENDING
        ),
    )
    paused = _grouped(
        tx,
        sa.select(o.agent_id, o.chat_id).where(
            o.tenant_id == tenant_id,
            o.agent_id.in_(list(free)),
            sa.text(t.DECLINED_OFFER),
            o.closed_at > tx.now - DECLINE_PAUSE,
        ),
    )
    return [
        Candidate(
            agent_id,
            frozenset(queues.get(agent_id, ())),
            room,
            frozenset(offered.get(agent_id, ())),
            frozenset(paused.get(agent_id, ())),
        )
        for agent_id, room in free.items()
    ]


def waiting_for(tx: Tx, tenant_id: int, agents: Sequence[Candidate]) -> list[Waiting]:
    """The longest-waiting chats on these agents' queues: no more than they could be offered."""
    if not agents:
        return []
    most = OFFERS_SHOWN + max(len(agent.paused) for agent in agents)
    queue_ids = sorted({queue_id for agent in agents for queue_id in agent.queue_ids})
    found: list[Any] = []
    for queue_id in queue_ids:
        query = (
            sa.select(c.queued_at, c.id, c.queue_id)
            .where(
                c.tenant_id == tenant_id,
                c.queue_id == queue_id,
                sa.text("chats.status = 'queued'"),
            )
            .order_by(c.queued_at, c.id)
            .limit(most)
        )
        found += tx.conn.execute(query).all()
    return [Waiting(row.id, row.queue_id) for row in sorted(found)]


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
        tx.conn.execute(sa.insert(t.offers), rows)


def _close(tx: Tx, state: OfferState, *where: sa.ColumnElement[bool]) -> list[tuple[int, int]]:
    closed = tx.conn.execute(
        sa.update(t.offers)
        .where(o.state == OfferState.PENDING, *where)
        .values(state=state, closed_at=tx.now)
        .returning(o.chat_id, o.agent_id)
    )
    return sorted((row.chat_id, row.agent_id) for row in closed)


def close_of_chat(tx: Tx, chat_id: int, state: OfferState) -> list[int]:
    """Close a chat's pending offers; the agents who had one."""
    return [agent_id for _, agent_id in _close(tx, state, o.chat_id == chat_id)]


def close_of_agent(tx: Tx, agent_id: int, state: OfferState) -> list[int]:
    """Close an agent's pending offers; the chats that were offered."""
    return [chat_id for chat_id, _ in _close(tx, state, o.agent_id == agent_id)]


def close_one(tx: Tx, chat_id: int, agent_id: int, state: OfferState) -> bool:
    """Close one pending offer; False when there is none."""
    return bool(_close(tx, state, o.chat_id == chat_id, o.agent_id == agent_id))


def is_offered(tx: Tx, chat_id: int) -> bool:
    """Whether somebody is being asked to take the chat."""
    pending = sa.select(o.id).where(o.chat_id == chat_id, o.state == OfferState.PENDING)
    return tx.conn.execute(pending.limit(1)).first() is not None


def is_offered_to(tx: Tx, chat_id: int, agent_id: int) -> bool:
    """Whether this agent is being asked."""
    pending = sa.select(o.id).where(
        o.chat_id == chat_id, o.agent_id == agent_id, o.state == OfferState.PENDING
    )
    return tx.conn.execute(pending).first() is not None


def declined_since(tx: Tx, chat_id: int, since: datetime) -> bool:
    """Whether an agent's decline still keeps the chat from being offered again."""
    declined = sa.select(o.id).where(
        o.chat_id == chat_id, o.state == OfferState.DECLINED, o.closed_at > since
    )
    return tx.conn.execute(declined.limit(1)).first() is not None


def _pauses(tenant_id: int) -> AnySelect:
    """Declines of chats that still wait."""
    return (
        sa.select(o.agent_id, o.closed_at)
        .join(t.chats, c.id == o.chat_id)
        .where(
            o.tenant_id == tenant_id,
            o.state == OfferState.DECLINED,
            c.status == ChatStatus.QUEUED,
        )
    )


def agents_with_pause(tx: Tx, tenant_id: int) -> list[int]:
    """Agents who declined a chat that still waits."""
    return sorted({row.agent_id for row in tx.conn.execute(_pauses(tenant_id))})


def next_pause_start(tx: Tx, tenant_id: int, after: datetime) -> datetime | None:
    """The oldest decline whose pause still lasts."""
    query = _pauses(tenant_id).where(o.closed_at > after).order_by(o.closed_at).limit(1)
    row = tx.conn.execute(query).first()
    return None if row is None else row.closed_at


def staffing(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> dict[int, Staffing]:
    """The agents of these queues; a queue without any is left out."""
    taking = sa.func.sum(sa.case((u.status.in_(TAKING_CHATS), 1), else_=0))
    query = (
        sa.select(qa.queue_id, sa.func.count(), taking)
        .join(t.users, qa.user_id == u.id)
        .where(u.tenant_id == tenant_id, u.active, qa.queue_id.in_(queue_ids))
        .group_by(qa.queue_id)
    )
    return {row[0]: Staffing(row[1], int(row[2])) for row in tx.conn.execute(query)}


def _grouped(tx: Tx, query: AnySelect) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for key, value in tx.conn.execute(query):
        groups.setdefault(key, []).append(value)
    return groups
