"""After-hours messages are remembered by queue.

In a column of its own: the build before goes on writing `told_closed_until`, which a later release
drops. What that says is not carried over: at worst one more after-hours message is sent to a chat
that leaves its closed queue and comes back to it, and no row is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = sa.Column("told_closed", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("chats", told)


def downgrade() -> None:
    op.drop_column("chats", "told_closed")
