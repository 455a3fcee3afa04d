"""Menus in several messages, and whose greeting a chat has had.

Menus that were sent before have been shown whole.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "chats", sa.Column("menu_shown", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("chats", sa.Column("greeted", sa.JSON(), nullable=False, server_default="[]"))
    length = "jsonb_array_length(menu_sent::jsonb)"
    if op.get_bind().dialect.name == "sqlite":
        length = "json_array_length(menu_sent)"
    op.execute(f"UPDATE chats SET menu_shown = {length}")


def downgrade() -> None:
    op.drop_column("chats", "greeted")
    op.drop_column("chats", "menu_shown")
