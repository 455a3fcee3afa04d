"""The queue tree, and who sits on it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, Index, Integer, Text, UniqueConstraint

from store.tables.columns import identity, moment, of_tenant, partial_index, ref, table

queues = table(
    "queues",
    identity(),
    of_tenant(),
    ref("parent_id", "queues", nullable=True),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    Column("lang", Text),
    Column("hidden", Boolean, nullable=False, server_default=sa.false()),
    Column("keywords", JSON, nullable=False, server_default="[]"),
    Column("greeting", Text),
    # As the configuration names the queue. One that was deleted stays for the chats it had.
    Column("key", Text),
    moment("deleted_at"),
    # Its own settings; and those that hold here, with what it inherits.
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("effective", JSON, nullable=False, server_default="{}"),
    Column("after_hours", Text),
    Column("hours", JSON),
    partial_index(
        "uq_queues_tenant_id_key", "tenant_id", "key", unique=True, where="deleted_at IS NULL"
    ),
    # The tenant's whole tree is read at once for every menu decision.
    Index(None, "tenant_id", "parent_id"),
)

queue_agents = table(
    "queue_agents",
    identity(),
    of_tenant(),
    ref("queue_id", "queues"),
    ref("user_id", "users"),
    UniqueConstraint("queue_id", "user_id"),
    # Routing: the queues of one agent.
    Index(None, "tenant_id", "user_id"),
)
