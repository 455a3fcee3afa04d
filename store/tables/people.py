"""Who gets in: people and programs, their sessions and credentials, and how often they try."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from store.tables.columns import BigId, identity, moment, of_tenant, partial_index, ref, table

users = table(
    "users",
    identity(),
    of_tenant(),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="Offline"),
    moment("status_since", nullable=False),
    # While the status is Wrap-up.
    moment("wrap_up_until"),
    Column("concurrency_limit", Integer),
    Column("active", Boolean, nullable=False, server_default=sa.true()),
    # As the configuration names the user; deactivated users keep theirs.
    Column("key", Text),
    UniqueConstraint("tenant_id", "email"),
    UniqueConstraint("tenant_id", "key"),
    # Whose wrap-up ends next.
    partial_index(None, "tenant_id", "wrap_up_until", where="wrap_up_until IS NOT NULL"),
)

sessions = table(
    "sessions",
    identity(),
    of_tenant(),
    ref("user_id", "users"),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("csrf_token", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("revoked_at"),
    # From where the user logged in.
    Column("address", Text),
    # To the minute or better; NULL: never since this is noted.
    moment("seen_at"),
    # Who is logged in; all sessions of a user.
    Index(None, "tenant_id", "user_id"),
)

credentials = table(
    "credentials",
    identity(),
    of_tenant(),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    moment("created_at", nullable=False),
    Column("created_by", Text),
    # To the minute.
    moment("last_used_at"),
    moment("disabled_at"),
    # All of a tenant.
    Index(None, "tenant_id", "id"),
)

# The times of a tenant's last API calls: one row each, which orders the processes (F).
api_windows = table(
    "api_windows",
    identity(),
    Column("tenant_id", BigId, ForeignKey("tenants.id"), nullable=False, unique=True),
    Column("taken", JSON, nullable=False),
)

teams = table(
    "teams",
    identity(),
    of_tenant(),
    # As the configuration names the team. One that was deleted stays, for reports.
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    moment("deleted_at"),
    UniqueConstraint("tenant_id", "key"),
)

team_members = table(
    "team_members",
    identity(),
    of_tenant(),
    ref("team_id", "teams"),
    ref("user_id", "users"),
    UniqueConstraint("team_id", "user_id"),
)

# Fixed windows, counted in the store so that a limit holds across processes.
rate_counters = table(
    "rate_counters",
    identity(),
    Column("key", Text, nullable=False, unique=True),
    moment("window_from", nullable=False),
    Column("count", Integer, nullable=False),
)
