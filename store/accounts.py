"""How far carriers have vouched for a tenant's numbers, and the accounts that own them."""

from __future__ import annotations

from collections.abc import Collection
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


def taken(tx: Tx, tenant_id: int | None, names: Collection[str]) -> set[tuple[str, str]]:
    """Which of these names other tenants' accounts have, each with its carrier; `tenant_id` None:
    a new tenant's."""
    others = sa.select(a.carrier, a.name).where(
        a.name.in_(names), a.tenant_id != tenant_id, a.removed_at.is_(None)
    )
    return {(row.carrier, row.name) for row in tx.conn.execute(others)}


def take_over(tx: Tx, tenant_id: int, names: Collection[tuple[str, str]]) -> None:
    """Other tenants' removed accounts lose these names, each given with its carrier: whatever
    comes to the address from now on is for the account that has it."""
    others = sa.update(t.carrier_accounts).where(
        a.tenant_id != tenant_id,
        a.removed_at.is_not(None),
        sa.tuple_(a.carrier, a.name).in_(list(names)),
    )
    tx.conn.execute(others.values(name="~" + sa.cast(a.id, sa.Text)))


def of_tenant(tx: Tx, tenant_id: int) -> list[tuple[str, str]]:
    """The carrier and name of each account, as they stand in the addresses of its webhooks."""
    query = sa.select(a.carrier, a.name).where(a.tenant_id == tenant_id, a.removed_at.is_(None))
    return [(row.carrier, row.name) for row in tx.conn.execute(query.order_by(a.carrier, a.name))]
