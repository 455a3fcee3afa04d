"""Finds the early receipts whose text never came."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_early_receipts_received_at", "early_receipts", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_early_receipts_received_at", "early_receipts")
