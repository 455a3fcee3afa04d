"""The carrier's own words of a refusal, and the chats of a consumer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("carrier_says", sa.Text(), nullable=True))
    op.create_index("ix_chats_consumer", "chats", ["tenant_id", "consumer_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_chats_consumer", table_name="chats")
    op.drop_column("messages", "carrier_says")
