"""Consumers: their chats over time, and the agents who talk with them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.follow_up import LastChat
from domain.statuses import ChatStatus, DisconnectedBy
from store import tables as t
from store.database import Tx

c = t.chats.c
# Nobody has more chats than that which matter to a new one.
_LATELY = 10
_LAST = (
    sa.select(
        c.number_id,
        c.queue_id,
        c.lang,
        c.preferred_agent_id,
        c.ended_at,
        c.disconnected_by,
        c.told_closed,
    )
    .where(
        c.tenant_id == bindparam("tenant_id"),
        c.consumer_id == bindparam("consumer_id"),
        c.ended_at.is_not(None),
        c.first_waited.is_not(None),
    )
    .order_by(c.id.desc())
    .limit(_LATELY)
)


def number(tx: Tx, tenant_id: int, consumer_id: int) -> str:
    """A consumer's number; the consumer must exist."""
    k = t.consumers.c
    query = sa.select(k.number).where(k.tenant_id == tenant_id, k.id == consumer_id)
    return str(tx.conn.execute(query).scalar_one())


def numbers_of_chat(tx: Tx, tenant_id: int, chat_id: int) -> tuple[str, int]:
    """A chat's consumer's number, and the id of ours; the chat must exist."""
    k = t.consumers.c
    query = (
        sa.select(k.number, c.number_id)
        .join(t.chats, c.consumer_id == k.id)
        .where(c.tenant_id == tenant_id, c.id == chat_id)
    )
    number, number_id = tx.conn.execute(query).one()
    return str(number), int(number_id)


def earlier_chats(
    tx: Tx, tenant_id: int, chat_id: int, before: int | None, most: int
) -> tuple[list[int], int]:
    """A page of the consumer's chats that began before this one, the newest first; and how many
    there are in all."""
    this = t.chats.alias("this")
    consumer = sa.select(this.c.consumer_id).where(
        this.c.tenant_id == tenant_id, this.c.id == chat_id
    )
    mine = (c.tenant_id == tenant_id, c.consumer_id == consumer.scalar_subquery(), c.id < chat_id)
    total = tx.conn.execute(sa.select(sa.func.count()).where(*mine)).scalar_one()
    page = sa.select(c.id).where(*mine)
    if before is not None:
        page = page.where(c.id < before)
    found = tx.conn.execute(page.order_by(c.id.desc()).limit(most)).scalars()
    return list(found), int(total)


def last_chats(tx: Tx, tenant_id: int, consumer_id: int, number_id: int) -> list[LastChat]:
    """The consumer's chats with agents that have ended, the latest end first; seen from a text to
    this number."""
    rows = tx.conn.execute(_LAST, {"tenant_id": tenant_id, "consumer_id": consumer_id}).all()
    return [
        LastChat(
            same_number=row.number_id == number_id,
            queue_id=row.queue_id,
            lang=row.lang,
            agent_id=row.preferred_agent_id,
            ended_at=row.ended_at,
            disconnected_by=DisconnectedBy(row.disconnected_by),
            told_closed=row.told_closed,
        )
        for row in sorted(rows, key=lambda row: row.ended_at, reverse=True)
    ]


def last_lang(tx: Tx, tenant_id: int, consumer_id: int, number_id: int) -> str | None:
    """The language of the newest chat of a consumer with a number of ours, if there was one."""
    query = sa.select(c.lang).where(
        c.tenant_id == tenant_id, c.consumer_id == consumer_id, c.number_id == number_id
    )
    return tx.conn.execute(query.order_by(c.id.desc()).limit(1)).scalar_one_or_none()


def agents_with(tx: Tx, tenant_id: int, consumer_id: int) -> list[int]:
    """The agents who are connected to the consumer now."""
    query = sa.select(c.agent_id).where(
        c.tenant_id == tenant_id,
        c.consumer_id == consumer_id,
        c.status == ChatStatus.ASSIGNED,
        c.agent_id.is_not(None),
    )
    return sorted(set(tx.conn.execute(query).scalars()))
