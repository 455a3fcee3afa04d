"""Locks, always taken in one order (rule 10): twins, routing, agent, chat, number, the health of
carrier accounts, receipts, events."""

from __future__ import annotations

from zlib import crc32

import sqlalchemy as sa

from store.database import Tx

ROUTING_LOCK = 7_401
RECEIPTS_LOCK = 7_402
TWINS_LOCK = 7_403


def routing(tx: Tx, tenant_id: int) -> None:
    """Hold the tenant's routing: who waits and who is eligible. On SQLite the writer holds it.

    Who held it before may have applied another configuration: what was read until now is read anew.
    """
    if tx.on_sqlite or tenant_id in tx.routing:
        return
    _hold(tx, ROUTING_LOCK, tenant_id)
    tx.routing.add(tenant_id)
    tx.memo.clear()


def receipts(tx: Tx, account_id: int, provider_id: str) -> None:
    """Hold what is known of a carrier's id: no receipt is kept while its text gets that id."""
    key = crc32(f"{account_id}:{provider_id}".encode())
    _hold(tx, RECEIPTS_LOCK, key - 2**31)


def twins(tx: Tx, number_id: int, sender: str) -> None:
    """Hold what comes in from a phone to a number of two accounts: each may bring a text."""
    _hold(tx, TWINS_LOCK, crc32(f"{number_id}:{sender}".encode()) - 2**31)


def _hold(tx: Tx, kind: int, key: int) -> None:
    if not tx.on_sqlite:
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(kind, sa.cast(key, sa.Integer))))
