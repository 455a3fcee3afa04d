"""Chats, with whom they are, and who takes part."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, Index, Integer, Text, UniqueConstraint

from store.tables.columns import (
    BigId,
    Moments,
    QueueMoments,
    identity,
    moment,
    of_tenant,
    partial_index,
    ref,
    table,
)

consumers = table(
    "consumers",
    identity(),
    of_tenant(),
    Column("number", Text, nullable=False),
    moment("created_at", nullable=False),
    UniqueConstraint("tenant_id", "number"),
)

ACTIVE_CHAT = "status IN ('selecting','queued','assigned','dismissed')"

# SQLite uses a partial index for queries that say its condition word for word: these do.
ASSIGNED_CHAT = "chats.status = 'assigned'"

WAITING_CHAT = "chats.status = 'queued'"

DISMISSED_CHAT = "chats.status = 'dismissed'"

ANSWERED_CHAT = "chats.first_waited IS NOT NULL"

HELD_CHAT = "chats.status = 'queued' AND chats.held_until IS NOT NULL"

chats = table(
    "chats",
    identity(),
    of_tenant(),
    ref("number_id", "numbers"),
    ref("consumer_id", "consumers"),
    ref("entry_queue_id", "queues"),
    ref("queue_id", "queues"),
    ref("agent_id", "users", nullable=True),
    Column("status", Text, nullable=False),
    Column("fail_reason", Text),
    Column("disconnected_by", Text, nullable=False, server_default="disconnected_by_unknown"),
    Column("lang", Text, nullable=False),
    Column("direction", Text, nullable=False, server_default="inbound"),
    # Menu: the queues as last sent, in order, so that an answer is read against that text (A3).
    Column("menu_sent", JSON, nullable=False, server_default="[]"),
    moment("menu_sent_at"),
    # How many of these were shown, since a long menu comes in parts; whose greeting was sent.
    Column("menu_shown", Integer, nullable=False, server_default="0"),
    Column("greeted", JSON, nullable=False, server_default="[]"),
    Column("invalid_answers", Integer, nullable=False, server_default="0"),
    # Time: the window that the deadline is counted from (rule 5).
    moment("window_from", nullable=False),
    moment("deadline_at"),
    moment("created_at", nullable=False),
    moment("updated_at", nullable=False),
    moment("queued_at"),
    moment("assigned_at"),
    moment("ended_at"),
    moment("settled_at"),
    Column("waiting_because", Text),
    # Every timer that runs, with the instant at which it is due; `deadline_at` is the earliest.
    Column("deadlines", Moments(), nullable=False, server_default="{}"),
    # Silence and dismissal (product D): see `domain/decisions.py`.
    Column("heard", Boolean, nullable=False, server_default=sa.true()),
    moment("silent_from"),
    Column("noticed", Boolean, nullable=False, server_default=sa.false()),
    moment("dismissed_at"),
    # By queue that the consumer was told is closed: when it opens.
    Column("told_closed", QueueMoments(), nullable=False, server_default="{}"),
    # The build before 0018 writes it; a later release drops it.
    moment("told_closed_until"),
    # Whom the chat is offered first, and until when to nobody else.
    Column("preferred_agent_id", BigId),
    moment("held_until"),
    # Milliseconds in queues and with agents, of spells that are over; since when one lasts; and
    # what was waited until the first agent.
    Column("waited", BigId, nullable=False, server_default="0"),
    Column("handled", BigId, nullable=False, server_default="0"),
    moment("spell_from"),
    Column("first_waited", BigId),
    # Process: the last pointer, the last message, the workflow's incarnation (rules 2 and 8).
    Column("ptr", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("incarnation", Integer, nullable=False, server_default="1"),
    # A11: one active chat per pair, whatever arrives in parallel.
    partial_index(
        "uq_chats_active_pair", "number_id", "consumer_id", unique=True, where=ACTIVE_CHAT
    ),
    # Routing: waiting chats of a queue, the oldest first.
    partial_index(
        "ix_chats_waiting", "tenant_id", "queue_id", "queued_at", where="status = 'queued'"
    ),
    # An agent's open chats, and how many there are.
    partial_index("ix_chats_agent", "agent_id", where="status = 'assigned'"),
    # Estimated wait: how long the chats took that ended lately.
    partial_index(
        "ix_chats_handled", "tenant_id", "ended_at", "handled", where="first_waited IS NOT NULL"
    ),
    # Routing: the chats that an agent alone is asked to take.
    partial_index(
        "ix_chats_held",
        "tenant_id",
        "preferred_agent_id",
        where="status = 'queued' AND held_until IS NOT NULL",
    ),
    # An agent's dismissed chats, to be resumed.
    partial_index("ix_chats_dismissed", "preferred_agent_id", where="status = 'dismissed'"),
    # Lists for clients: of all chats, the newest first; of those that began in a span of time.
    Index(None, "tenant_id", "id"),
    Index(None, "tenant_id", "created_at"),
    # A consumer's earlier chats, the newest first.
    Index("ix_chats_consumer", "tenant_id", "consumer_id", "id"),
    # The reconciler: every chat whose process has not finished.
    partial_index("ix_chats_unsettled", "id", where="settled_at IS NULL"),
)

participants = table(
    "participants",
    identity(),
    of_tenant(),
    ref("chat_id", "chats"),
    Column("type", Text, nullable=False),
    ref("user_id", "users", nullable=True),
    ref("consumer_id", "consumers", nullable=True),
    Column("status", Text, nullable=False),
    moment("connected_at"),
    moment("ended_at"),
    Column("fail_reason", Text, nullable=False, server_default="nothing"),
    # The last message that an agent has read; of an agent's rows in a chat the highest counts.
    Column("read_seq", Integer, nullable=False, server_default="0"),
    # The participants of one chat.
    Index(None, "chat_id"),
)
