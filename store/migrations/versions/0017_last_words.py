"""What was said last between a number of ours and a consumer is found by an index."""

from __future__ import annotations

from alembic import op

from store.migrations.beforehand import make_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["number_id", "consumer_id", "id"]
    make_index("ix_messages_pair", "messages", columns, "author_type <> 'system'")


def downgrade() -> None:
    op.drop_index("ix_messages_pair", table_name="messages")
