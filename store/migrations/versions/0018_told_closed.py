"""After-hours messages are remembered by queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NAME = "told_closed_until"


def upgrade() -> None:
    """A chat was told of the queue in which it is."""
    told = _told(UtcDateTime())
    _exchange(
        sa.Column(NAME, sa.JSON(), nullable=False, server_default="{}"),
        {id_: {str(queue_id): until.isoformat()} for id_, queue_id, until in told if until},
    )


def downgrade() -> None:
    told = _told(sa.JSON())
    _exchange(
        sa.Column(NAME, UtcDateTime(), nullable=True),
        {
            id_: datetime.fromisoformat(until[str(queue_id)])
            for id_, queue_id, until in told
            if str(queue_id) in until
        },
    )


def _chats(kind: Any) -> sa.TableClause:
    return sa.table("chats", sa.column("id"), sa.column("queue_id"), sa.column(NAME, kind))


def _told(kind: Any) -> list[tuple[int, int, Any]]:
    c = _chats(kind).c
    found = op.get_bind().execute(sa.select(c.id, c.queue_id, c.told_closed_until))
    return [(row.id, row.queue_id, row.told_closed_until) for row in found]


def _exchange(column: sa.Column[Any], values: Mapping[int, object]) -> None:
    op.drop_column("chats", NAME)
    op.add_column("chats", column)
    chats = _chats(column.type)
    for id_, value in values.items():
        told = chats.update().where(chats.c.id == id_).values(told_closed_until=value)
        op.get_bind().execute(told)
