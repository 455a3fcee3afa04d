"""Which process acts for a chat, and which chats should have one (architecture rule 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from domain.process import ChatRef, tells_again
from domain.statuses import UNSENT
from store import chats, events, outbox
from store import tables as t
from store.database import AnyRow, Tx

OVERDUE = timedelta(minutes=1)


def succeed(tx: Tx, ref: ChatRef) -> ChatRef | None:
    """The process of `ref` is closed: name the one that acts now. None when the chat is settled.

    Compare and set: of several who notice, one raises the incarnation and all agree on it.
    """
    chat = chats.lock(tx, ref.tenant_id, ref.chat_id)
    if chat is None or chat.settled_at is not None:
        return None
    if chat.incarnation <= ref.incarnation:
        chat.incarnation = ref.incarnation + 1
        c = t.chats.c
        this = (c.tenant_id == chat.tenant_id, c.id == chat.id)
        tx.conn.execute(sa.update(t.chats).where(*this).values(incarnation=chat.incarnation))
        number = chat.incarnation
        events.record(tx, chat.tenant_id, "chat.rebuilt", chat.id, incarnation=number, agent_ids=[])
    return replace(ref, incarnation=chat.incarnation)


@dataclass(frozen=True)
class Unsettled:
    """A chat whose process should be running; a `late` one is to be told again what it owes."""

    ref: ChatRef
    late: bool


def unsettled(tx: Tx) -> list[Unsettled]:
    """Every unsettled chat without pending pointers: the reconciler asks for each."""
    c, m, o = t.chats.c, t.messages.c, t.outbox.c
    pending = sa.exists().where(o.kind == outbox.Kind.CHAT, o.target_id == c.id)
    # Of the texts that are still to be sent the one that should have been first.
    text_due = (
        sa.select(sa.func.min(sa.func.coalesce(m.claimed_at, m.slot_at, m.created_at)))
        .where(m.chat_id == c.id, m.status.in_(UNSENT))
        .scalar_subquery()
    )
    query = sa.select(
        c.tenant_id,
        c.id,
        c.incarnation,
        c.updated_at,
        c.deadline_at,
        # One that has ended and sent all is to be settled: its process may not know.
        sa.func.coalesce(text_due, c.ended_at).label("act_due"),
    ).where(c.settled_at.is_(None), ~pending)
    return [
        Unsettled(ChatRef(row.tenant_id, row.id, row.incarnation), _late(row, tx.now))
        for row in tx.conn.execute(query.order_by(c.id))
    ]


def _late(row: AnyRow, now: datetime) -> bool:
    """Overdue by a minute, and not pointed at of late: each change of a chat is a pointer."""
    due = min((at for at in (row.act_due, row.deadline_at) if at is not None), default=now)
    return due < now - OVERDUE and tells_again(due + OVERDUE, row.updated_at, now)


def lost_texts(tx: Tx) -> list[tuple[int, int]]:
    """Texts without a chat that are overdue and owed by nobody, as (tenant, message)."""
    m, o = t.messages.c, t.outbox.c
    pending = sa.exists().where(o.kind == outbox.Kind.SEND, o.target_id == m.id)
    query = sa.select(m.tenant_id, m.id).where(
        m.chat_id.is_(None), m.status.in_(UNSENT), m.created_at < tx.now - OVERDUE, ~pending
    )
    return [(row.tenant_id, row.id) for row in tx.conn.execute(query)]
