"""The facts behind an estimated wait: how long chats take, who is there, who is before whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.statuses import TAKING_CHATS, AgentStatus
from domain.wait import ActiveAgent
from store import tables as t
from store.database import Tx

c = t.chats.c
u = t.users.c
qa = t.queue_agents.c
before = t.chats.alias("before")

_AVERAGE = sa.select(sa.func.avg(c.handled)).where(
    c.tenant_id == bindparam("tenant_id"),
    c.ended_at > bindparam("since"),
    sa.text(t.ANSWERED_CHAT),
)
_LOAD = (
    sa.select(sa.func.count())
    .where(c.agent_id == u.id, sa.text(t.ASSIGNED_CHAT))
    .correlate(t.users)
    .scalar_subquery()
)
_AGENTS = sa.select(
    u.id,
    u.status,
    sa.func.coalesce(u.concurrency_limit, bindparam("limit")).label("concurrency"),
    _LOAD.label("load"),
).where(u.tenant_id == bindparam("tenant_id"), u.active, u.status != AgentStatus.OFFLINE)
_SEATS = (
    sa.select(qa.user_id, qa.queue_id)
    .join(t.users, u.id == qa.user_id)
    .where(qa.tenant_id == bindparam("tenant_id"), u.active, u.status != AgentStatus.OFFLINE)
)
_PLACES = sa.select(
    c.id,
    sa.select(sa.func.count())
    .select_from(before)
    .where(
        before.c.tenant_id == c.tenant_id,
        before.c.queue_id == c.queue_id,
        sa.text("before.status = 'queued'"),
        before.c.queued_at <= c.queued_at,
        sa.or_(before.c.queued_at < c.queued_at, before.c.id <= c.id),
    )
    .correlate(t.chats)
    .scalar_subquery(),
).where(
    c.tenant_id == bindparam("tenant_id"),
    c.id.in_(bindparam("chat_ids", expanding=True)),
    sa.text(t.WAITING_CHAT),
)


def average_chat(tx: Tx, tenant_id: int, since: datetime) -> timedelta | None:
    """How long the answered chats were with agents that ended since then; None: there were none."""
    found = tx.conn.execute(_AVERAGE, {"tenant_id": tenant_id, "since": since}).scalar_one()
    return None if found is None else timedelta(milliseconds=float(found))


def active_agents(tx: Tx, tenant_id: int, limit: int) -> list[ActiveAgent]:
    """Everybody who is not offline and sits on a queue; `limit` is the tenant's."""
    seats: dict[int, set[int]] = {}
    for user_id, queue_id in tx.conn.execute(_SEATS, {"tenant_id": tenant_id}):
        seats.setdefault(user_id, set()).add(queue_id)
    rows = tx.conn.execute(_AGENTS, {"tenant_id": tenant_id, "limit": limit})
    return [
        ActiveAgent(
            concurrency=row.concurrency,
            queue_ids=frozenset(seats[row.id]),
            available=row.status in TAKING_CHATS and row.load < row.concurrency,
        )
        for row in rows
        if row.id in seats
    ]


def places(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, int]:
    """The place in its line of each of these chats that waits, from 1."""
    found = tx.conn.execute(_PLACES, {"tenant_id": tenant_id, "chat_ids": chat_ids})
    return {row[0]: row[1] for row in found}
