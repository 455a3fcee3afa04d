"""Whom a chat is offered first; how long it was with agents, for estimates of the wait."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from store.tables import BigId, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

HELD = sa.text("status = 'queued' AND held_until IS NOT NULL")
ANSWERED = sa.text("first_waited IS NOT NULL")


def upgrade() -> None:
    handled = sa.Column("handled", BigId, nullable=False, server_default="0")
    op.add_column("chats", handled)
    op.alter_column("chats", "waiting_from", new_column_name="spell_from")
    op.create_index(
        "ix_chats_held",
        "chats",
        ["tenant_id", "preferred_agent_id"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    op.create_index(
        "ix_chats_handled",
        "chats",
        ["tenant_id", "ended_at", "handled"],
        sqlite_where=ANSWERED,
        postgresql_where=ANSWERED,
    )
    _count_handling()


def downgrade() -> None:
    op.drop_index("ix_chats_handled", table_name="chats")
    op.drop_index("ix_chats_held", table_name="chats")
    op.alter_column("chats", "spell_from", new_column_name="waiting_from")
    op.drop_column("chats", "handled")


def _count_handling() -> None:
    """Chats of before: from their first agent to their end, or on."""
    chats = sa.table(
        "chats",
        sa.column("id"),
        sa.column("status"),
        sa.column("assigned_at", UtcDateTime()),
        sa.column("ended_at", UtcDateTime()),
        sa.column("spell_from", UtcDateTime()),
        sa.column("handled"),
    )
    c, bind = chats.c, op.get_bind()
    open_now = chats.update().where(c.status == "assigned")
    bind.execute(open_now.values(spell_from=c.assigned_at))
    over = sa.select(c.id, c.assigned_at, c.ended_at).where(
        c.assigned_at.is_not(None), c.ended_at.is_not(None)
    )
    for row in bind.execute(over).all():
        handled = (row.ended_at - row.assigned_at) // timedelta(milliseconds=1)
        bind.execute(chats.update().where(c.id == row.id).values(handled=max(0, handled)))
