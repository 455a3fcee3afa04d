"""Carrier accounts with settings and several secrets; who answers a number's commands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

accounts = sa.table(
    "carrier_accounts",
    sa.column("id", sa.BigInteger),
    sa.column("secret_ref", sa.Text),
    sa.column("secret_refs", sa.JSON),
)


def upgrade() -> None:
    for name in ("settings", "secret_refs"):
        empty = sa.Column(name, sa.JSON(), nullable=False, server_default="{}")
        op.add_column("carrier_accounts", empty)
    found = op.get_bind().execute(sa.select(accounts.c.id, accounts.c.secret_ref)).all()
    for row in found:
        _set(row.id, secret_refs={"secret": row.secret_ref})
    op.drop_column("carrier_accounts", "secret_ref")
    engine = sa.Column("optout_replies", sa.Text(), nullable=False, server_default="engine")
    op.add_column("numbers", engine)
    known = sa.text("provider_id IS NOT NULL")
    op.create_index(
        "ix_messages_taken",
        "messages",
        ["consumer_id", "created_at"],
        sqlite_where=known,
        postgresql_where=known,
    )


def downgrade() -> None:
    op.drop_index("ix_messages_taken", table_name="messages")
    op.drop_column("numbers", "optout_replies")
    none = sa.Column("secret_ref", sa.Text(), nullable=False, server_default="")
    op.add_column("carrier_accounts", none)
    found = op.get_bind().execute(sa.select(accounts.c.id, accounts.c.secret_refs)).all()
    for row in found:
        _set(row.id, secret_ref=row.secret_refs.get("secret", ""))
    op.drop_column("carrier_accounts", "secret_refs")
    op.drop_column("carrier_accounts", "settings")


def _set(account_id: int, **values: object) -> None:
    change = sa.update(accounts).where(accounts.c.id == account_id).values(**values)
    op.get_bind().execute(change)
