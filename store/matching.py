"""The reading side of routing: who has room, who waits, and how queues are staffed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.routing import (
    DECLINE_PAUSE,
    OFFERS_SHOWN,
    Candidate,
    Staffing,
    Waiting,
    WaitingBecause,
)
from domain.statuses import TAKING_CHATS
from store import tables as t
from store.database import AnySelect, Tx

o = t.offers.c
u = t.users.c
c = t.chats.c
qa = t.queue_agents.c

_PENDING = sa.text(t.PENDING_OFFER)
_OURS = o.tenant_id == bindparam("tenant_id")
_AGENTS: sa.BindParameter[int] = bindparam("agent_ids", expanding=True)
_LOAD = (
    sa.select(sa.func.count())
    .where(c.tenant_id == u.tenant_id, c.agent_id == u.id, sa.text(t.ASSIGNED_CHAT))
    .correlate(t.users)
    .scalar_subquery()
)
_ROOM = sa.func.coalesce(u.concurrency_limit, bindparam("limit")) - _LOAD
_FREE = (
    sa.select(u.id, _ROOM.label("free"))
    .where(u.tenant_id == bindparam("tenant_id"), u.active, u.status.in_(TAKING_CHATS))
    .order_by(u.id)
)
_FREE_OF_QUEUE = _FREE.where(
    u.id.in_(
        sa.select(qa.user_id).where(
            qa.tenant_id == bindparam("tenant_id"), qa.queue_id == bindparam("queue_id")
        )
    )
)
_FREE_OF_AGENTS = _FREE.where(u.id.in_(_AGENTS))
_OVERFULL = (
    sa.select(u.id)
    .where(
        u.tenant_id == bindparam("tenant_id"),
        _ROOM <= 0,
        sa.exists().where(o.tenant_id == u.tenant_id, o.agent_id == u.id, _PENDING),
    )
    .order_by(u.id)
)
_QUEUES = sa.select(qa.user_id, qa.queue_id).where(
    qa.tenant_id == bindparam("tenant_id"), qa.user_id.in_(_AGENTS)
)
_OFFERED = sa.select(o.agent_id, o.chat_id).where(_OURS, o.agent_id.in_(_AGENTS), _PENDING)
_PAUSED = sa.select(o.agent_id, o.chat_id).where(
    _OURS,
    o.agent_id.in_(_AGENTS),
    sa.text(t.DECLINED_OFFER),
    o.closed_at > bindparam("since"),
)
_WAITING = (
    sa.select(c.queued_at, c.id, c.queue_id, c.waiting_because)
    .where(
        c.tenant_id == bindparam("tenant_id"),
        c.queue_id == bindparam("queue_id"),
        sa.text(t.WAITING_CHAT),
        sa.or_(c.held_until.is_(None), c.held_until <= bindparam("now")),
    )
    .order_by(c.queued_at, c.id)
    .limit(bindparam("most"))
)
_HELD = (
    sa.select(c.queued_at, c.id, c.queue_id, c.waiting_because, c.preferred_agent_id)
    .where(
        c.tenant_id == bindparam("tenant_id"),
        c.preferred_agent_id.in_(_AGENTS),
        c.held_until > bindparam("now"),
        sa.text(t.HELD_CHAT),
    )
    .order_by(c.queued_at, c.id)
)
_NEXT_HELD = sa.select(sa.func.min(c.held_until)).where(
    c.tenant_id == bindparam("tenant_id"),
    c.held_until > bindparam("now"),
    sa.text(t.HELD_CHAT),
)
_CHATS: sa.BindParameter[int] = bindparam("chat_ids", expanding=True)
# Held for one agent until an instant, on a queue that has just opened, or that was closed when it
# was last said why they wait.
_WAITED = sa.select(c.id).where(
    c.tenant_id == bindparam("tenant_id"),
    c.id.in_(_CHATS),
    sa.or_(
        c.held_until.is_not(None),
        c.waiting_because.startswith(WaitingBecause.CLOSED),
        c.queue_id.in_(bindparam("opened", expanding=True)),
    ),
)
_DECLINES = sa.select(o.chat_id, o.agent_id).where(
    _OURS, o.chat_id.in_(_CHATS), sa.text(t.DECLINED_OFFER)
)
_WAITED_ON = (
    sa.select(c.queue_id)
    .where(c.tenant_id == bindparam("tenant_id"), sa.text(t.WAITING_CHAT))
    .distinct()
    .order_by(c.queue_id)
)
_STAFF = (
    sa.select(
        qa.queue_id,
        sa.func.count(),
        sa.func.sum(sa.case((u.status.in_(TAKING_CHATS), 1), else_=0)),
        sa.func.sum(sa.case((sa.and_(u.status.in_(TAKING_CHATS), _ROOM > 0), 1), else_=0)),
    )
    .join(t.users, qa.user_id == u.id)
    .where(
        u.tenant_id == bindparam("tenant_id"),
        u.active,
        qa.queue_id.in_(bindparam("queue_ids", expanding=True)),
    )
    .group_by(qa.queue_id)
)


def candidates(
    tx: Tx,
    tenant_id: int,
    limit: int,
    *,
    queue_id: int | None = None,
    agent_ids: Sequence[int] | None = None,
) -> list[Candidate]:
    """Eligible agents with room, of one queue, of a list, or all; `limit` is the tenant's."""
    whose: dict[str, Any] = {"tenant_id": tenant_id, "limit": limit}
    query = _FREE
    if queue_id is not None:
        query, whose = _FREE_OF_QUEUE, whose | {"queue_id": queue_id}
    elif agent_ids is not None:
        query, whose = _FREE_OF_AGENTS, whose | {"agent_ids": agent_ids}
    free = {row.id: row.free for row in tx.conn.execute(query, whose) if row.free > 0}
    if not free:
        return []
    them: dict[str, Any] = {"tenant_id": tenant_id, "agent_ids": list(free)}
    queues = _grouped(tx, _QUEUES, them)
    offered = _grouped(tx, _OFFERED, them)
    paused = _grouped(tx, _PAUSED, them | {"since": tx.now - DECLINE_PAUSE})
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


def overfull(tx: Tx, tenant_id: int, limit: int) -> list[int]:
    """Agents who are being asked to take a chat and have no room for it (any more)."""
    return list(tx.conn.execute(_OVERFULL, {"tenant_id": tenant_id, "limit": limit}).scalars())


def waiting_for(tx: Tx, tenant_id: int, agents: Sequence[Candidate]) -> list[Waiting]:
    """The longest-waiting chats on these agents' queues: no more than they could be offered."""
    if not agents:
        return []
    most = OFFERS_SHOWN + max(len(agent.paused) for agent in agents)
    queue_ids = sorted({queue_id for agent in agents for queue_id in agent.queue_ids})
    found: list[Any] = []
    for queue_id in queue_ids:
        wanted = {"tenant_id": tenant_id, "queue_id": queue_id, "most": most, "now": tx.now}
        found += [(*row, None) for row in tx.conn.execute(_WAITING, wanted)]
    theirs = {"tenant_id": tenant_id, "agent_ids": [agent.agent_id for agent in agents]}
    for row in tx.conn.execute(_HELD, theirs | {"now": tx.now}):
        if row.queue_id in queue_ids:
            found.append(tuple(row))
    return [Waiting(*what) for _, *what in sorted(found, key=lambda row: row[:2])]


def held_for(tx: Tx, tenant_id: int, agent_id: int) -> list[int]:
    """The chats that are held for this agent."""
    whose = {"tenant_id": tenant_id, "agent_ids": [agent_id], "now": tx.now}
    return [row.id for row in tx.conn.execute(_HELD, whose)]


def next_release(tx: Tx, tenant_id: int) -> datetime | None:
    """When the first of the chats that are held for one agent is offered to the others."""
    found: datetime | None = tx.conn.execute(
        _NEXT_HELD, {"tenant_id": tenant_id, "now": tx.now}
    ).scalar_one()
    return found


def waited_for_time(
    tx: Tx, tenant_id: int, pairs: Sequence[tuple[int, int]], opened: Sequence[int]
) -> set[tuple[int, int]]:
    """Those of the pairs, as (chat, agent), that could not be offered before an instant had come:
    a queue opened, a first look or the pause after a decline was over. `opened`: the queues that
    have opened lately."""
    them = {"tenant_id": tenant_id, "chat_ids": sorted({chat_id for chat_id, _ in pairs})}
    chats = set(tx.conn.execute(_WAITED, them | {"opened": opened}).scalars())
    declined = {tuple(row) for row in tx.conn.execute(_DECLINES, them)}
    return {pair for pair in pairs if pair[0] in chats or pair in declined}


def queues_waited_on(tx: Tx, tenant_id: int) -> list[int]:
    """The queues on which chats wait."""
    return list(tx.conn.execute(_WAITED_ON, {"tenant_id": tenant_id}).scalars())


def staffing(tx: Tx, tenant_id: int, queue_ids: Sequence[int], limit: int) -> dict[int, Staffing]:
    """The agents of these queues; a queue without any is left out. `limit` is the tenant's."""
    whose = {"tenant_id": tenant_id, "queue_ids": queue_ids, "limit": limit}
    staffed = tx.conn.execute(_STAFF, whose)
    return {row[0]: Staffing(row[1], int(row[2]), int(row[3])) for row in staffed}


def _grouped(tx: Tx, query: AnySelect, whose: dict[str, Any]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for key, value in tx.conn.execute(query, whose):
        groups.setdefault(key, []).append(value)
    return groups
