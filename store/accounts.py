"""How far carriers have vouched for a tenant's numbers, and the accounts that own them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.statuses import NumberStatus
from store import tables as t
from store.database import Tx

n = t.numbers.c
a = t.carrier_accounts.c


def change_number(tx: Tx, tenant_id: int, number_id: int, **values: Any) -> None:
    """Set what is given, and nothing else."""
    which = sa.update(t.numbers).where(n.tenant_id == tenant_id, n.id == number_id)
    tx.conn.execute(which.values(**values))


def statuses(tx: Tx, tenant_id: int) -> dict[str, tuple[int, NumberStatus]]:
    """The tenant's numbers, each with its id and how far its verification is."""
    query = sa.select(n.number, n.id, n.status).where(
        n.tenant_id == tenant_id, n.removed_at.is_(None)
    )
    return {row.number: (row.id, NumberStatus(row.status)) for row in tx.conn.execute(query)}


def of_tenant(tx: Tx, tenant_id: int) -> list[tuple[str, str]]:
    """The carrier and name of each account, as they stand in the addresses of its webhooks."""
    query = sa.select(a.carrier, a.name).where(a.tenant_id == tenant_id)
    return [(row.carrier, row.name) for row in tx.conn.execute(query.order_by(a.carrier, a.name))]
