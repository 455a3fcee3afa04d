"""Who answered whom in a chat, and when: the turns of its thread."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.responses import Turn
from domain.statuses import Author
from store import tables as t
from store.database import Tx

m = t.messages.c


def of_chats(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, list[Turn]]:
    """The turns of each chat that an agent has answered, in order.

    A text belongs to the turn that as many texts of agents stand before it; so of each turn the
    first text of the consumer and the one answer are found in one pass.
    """
    by_agent = sa.case((m.author_type == Author.AGENT, 1), else_=0)
    before = sa.func.sum(by_agent).over(partition_by=m.chat_id, order_by=m.seq) - by_agent
    texts = (
        sa.select(m.chat_id, m.author_type, m.created_at, before.label("turn"))
        .where(
            m.tenant_id == tenant_id,
            m.chat_id.in_(chat_ids),
            m.author_type.in_((Author.AGENT, Author.END_USER)),
        )
        .subquery()
    )
    c = texts.c
    asked = sa.func.min(sa.case((c.author_type == Author.END_USER, c.created_at)))
    answered = sa.func.min(sa.case((c.author_type == Author.AGENT, c.created_at)))
    query = (
        sa.select(c.chat_id, asked, answered)
        .group_by(c.chat_id, c.turn)
        .having(asked.is_not(None), answered.is_not(None))
        .order_by(c.chat_id, c.turn)
    )
    found: dict[int, list[Turn]] = {}
    for chat_id, *times in tx.conn.execute(query):
        found.setdefault(chat_id, []).append(Turn(*times))
    return found
