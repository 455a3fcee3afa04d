"""Texts of ours that have not gone out yet: what is owed, and giving it up."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.statuses import MessageStatus
from store import tables as t
from store.database import Tx

m = t.messages.c


@dataclass(frozen=True)
class GivenUp:
    """A text that is not sent any more, and the agent of its chat, who reads it there: of an
    ended chat the one who had it."""

    message_id: int
    chat_id: int | None
    agent_id: int | None


_AGENT = (
    sa.select(t.chats.c.agent_id)
    .where(t.chats.c.id == m.chat_id, t.chats.c.tenant_id == m.tenant_id)
    .correlate(t.messages)
    .scalar_subquery()
)

_OF_CHAT = (
    sa.select(m.id)
    .where(
        m.tenant_id == bindparam("tenant_id"),
        m.chat_id == bindparam("chat_id"),
        sa.text(t.UNSENT_TEXT),
    )
    .order_by(m.seq)
)

_before = t.messages.alias("before")
# Beside a text of a chat: the pair's chats before have ended, and still owe the consumer texts.
BEHIND = (
    sa.exists()
    .where(
        _before.c.tenant_id == m.tenant_id,
        _before.c.number_id == m.number_id,
        _before.c.consumer_id == m.consumer_id,
        _before.c.chat_id < m.chat_id,
        # Unqualified, word for word as the index has it: it is the inner table's.
        sa.text(t.UNSENT_TEXT),
    )
    .correlate(t.messages)
    .label("behind")
)


def of_chat(tx: Tx, tenant_id: int, chat_id: int) -> list[int]:
    """The texts that a chat still owes, in the order in which they must go out."""
    wanted = {"tenant_id": tenant_id, "chat_id": chat_id}
    return list(tx.conn.execute(_OF_CHAT, wanted).scalars())


def give_up(
    tx: Tx, tenant_id: int, status: MessageStatus, error: str, *where: sa.ColumnElement[bool]
) -> list[GivenUp]:
    """Give up queued texts. One that is being sent is beyond reach."""
    stopped = tx.conn.execute(
        sa.update(t.messages)
        .where(
            m.tenant_id == tenant_id,
            sa.text(t.QUEUED_TEXT),
            sa.text(t.UNSENT_TEXT),
            *where,
        )
        .values(status=status, error=error)
        .returning(m.id, m.chat_id, _AGENT)
    )
    return [GivenUp(*row) for row in stopped]


def numbers_open_with(tx: Tx, tenant_id: int, consumer_id: int) -> list[int]:
    """The numbers of ours that something is still open on with this consumer: texts that are to
    go out, or a request to stop."""
    mine = (m.tenant_id == tenant_id, m.consumer_id == consumer_id)
    unsent = sa.select(m.number_id).where(*mine, sa.text(t.UNSENT_TEXT))
    asked = sa.select(m.number_id).where(*mine, sa.text(t.ASKS_TO_STOP))
    return sorted(set(tx.conn.execute(unsent.union(asked)).scalars()))
