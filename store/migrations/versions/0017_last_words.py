"""What was said last between a number of ours and a consumer is found by an index.

Texts cannot be written while it is made; on PostgreSQL the operator can make it before, beside
running processes (docs/operations.md, Upgrading).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PERSONS = sa.text("author_type <> 'system'")

# What CREATE INDEX CONCURRENTLY leaves when it breaks off: kept up to date, and never used.
HALF_MADE = """
    SELECT 1 FROM pg_index
    WHERE indexrelid = to_regclass('ix_messages_pair') AND NOT indisvalid
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql" and connection.scalar(sa.text(HALF_MADE)):
        op.drop_index("ix_messages_pair", table_name="messages")
    op.create_index(
        "ix_messages_pair", "messages", ["number_id", "consumer_id", "id"],
        sqlite_where=PERSONS, postgresql_where=PERSONS, if_not_exists=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_messages_pair", table_name="messages")
