"""API clients: credentials that tell when they were used, the window of a tenant's calls, teams,
and ways to list chats, the log, sessions and credentials; from where a session came.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import BigId, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("audit_log", ("tenant_id", "id")),
    ("sessions", ("tenant_id", "user_id")),
    ("credentials", ("tenant_id", "id")),
    ("chats", ("tenant_id", "id")),
    ("chats", ("tenant_id", "created_at")),
)


def upgrade() -> None:
    op.add_column("credentials", sa.Column("created_by", sa.Text()))
    op.add_column("credentials", sa.Column("last_used_at", UtcDateTime()))
    op.add_column("sessions", sa.Column("address", sa.Text()))
    _table(
        "api_windows",
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.UniqueConstraint("tenant_id"),
    )
    _table(
        "teams",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("deleted_at", UtcDateTime()),
        sa.UniqueConstraint("tenant_id", "key"),
    )
    _table(
        "team_members",
        sa.Column("team_id", BigId, sa.ForeignKey("teams.id"), nullable=False),
        sa.Column("user_id", BigId, sa.ForeignKey("users.id"), nullable=False),
        sa.UniqueConstraint("team_id", "user_id"),
    )
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def downgrade() -> None:
    for table, columns in INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
    for name in ("team_members", "teams", "api_windows"):
        op.drop_table(name)
    op.drop_column("sessions", "address")
    op.drop_column("credentials", "last_used_at")
    op.drop_column("credentials", "created_by")


def _table(name: str, *parts: Any) -> None:
    key = sa.Column("id", BigId, primary_key=True, autoincrement=True)
    tenant = sa.Column("tenant_id", BigId, sa.ForeignKey("tenants.id"), nullable=False)
    op.create_table(name, key, tenant, *parts, sqlite_autoincrement=True)
