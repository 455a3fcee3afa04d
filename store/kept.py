"""Consumers' texts that belong to no chat, for those who answer for them (product A6, B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from store import tables as t
from store.database import Tx

m = t.messages.c
k = t.consumers.c
n = t.numbers.c


@dataclass(frozen=True)
class Kept:
    """A text without a chat; `why` None: it came before that was noted."""

    message_id: int
    number: str
    our_number: str
    text: str
    media: list[dict[str, Any]]
    why: str | None
    at: datetime


def texts(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[Kept], int]:
    """A page of them, the newest first, and how many there are."""
    where = (
        m.tenant_id == tenant_id,
        m.chat_id.is_(None),
        m.direction == sa.literal_column("'inbound'"),
    )
    newest = (
        sa.select(m.id, k.number, n.number, m.text, m.media, m.kept_why, m.created_at)
        .join(t.consumers, k.id == m.consumer_id)
        .join(t.numbers, n.id == m.number_id)
        .where(*where)
        .order_by(m.id.desc())
        .limit(per)
        .offset((page - 1) * per)
    )
    total = sa.select(sa.func.count()).select_from(t.messages).where(*where)
    found = [Kept(*row) for row in tx.conn.execute(newest)]
    return found, int(tx.conn.execute(total).scalar_one())
