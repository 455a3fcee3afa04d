"""Locks, always taken in one order: routing, agent, chat, number, events (architecture rule 10)."""

from __future__ import annotations

import sqlalchemy as sa

from store.database import Tx

ROUTING_LOCK = 7_401


def routing(tx: Tx, tenant_id: int) -> None:
    """Hold the tenant's routing: who waits and who is eligible. On SQLite the writer holds it."""
    if not tx.on_sqlite:
        tx.conn.execute(
            sa.select(sa.func.pg_advisory_xact_lock(ROUTING_LOCK, sa.cast(tenant_id, sa.Integer)))
        )
