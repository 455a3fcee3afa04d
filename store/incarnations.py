"""Which process acts for a chat, and which chats should have one (architecture rule 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from domain.process import ChatRef
from domain.statuses import UNSENT
from store import chats, events, outbox
from store import tables as t
from store.database import Tx

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
        tx.conn.execute(
            sa.update(t.chats).where(t.chats.c.id == chat.id).values(incarnation=chat.incarnation)
        )
        number = chat.incarnation
        events.record(tx, chat.tenant_id, "chat.rebuilt", chat.id, incarnation=number, agent_ids=[])
    return replace(ref, incarnation=chat.incarnation)


@dataclass(frozen=True)
class Unsettled:
    """A chat whose process should be running; `late` when something is overdue by a minute."""

    ref: ChatRef
    late: bool


def unsettled(tx: Tx) -> list[Unsettled]:
    """Every unsettled chat without pending pointers: the reconciler asks for each."""
    c, m, o = t.chats.c, t.messages.c, t.outbox.c
    pending = sa.exists().where(o.kind == outbox.Kind.CHAT, o.target_id == c.id)
    late_text = sa.exists().where(
        m.chat_id == c.id,
        m.status.in_(UNSENT),
        sa.func.coalesce(m.claimed_at, m.slot_at, m.created_at) < tx.now - OVERDUE,
    )
    late = sa.or_(late_text, c.deadline_at < tx.now - OVERDUE)
    query = sa.select(c.tenant_id, c.id, c.incarnation, late.label("late")).where(
        c.settled_at.is_(None), ~pending
    )
    return [
        Unsettled(ChatRef(row.tenant_id, row.id, row.incarnation), bool(row.late))
        for row in tx.conn.execute(query.order_by(c.id))
    ]


def lost_texts(tx: Tx) -> list[tuple[int, int]]:
    """Texts without a chat that are overdue and owed by nobody, as (tenant, message)."""
    m, o = t.messages.c, t.outbox.c
    pending = sa.exists().where(o.kind == outbox.Kind.SEND, o.target_id == m.id)
    query = sa.select(m.tenant_id, m.id).where(
        m.chat_id.is_(None), m.status.in_(UNSENT), m.created_at < tx.now - OVERDUE, ~pending
    )
    return [(row.tenant_id, row.id) for row in tx.conn.execute(query)]
