"""Consumers: their chats over time, and the agents who talk with them."""

from __future__ import annotations

import sqlalchemy as sa

from domain.statuses import ChatStatus
from store import tables as t
from store.database import Tx

c = t.chats.c


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


def agents_with(tx: Tx, tenant_id: int, consumer_id: int) -> list[int]:
    """The agents who are connected to the consumer now."""
    query = sa.select(c.agent_id).where(
        c.tenant_id == tenant_id,
        c.consumer_id == consumer_id,
        c.status == ChatStatus.ASSIGNED,
        c.agent_id.is_not(None),
    )
    return sorted(set(tx.conn.execute(query).scalars()))
