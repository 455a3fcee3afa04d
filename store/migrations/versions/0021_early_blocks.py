"""A receipt that comes before its text is known says as well that the carrier blocked the text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    blocked: sa.Column[bool] = sa.Column(
        "opted_out", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("early_receipts", blocked)


def downgrade() -> None:
    op.drop_column("early_receipts", "opted_out")
