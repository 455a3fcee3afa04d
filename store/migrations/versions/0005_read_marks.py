"""How far each agent has read a chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("read_seq", sa.Integer(), nullable=False, server_default="0")
    op.add_column("participants", column)


def downgrade() -> None:
    op.drop_column("participants", "read_seq")
