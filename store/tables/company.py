"""A tenant as a whole: what it has configured, version by version, and who changed it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Text, UniqueConstraint

from store.tables.columns import BigId, identity, moment, of_tenant, table

# One row: which Temporal namespace this database belongs to (architecture rule 8).
installation = table(
    "installation",
    identity(),
    Column("token", Text, nullable=False),
    Column("namespace", Text),
)

tenants = table(
    "tenants",
    identity(),
    Column("subdomain", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("default_lang", Text, nullable=False, server_default="en"),
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("texts", JSON, nullable=False, server_default="{}"),
    # System texts that are switched off; the words for BACK and EXIT.
    Column("silent", JSON, nullable=False, server_default="[]"),
    Column("commands", JSON, nullable=False, server_default="{}"),
    # The number and time of the configuration that holds; none was applied yet: 0.
    Column("configuration", Integer, nullable=False, server_default="0"),
    moment("configured_at"),
    moment("created_at", nullable=False),
)

# What was applied, whole: the newest holds, the others can be gone back to.
configurations = table(
    "configurations",
    identity(),
    of_tenant(),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    moment("at", nullable=False),
    UniqueConstraint("tenant_id", "version"),
)

# Who changed what, field by field; never a secret. Only ever added to.
audit_log = table(
    "audit_log",
    identity(),
    of_tenant(),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigId),
    Column("address", Text),
    Column("verb", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    moment("at", nullable=False),
    # The history of one object, the newest first.
    Index(None, "tenant_id", "kind", "key", "id"),
    # The whole log, the newest first.
    Index(None, "tenant_id", "id"),
)
