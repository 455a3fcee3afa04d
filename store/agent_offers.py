"""An agent's own offers: those that can be taken, and what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.statuses import ChatStatus, OfferState
from store import tables as t
from store.database import Tx

c = t.chats.c
o = t.offers.c


@dataclass(frozen=True)
class PendingOffer:
    """A chat that an agent may accept."""

    chat_id: int
    queue_id: int
    queue: str
    lang: str
    queued_at: datetime
    offered_at: datetime


@dataclass(frozen=True)
class ClosedOffer:
    """What became of an offer, and who has the chat."""

    chat_id: int
    state: OfferState
    closed_at: datetime | None
    chat_status: ChatStatus
    taken_by: tuple[int, str] | None


def offered_to(tx: Tx, tenant_id: int, agent_id: int) -> list[PendingOffer]:
    """What an agent is asked to take, the longest wait first."""
    q = t.queues.c
    query = (
        sa.select(o.chat_id, c.queue_id, q.name, c.lang, c.queued_at, o.offered_at)
        .join(t.chats, c.id == o.chat_id)
        .join(t.queues, q.id == c.queue_id)
        .where(o.tenant_id == tenant_id, o.agent_id == agent_id, o.state == OfferState.PENDING)
        .order_by(c.queued_at, c.id)
    )
    return [PendingOffer(*row) for row in tx.conn.execute(query)]


def last_offer(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> ClosedOffer | None:
    """The last offer of a chat to an agent, open or closed."""
    u = t.users.c
    query = (
        sa.select(o.chat_id, o.state, o.closed_at, c.status, u.id, u.name)
        .join(t.chats, c.id == o.chat_id)
        .outerjoin(t.users, u.id == c.agent_id)
        .where(o.tenant_id == tenant_id, o.chat_id == chat_id, o.agent_id == agent_id)
        .order_by(o.id.desc())
        .limit(1)
    )
    row = tx.conn.execute(query).first()
    if row is None:
        return None
    taken_by = None if row[4] is None else (row[4], row[5])
    return ClosedOffer(row[0], OfferState(row[1]), row[2], ChatStatus(row[3]), taken_by)
