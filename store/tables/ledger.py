"""The consent ledger, which is only added to."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text

from store.tables.columns import BigId, identity, moment, of_tenant, ref, table

# Actors of the ledger that are users.
PEOPLE = ("agent", "manager", "administrator")

# Only ever added to: triggers of the database refuse everything else.
consent_ledger = table(
    "consent_ledger",
    identity(),
    of_tenant(),
    Column("number", Text, nullable=False),
    # Which number of ours it was said to; entries of before do not tell.
    ref("number_id", "numbers", nullable=True),
    Column("scope", Text, nullable=False),
    Column("scope_id", BigId),
    Column("status", Text, nullable=False),
    Column("source", Text, nullable=False),
    ref("message_id", "messages", nullable=True),
    Column("evidence", Text, nullable=False),
    Column("actor_type", Text, nullable=False),
    Column("actor_id", BigId),
    moment("at", nullable=False),
    # What holds: the newest rows of a number.
    Index(None, "tenant_id", "number", "id"),
)
