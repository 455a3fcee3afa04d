"""How each carrier account does, which one was given a text, and a number's second account."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from store.tables import BigId, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

GIVEN = """
    UPDATE messages SET account_id =
        (SELECT account_id FROM numbers WHERE numbers.id = messages.number_id)
    WHERE direction = 'outbound' AND status <> 'queued'
"""


def upgrade() -> None:
    op.create_table(
        "carrier_health",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", BigId, sa.ForeignKey("tenants.id"), nullable=False),
        sa.Column(
            "account_id", BigId, sa.ForeignKey("carrier_accounts.id"), nullable=False, unique=True
        ),
        sa.Column("breaker", sa.Text(), nullable=False, server_default="closed"),
        _time("since"),
        _count("failures"),
        sa.Column("reason", sa.Text()),
        _time("failed_at"),
        _time("opened_at"),
        _count("openings"),
        _count("probes"),
        _time("probe_at"),
        sa.Column("answered", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("trial", BigId),
        _time("trial_until"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_carrier_health_breaker", "carrier_health", ["breaker"])
    op.create_index("ix_numbers_account_id", "numbers", ["account_id"])
    op.add_column("messages", sa.Column("account_id", BigId))
    op.execute(GIVEN)
    op.add_column("numbers", sa.Column("fallback_account_id", BigId))
    op.create_index("ix_numbers_fallback_account_id", "numbers", ["fallback_account_id"])
    op.add_column("inbox", sa.Column("twin_key", sa.Text()))
    op.create_index(
        "ix_inbox_twins",
        "inbox",
        ["twin_key", "received_at"],
        sqlite_where=sa.text("twin_key IS NOT NULL"),
        postgresql_where=sa.text("twin_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_twins", table_name="inbox")
    op.drop_column("inbox", "twin_key")
    op.drop_index("ix_numbers_fallback_account_id", table_name="numbers")
    op.drop_column("numbers", "fallback_account_id")
    op.drop_column("messages", "account_id")
    op.drop_index("ix_numbers_account_id", table_name="numbers")
    op.drop_table("carrier_health")


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime())


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")
