"""What the APIs read of chats: many at once, each kind of row with one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.asks import Asks
from domain.statuses import ChatStatus, NumberStatus, OfferState
from store import tables as t
from store.database import Tx
from store.participants import Participant

c = t.chats.c
o = t.offers.c
p = t.participants.c
m = t.messages.c
n = t.numbers.c


@dataclass(frozen=True)
class ChatRecord:
    """A chat with the names and numbers that its keys lead to."""

    id: int
    status: ChatStatus
    fail_reason: str | None
    disconnected_by: str
    lang: str
    queue_id: int
    seq: int
    incarnation: int
    waiting_because: str | None
    held_until: datetime | None
    created_at: datetime
    updated_at: datetime
    queued_at: datetime | None
    assigned_at: datetime | None
    ended_at: datetime | None
    deadlines: dict[str, datetime]
    waited: int
    handled: int
    spell_from: datetime | None
    first_waited: int | None
    number: str
    consumer_id: int
    consumer_number: str
    agent_id: int | None
    agent_name: str | None
    agent_email: str | None


@dataclass(frozen=True)
class OfferRecord:
    """One agent was asked to take a chat."""

    chat_id: int
    agent_id: int
    state: OfferState
    offered_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Thread:
    """How many messages a chat has, when the first and the last were, and the last one that asks
    to stop and waits for a decision."""

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    stop_asked: int | None = None


def chats(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> list[ChatRecord]:
    """The chats with these ids, by id."""
    u, k = t.users.c, t.consumers.c
    query = (
        sa.select(
            c.id,
            c.status,
            c.fail_reason,
            c.disconnected_by,
            c.lang,
            c.queue_id,
            c.seq,
            c.incarnation,
            c.waiting_because,
            c.held_until,
            c.created_at,
            c.updated_at,
            c.queued_at,
            c.assigned_at,
            c.ended_at,
            c.deadlines,
            c.waited,
            c.handled,
            c.spell_from,
            c.first_waited,
            n.number,
            k.id,
            k.number,
            u.id,
            u.name,
            u.email,
        )
        .join(t.numbers, n.id == c.number_id)
        .join(t.consumers, k.id == c.consumer_id)
        .outerjoin(t.users, u.id == c.agent_id)
        .where(c.tenant_id == tenant_id, c.id.in_(chat_ids))
        .order_by(c.id)
    )
    found: list[tuple[Any, ...]] = [tuple(row) for row in tx.conn.execute(query)]
    return [ChatRecord(row[0], ChatStatus(row[1]), *row[2:]) for row in found]


def participants(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, list[Participant]]:
    """Everybody who took part in each chat, in the order of joining."""
    query = (
        sa.select(
            p.chat_id,
            p.id,
            p.type,
            p.status,
            p.user_id,
            p.consumer_id,
            p.connected_at,
            p.ended_at,
            p.fail_reason,
        )
        .where(p.tenant_id == tenant_id, p.chat_id.in_(chat_ids))
        .order_by(p.id)
    )
    found: dict[int, list[Participant]] = {}
    for chat_id, *values in tx.conn.execute(query):
        found.setdefault(chat_id, []).append(Participant(*values))
    return found


def offers(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, list[OfferRecord]]:
    """Every offer of each chat, the oldest first."""
    query = (
        sa.select(o.chat_id, o.agent_id, o.state, o.offered_at, o.closed_at)
        .where(o.tenant_id == tenant_id, o.chat_id.in_(chat_ids))
        .order_by(o.id)
    )
    found: dict[int, list[OfferRecord]] = {}
    for row in tx.conn.execute(query):
        record = OfferRecord(
            row.chat_id, row.agent_id, OfferState(row.state), row.offered_at, row.closed_at
        )
        found.setdefault(row.chat_id, []).append(record)
    return found


def threads(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, Thread]:
    """The size and span of each chat's thread."""
    at = sa.func.coalesce(m.sent_at, m.created_at)
    asked = sa.func.max(sa.case((m.asks == Asks.STOP, m.id)))
    query = (
        sa.select(m.chat_id, sa.func.count(), sa.func.min(at), sa.func.max(at), asked)
        .where(m.tenant_id == tenant_id, m.chat_id.in_(chat_ids))
        .group_by(m.chat_id)
    )
    return {chat_id: Thread(*values) for chat_id, *values in tx.conn.execute(query)}


def exists(tx: Tx, tenant_id: int, chat_id: int) -> bool:
    """Whether the tenant has this chat."""
    query = sa.select(c.id).where(c.tenant_id == tenant_id, c.id == chat_id)
    return tx.conn.execute(query).first() is not None


def is_open_to(tx: Tx, tenant_id: int, chat_id: int, agent_id: int) -> bool:
    """Whether an agent has the chat, is asked to take it, or had it once; or a later one.

    Who talks with a consumer may read what was said before, whoever said it.
    """
    later = t.chats.alias("later")
    led_to = sa.select(later.c.id).where(
        later.c.tenant_id == tenant_id,
        later.c.consumer_id == c.consumer_id,
        later.c.id > c.id,
        _open_to(later, agent_id),
    )
    query = sa.select(c.id).where(
        c.tenant_id == tenant_id,
        c.id == chat_id,
        sa.or_(_open_to(t.chats, agent_id), led_to.exists()),
    )
    return tx.conn.execute(query).first() is not None


def _open_to(chat: sa.FromClause, agent_id: int) -> sa.ColumnElement[bool]:
    offered = sa.select(o.id).where(
        o.chat_id == chat.c.id, o.agent_id == agent_id, o.state == OfferState.PENDING
    )
    took_part = sa.select(p.id).where(p.chat_id == chat.c.id, p.user_id == agent_id)
    return sa.or_(chat.c.agent_id == agent_id, offered.exists(), took_part.exists())


def queues_of(tx: Tx, tenant_id: int, agent_id: int) -> list[int]:
    """The queues that an agent sits on."""
    qa = t.queue_agents.c
    query = sa.select(qa.queue_id).where(qa.tenant_id == tenant_id, qa.user_id == agent_id)
    return list(tx.conn.execute(query.order_by(qa.queue_id)).scalars())


def numbers_of(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> dict[int, list[str]]:
    """The verified numbers of each queue."""
    query = (
        sa.select(n.queue_id, n.number)
        .where(
            n.tenant_id == tenant_id,
            n.queue_id.in_(queue_ids),
            n.status == NumberStatus.VERIFIED,
        )
        .order_by(n.number)
    )
    found: dict[int, list[str]] = {}
    for queue_id, number in tx.conn.execute(query):
        found.setdefault(queue_id, []).append(number)
    return found


def count_unsettled(tx: Tx) -> int:
    """How many chats have a process that has not finished, for the metrics."""
    query = sa.select(sa.func.count()).select_from(t.chats).where(c.settled_at.is_(None))
    return int(tx.conn.execute(query).scalar_one())
