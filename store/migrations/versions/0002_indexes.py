"""Indexes for an agent's declines, a carrier's receipts and a number's queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_offers_declined", "offers", ["agent_id", "closed_at"], "state = 'declined'"),
    ("ix_messages_queued_number", "messages", ["number_id"], "status = 'queued'"),
    ("ix_messages_provider", "messages", ["tenant_id", "provider_id"], "provider_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        condition = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table_name=table)
