"""When each session was last heard of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("seen_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("sessions", "seen_at")
