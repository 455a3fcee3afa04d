"""Texts that belong to no chat say why, and are found by an index.

Those of before say nothing, and are listed all the same; no row is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEPT = sa.text("chat_id IS NULL AND direction = 'inbound'")


def upgrade() -> None:
    op.add_column("messages", sa.Column("kept_why", sa.Text(), nullable=True))
    op.create_index(
        "ix_messages_kept", "messages", ["tenant_id", "id"],
        sqlite_where=KEPT, postgresql_where=KEPT,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_messages_kept", table_name="messages")
    op.drop_column("messages", "kept_why")
