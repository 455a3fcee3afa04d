"""What came in, what is owed to Temporal, and the events that others read."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Text, UniqueConstraint

from store.tables.columns import BigId, identity, moment, of_tenant, partial_index, ref, table

inbox = table(
    "inbox",
    identity(),
    of_tenant(),
    ref("account_id", "carrier_accounts"),
    Column("provider_id", Text, nullable=False),
    ref("message_id", "messages", nullable=True),
    # Of a text to a number that two accounts own: what makes it the same text through the other.
    Column("twin_key", Text),
    moment("received_at", nullable=False),
    # The same provider id again: answered, and nothing new.
    UniqueConstraint("account_id", "provider_id"),
    # The same text through the other account, lately.
    partial_index("ix_inbox_twins", "twin_key", "received_at", where="twin_key IS NOT NULL"),
)

outbox = table(
    "outbox",
    identity(),
    of_tenant(),
    Column("kind", Text, nullable=False),
    Column("target_id", BigId, nullable=False),
    Column("payload", JSON, nullable=False),
    moment("created_at", nullable=False),
    moment("claimed_at"),
    # The sweep: by target, the oldest first.
    Index(None, "kind", "target_id"),
    Index(None, "created_at"),
)

event_positions = table(
    "event_positions",
    identity(),
    Column("tenant_id", BigId, ForeignKey("tenants.id"), nullable=False, unique=True),
    Column("position", BigId, nullable=False, server_default="0"),
)

events = table(
    "events",
    identity(),
    of_tenant(),
    Column("position", BigId, nullable=False),
    Column("type", Text, nullable=False),
    Column("chat_id", BigId),
    Column("data", JSON, nullable=False),
    moment("at", nullable=False),
    # Streams resume by position within the tenant (rule 9).
    UniqueConstraint("tenant_id", "position"),
)
