"""What was said last between a number of ours and a consumer is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PERSONS = sa.text("author_type <> 'system'")


def upgrade() -> None:
    op.create_index(
        "ix_messages_pair", "messages", ["number_id", "consumer_id", "id"],
        sqlite_where=PERSONS, postgresql_where=PERSONS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_messages_pair", table_name="messages")
