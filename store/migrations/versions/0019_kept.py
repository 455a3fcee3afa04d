"""Texts that belong to no chat say why, and are found by an index.

Those of before say nothing, and are listed all the same; no row is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.migrations.beforehand import make_index

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = "chat_id IS NULL AND direction = 'inbound'"
    make_index("ix_messages_kept", "messages", ["tenant_id", "id"], kept)
    # Last: from here on the texts cannot be read either, until all steps are done.
    op.add_column("messages", sa.Column("kept_why", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "kept_why")
    op.drop_index("ix_messages_kept", table_name="messages")
