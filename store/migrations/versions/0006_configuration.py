"""Versions of a tenant's configuration, the audit log, and the keys by which both name rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import BigId, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NOT_REMOVED = sa.text("removed_at IS NULL")
NOT_DELETED = sa.text("deleted_at IS NULL")

COLUMNS: tuple[tuple[str, str, Any, str | None], ...] = (
    ("tenants", "silent", sa.JSON(), "[]"),
    ("tenants", "commands", sa.JSON(), "{}"),
    ("tenants", "configuration", sa.Integer(), "0"),
    ("tenants", "configured_at", UtcDateTime(), None),
    ("users", "key", sa.Text(), None),
    ("queues", "key", sa.Text(), None),
    ("queues", "deleted_at", UtcDateTime(), None),
    ("queues", "settings", sa.JSON(), "{}"),
    ("queues", "effective", sa.JSON(), "{}"),
    ("queues", "after_hours", sa.Text(), None),
    ("queues", "hours", sa.JSON(), None),
    ("carrier_accounts", "key", sa.Text(), None),
    ("numbers", "segments_per_day", sa.Integer(), None),
    ("numbers", "removed_at", UtcDateTime(), None),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        nullable = default is None
        column = sa.Column(name, kind, nullable=nullable, server_default=default)
        op.add_column(table, column)
    _add_tables()
    op.create_index(
        "uq_queues_tenant_id_key",
        "queues",
        ["tenant_id", "key"],
        unique=True,
        sqlite_where=NOT_DELETED,
        postgresql_where=NOT_DELETED,
    )
    with _batch("users") as users:
        users.create_unique_constraint("uq_users_tenant_id_key", ["tenant_id", "key"])
    with _batch("numbers") as numbers:
        numbers.drop_constraint("uq_numbers_number", type_="unique")
    op.create_index(
        "uq_numbers_number",
        "numbers",
        ["number"],
        unique=True,
        sqlite_where=NOT_REMOVED,
        postgresql_where=NOT_REMOVED,
    )


def downgrade() -> None:
    op.drop_index("uq_numbers_number", table_name="numbers")
    with _batch("numbers") as numbers:
        numbers.create_unique_constraint("uq_numbers_number", ["number"])
    with _batch("users") as users:
        users.drop_constraint("uq_users_tenant_id_key", type_="unique")
    op.drop_index("uq_queues_tenant_id_key", table_name="queues")
    for name in ("number_queues", "audit_log", "configurations"):
        op.drop_table(name)
    for table, name, _, _ in reversed(COLUMNS):
        op.drop_column(table, name)


def _batch(table: str) -> Any:
    """SQLite changes a table's constraints by copying it; ids must never be used again."""
    return op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True})


def _table(name: str, *parts: Any) -> None:
    key = sa.Column("id", BigId, primary_key=True, autoincrement=True)
    op.create_table(name, key, _ref("tenant_id", "tenants"), *parts, sqlite_autoincrement=True)


def _ref(name: str, target: str) -> sa.Column[Any]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{target}.id"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _add_tables() -> None:
    _table(
        "configurations",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        _text("actor"),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("tenant_id", "version"),
    )
    _table(
        "audit_log",
        sa.Column("version", sa.Integer(), nullable=False),
        _text("source"),
        _text("actor"),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        _text("address", nullable=True),
        _text("verb"),
        _text("kind"),
        _text("key"),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index(
        "ix_audit_log_tenant_id_kind_key_id", "audit_log", ["tenant_id", "kind", "key", "id"]
    )
    _table(
        "number_queues",
        _ref("number_id", "numbers"),
        _ref("queue_id", "queues"),
        sa.UniqueConstraint("number_id", "queue_id"),
    )
