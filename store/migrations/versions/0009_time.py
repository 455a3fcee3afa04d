"""What time does to a chat: its timers, silence and dismissal, and how long it waited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import BigId, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, Any, Any], ...] = (
    ("deadlines", sa.JSON(), "{}"),
    ("heard", sa.Boolean(), sa.true()),
    ("silent_from", UtcDateTime(), None),
    ("noticed", sa.Boolean(), sa.false()),
    ("dismissed_at", UtcDateTime(), None),
    ("told_closed_until", UtcDateTime(), None),
    ("preferred_agent_id", BigId, None),
    ("held_until", UtcDateTime(), None),
    ("waited", BigId, "0"),
    ("first_waited", BigId, None),
    ("waiting_from", UtcDateTime(), None),
)


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("chats", column)
    dismissed = sa.text("status = 'dismissed'")
    op.create_index(
        "ix_chats_dismissed",
        "chats",
        ["preferred_agent_id"],
        sqlite_where=dismissed,
        postgresql_where=dismissed,
    )
    _count_waiting()


def downgrade() -> None:
    op.drop_index("ix_chats_dismissed", table_name="chats")
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("chats", name)


def _count_waiting() -> None:
    """Chats of before: from their queue to their first agent, or until now."""
    chats = sa.table(
        "chats",
        sa.column("id"),
        sa.column("status"),
        sa.column("queued_at", UtcDateTime()),
        sa.column("assigned_at", UtcDateTime()),
        sa.column("waiting_from", UtcDateTime()),
        sa.column("waited"),
        sa.column("first_waited"),
    )
    c, bind = chats.c, op.get_bind()
    waiting = chats.update().where(c.status == "queued")
    bind.execute(waiting.values(waiting_from=c.queued_at))
    answered = sa.select(c.id, c.queued_at, c.assigned_at).where(
        c.queued_at.is_not(None), c.assigned_at.is_not(None)
    )
    for row in bind.execute(answered).all():
        waited = max(0, (row.assigned_at - row.queued_at) // timedelta(milliseconds=1))
        counted = chats.update().where(c.id == row.id)
        bind.execute(counted.values(waited=waited, first_waited=waited))
