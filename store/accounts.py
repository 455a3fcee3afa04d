"""What an operator sets up: carrier accounts, and the numbers that they own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.statuses import NumberStatus
from store import tables as t
from store.database import Tx
from store.numbers import Account, account, account_by_id

n = t.numbers.c
a = t.carrier_accounts.c


def save(tx: Tx, wanted: Account) -> Account:
    """Make the account, or change the one of this carrier and name; its id is not looked at."""
    known = account(tx, wanted.carrier, wanted.name)
    values: dict[str, Any] = {
        "tenant_id": wanted.tenant_id,
        "carrier": wanted.carrier,
        "name": wanted.name,
        "base_url": wanted.base_url,
        "settings": wanted.settings,
        "secret_refs": wanted.secret_refs,
    }
    if known is not None:
        tx.conn.execute(sa.update(t.carrier_accounts).where(a.id == known.id).values(values))
        return account_by_id(tx, known.id)
    made = sa.insert(t.carrier_accounts).values(values).returning(a.id)
    return account_by_id(tx, int(tx.conn.execute(made).scalar_one()))


def owner(tx: Tx, number: str) -> tuple[int, int] | None:
    """The number's id and tenant, whosever it is: numbers are unique in a deployment (C4)."""
    query = sa.select(n.id, n.tenant_id).where(n.number == number, n.removed_at.is_(None))
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else (row.id, row.tenant_id)


def add_number(tx: Tx, tenant_id: int, number: str, account_id: int) -> int:
    """A number that nobody has verified yet."""
    values = {
        "tenant_id": tenant_id,
        "number": number,
        "account_id": account_id,
        "status": NumberStatus.UNVERIFIED,
    }
    made = sa.insert(t.numbers).values(values).returning(n.id)
    return int(tx.conn.execute(made).scalar_one())


def change_number(tx: Tx, tenant_id: int, number_id: int, **values: Any) -> None:
    """Set what is given, and nothing else."""
    which = sa.update(t.numbers).where(n.tenant_id == tenant_id, n.id == number_id)
    tx.conn.execute(which.values(**values))


def settle_verification(
    tx: Tx, tenant_id: int, number_id: int, account_id: int, status: NumberStatus
) -> NumberStatus:
    """Note what this account's carrier said; the status, as it is then.

    A number that has moved to another account meanwhile is not touched.
    """
    mine = sa.and_(n.tenant_id == tenant_id, n.id == number_id)
    change = sa.update(t.numbers).where(mine, n.account_id == account_id)
    tx.conn.execute(change.values(status=status))
    found = tx.conn.execute(sa.select(n.status).where(mine)).scalar_one()
    return NumberStatus(found)


def statuses(tx: Tx, tenant_id: int) -> dict[str, tuple[int, NumberStatus]]:
    """The tenant's numbers, each with its id and how far its verification is."""
    query = sa.select(n.number, n.id, n.status).where(
        n.tenant_id == tenant_id, n.removed_at.is_(None)
    )
    return {row.number: (row.id, NumberStatus(row.status)) for row in tx.conn.execute(query)}
