"""Carrier accounts, how they do, and the numbers that they own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Text, UniqueConstraint

from store.tables.columns import (
    BigId,
    QueueEntries,
    identity,
    moment,
    of_tenant,
    partial_index,
    ref,
    table,
)

carrier_accounts = table(
    "carrier_accounts",
    identity(),
    of_tenant(),
    Column("carrier", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    # What the carrier needs to know, by name; of secrets only where they are (`env:`, `file:`).
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("secret_refs", JSON, nullable=False, server_default="{}"),
    # As the configuration names the account; `name` is its part of the webhooks' addresses.
    Column("key", Text),
    # One that was removed stays for the texts that it sent, under its name until another wants it.
    moment("removed_at"),
    UniqueConstraint("carrier", "name"),
)

# How an account does (domain/health.py): its circuit breaker, for all processes the same. An
# account that never failed has no row.
carrier_health = table(
    "carrier_health",
    identity(),
    of_tenant(),
    Column("account_id", BigId, ForeignKey("carrier_accounts.id"), nullable=False, unique=True),
    Column("breaker", Text, nullable=False, server_default="closed"),
    moment("since"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    moment("failed_at"),
    moment("opened_at"),
    Column("openings", Integer, nullable=False, server_default="0"),
    Column("probes", Integer, nullable=False, server_default="0"),
    moment("probe_at"),
    Column("answered", Boolean, nullable=False, server_default=sa.false()),
    Column("trial", BigId),
    moment("trial_until"),
    # Which accounts are to be asked again.
    Index(None, "breaker"),
)

numbers = table(
    "numbers",
    identity(),
    of_tenant(),
    Column("number", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    ref("account_id", "carrier_accounts"),
    # A second account that owns the same number, by its carrier's word: texts go out by it while
    # the first is out of order.
    Column("fallback_account_id", BigId),
    Column("status", Text, nullable=False),
    Column("use", Text, nullable=False, server_default="chat"),
    ref("queue_id", "queues", nullable=True),
    # The queues that it stood for before, each with the ledger's newest entry then
    # (domain/consent.py).
    Column("left_queues", QueueEntries(), nullable=False, server_default="{}"),
    # Who answers STOP, START and HELP: `engine` or `carrier` (product B).
    Column("optout_replies", Text, nullable=False, server_default="engine"),
    Column("segments_per_second", Integer, nullable=False, server_default="10"),
    Column("segments_per_day", Integer),
    moment("next_slot_at"),
    # A number that was given up stays for the chats it had, and may become another tenant's.
    moment("removed_at"),
    # The numbers of an account: to ask its carrier for one, and to count them for operators.
    Index(None, "account_id"),
    Index(None, "fallback_account_id"),
    partial_index("uq_numbers_number", "number", unique=True, where="removed_at IS NULL"),
)

# The queues whose agents may text consumers from a number (C4).
number_queues = table(
    "number_queues",
    identity(),
    of_tenant(),
    ref("number_id", "numbers"),
    ref("queue_id", "queues"),
    UniqueConstraint("number_id", "queue_id"),
)
