"""A text remembers since when a text of the pair's chat before has kept it, which has a limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("behind_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "behind_since")
