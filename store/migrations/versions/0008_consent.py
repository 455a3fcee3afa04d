"""Consent by scope, what texts ask for, and a ledger that the database itself keeps append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RULE = "consent_ledger is append-only"
STOP_ASKED = "stop_asked IS NOT NULL"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    kind = "INTEGER" if _on_sqlite() else "BIGINT"
    op.execute(
        f"ALTER TABLE consent_ledger ADD COLUMN number_id {kind} "
        "CONSTRAINT fk_consent_ledger_number_id_numbers REFERENCES numbers (id)"
    )
    op.add_column("messages", sa.Column("asks", sa.Text(), nullable=True))
    op.add_column("chats", sa.Column("stop_asked", big, nullable=True))
    where = sa.text(STOP_ASKED)
    op.create_index(
        "ix_chats_stop_asked", "chats", ["tenant_id", "id"],
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
    for statement in _sqlite() if _on_sqlite() else _postgres():
        op.execute(statement)


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER consent_ledger_no_{verb.lower()} BEFORE {verb} ON consent_ledger "
        f"BEGIN SELECT RAISE(ABORT, '{RULE}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _postgres() -> list[str]:
    return [
        "CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{RULE}'; END $$",
        "CREATE TRIGGER consent_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON consent_ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change()",
    ]


def downgrade() -> None:
    if _on_sqlite():
        op.execute("DROP TRIGGER consent_ledger_no_update")
        op.execute("DROP TRIGGER consent_ledger_no_delete")
    else:
        op.execute("DROP TRIGGER consent_ledger_append_only ON consent_ledger")
        op.execute("DROP FUNCTION refuse_consent_change()")
    op.drop_index("ix_chats_stop_asked", table_name="chats")
    op.drop_column("chats", "stop_asked")
    op.drop_column("messages", "asks")
    # SQLite copies the table for it; ids must never be used again.
    keep = {"sqlite_autoincrement": True}
    with op.batch_alter_table("consent_ledger", table_kwargs=keep) as ledger:
        ledger.drop_column("number_id")
