"""Until when an agent is in wrap-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.tables import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IN_WRAP_UP = sa.text("wrap_up_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("users", sa.Column("wrap_up_until", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_users_tenant_id_wrap_up_until",
        "users",
        ["tenant_id", "wrap_up_until"],
        sqlite_where=IN_WRAP_UP,
        postgresql_where=IN_WRAP_UP,
    )


def downgrade() -> None:
    op.drop_index("ix_users_tenant_id_wrap_up_until", "users")
    op.drop_column("users", "wrap_up_until")
