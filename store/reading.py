"""What an agent has read of chats, and which texts in them are not answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.statuses import Author
from store import tables as t
from store.database import Tx

c = t.chats.c
m = t.messages.c
p = t.participants.c


@dataclass(frozen=True)
class Reading:
    """One chat, as one agent left it.

    `answered_at`: the last text of any agent; `asked_at`: the consumer's first text after it;
    `unread`: how many of those the agent has not read; `read_seq`: the last message read.
    """

    answered_at: datetime | None = None
    asked_at: datetime | None = None
    unread: int = 0
    read_seq: int = 0


def _last_answer(column: sa.Column[object]) -> sa.ScalarSelect[object]:
    return (
        sa.select(column)
        .where(m.chat_id == c.id, m.author_type == Author.AGENT)
        .order_by(m.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


def of_chats(tx: Tx, tenant_id: int, agent_id: int, chat_ids: Sequence[int]) -> dict[int, Reading]:
    """How these chats stand for an agent: only texts behind the last answer are looked at."""
    read = (
        sa.select(sa.func.max(p.read_seq))
        .where(p.chat_id == c.id, p.user_id == agent_id)
        .scalar_subquery()
    )
    left = (
        sa.select(
            c.id,
            sa.func.coalesce(_last_answer(m.seq), 0).label("answered_seq"),
            _last_answer(m.created_at).label("answered_at"),
            sa.func.coalesce(read, 0).label("read_seq"),
        )
        .where(c.tenant_id == tenant_id, c.id.in_(chat_ids))
        .cte()
    )
    behind = sa.and_(m.chat_id == left.c.id, m.direction == "inbound", m.seq > left.c.answered_seq)
    query = (
        sa.select(
            left.c.id,
            left.c.answered_at,
            sa.func.min(m.created_at),
            sa.func.count(sa.case((m.seq > left.c.read_seq, m.id))),
            left.c.read_seq,
        )
        .outerjoin(t.messages, behind)
        .group_by(*left.c)
    )
    return {chat_id: Reading(*values) for chat_id, *values in tx.conn.execute(query)}


def advance(tx: Tx, tenant_id: int, agent_id: int, chat_id: int, seq: int) -> bool:
    """Note that the agent has read up to `seq`; False when that was known, or is not theirs."""
    moved = tx.conn.execute(
        sa.update(t.participants)
        .where(
            p.tenant_id == tenant_id,
            p.chat_id == chat_id,
            p.user_id == agent_id,
            p.read_seq < seq,
        )
        .values(read_seq=seq)
    )
    return moved.rowcount > 0


def last_seq(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> int | None:
    """The number of the last message of a chat that the agent has or had; else None."""
    query = (
        sa.select(c.seq)
        .join(t.participants, p.chat_id == c.id)
        .where(c.tenant_id == tenant_id, c.id == chat_id, p.user_id == agent_id)
        .limit(1)
    )
    return tx.conn.execute(query).scalar_one_or_none()
