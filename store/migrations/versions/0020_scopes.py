"""A number keeps the queues that it has left, for the opt-outs of that time; a carrier account can
be removed.

No row is touched: queues that were left before are not known, and an account that the configuration
has not any more is removed when the next one is applied.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    left = sa.Column("left_queues", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("numbers", left)
    op.add_column("carrier_accounts", sa.Column("removed_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("carrier_accounts", "removed_at")
    op.drop_column("numbers", "left_queues")
