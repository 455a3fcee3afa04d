"""Indexes of large tables, which an operator may have made before (docs/operations.md)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

# What CREATE INDEX CONCURRENTLY leaves when it breaks off: kept up to date, and never used.
_HALF_MADE = sa.text(
    "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"
)


def make_index(name: str, table: str, columns: list[str], where: str) -> None:
    """Take the operator's index, or make it; a half-made one is made anew."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql" and connection.scalar(_HALF_MADE, {"name": name}):
        op.drop_index(name, table_name=table)
    condition = sa.text(where)
    op.create_index(
        name, table, columns,
        sqlite_where=condition, postgresql_where=condition, if_not_exists=True,
    )  # fmt: skip
