"""Offers: who was asked to take which chat."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text

from store.tables.columns import identity, moment, of_tenant, partial_index, ref, table

DECLINED_OFFER = "state = 'declined'"

PENDING_OFFER = "offers.state = 'pending'"

offers = table(
    "offers",
    identity(),
    of_tenant(),
    ref("chat_id", "chats"),
    ref("agent_id", "users"),
    Column("state", Text, nullable=False),
    moment("offered_at", nullable=False),
    moment("closed_at"),
    # One pending offer per chat and agent; also finds a chat's pending offers.
    partial_index(
        "uq_offers_pending", "chat_id", "agent_id", unique=True, where="state = 'pending'"
    ),
    # An agent's pending offers.
    partial_index("ix_offers_agent", "agent_id", where="state = 'pending'"),
    # Routing: what an agent declined lately.
    partial_index("ix_offers_declined", "agent_id", "closed_at", where=DECLINED_OFFER),
    # Routing: who declined this chat.
    Index("ix_offers_chat", "chat_id", "state"),
)
