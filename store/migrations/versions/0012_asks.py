"""Requests to stop stand on the texts that made them, also on texts that belong to no chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ON_CHATS = sa.text("stop_asked IS NOT NULL")
OPEN = sa.text("asks = 'stop'")


def upgrade() -> None:
    op.drop_index("ix_chats_stop_asked", table_name="chats")
    op.drop_column("chats", "stop_asked")
    op.create_index(
        "ix_messages_asks_to_stop", "messages", ["tenant_id", "consumer_id"],
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip


def downgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.drop_index("ix_messages_asks_to_stop", table_name="messages")
    op.add_column("chats", sa.Column("stop_asked", big, nullable=True))
    op.create_index(
        "ix_chats_stop_asked", "chats", ["tenant_id", "id"],
        sqlite_where=ON_CHATS, postgresql_where=ON_CHATS,
    )  # fmt: skip
