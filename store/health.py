"""The health of carrier accounts, one row each: the circuit breakers of all processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.health import Breaker, Health
from domain.statuses import MessageStatus
from store import tables as t
from store.database import AnyRow, Tx, on_each

a = t.carrier_accounts.c
h = t.carrier_health.c
m = t.messages.c
n = t.numbers.c

COLUMNS = tuple(h[field.name] for field in fields(Health))
_READ = sa.select(*COLUMNS).where(h.account_id == bindparam("account"))
_LOCK = _READ.with_for_update()
_BEGIN = on_each(lambda insert: insert(t.carrier_health).on_conflict_do_nothing())
_WRITE = sa.update(t.carrier_health).where(h.account_id == bindparam("account"))
_OPEN = sa.select(h.account_id, *COLUMNS).where(h.breaker == Breaker.OPEN)


def of_row(row: AnyRow) -> Health:
    """The health in a row that has its columns; an account without a row never failed."""
    if row.breaker is None:
        return Health()
    values = {field.name: getattr(row, field.name) for field in fields(Health)}
    return Health(**values | {"breaker": Breaker(row.breaker)})


def read(tx: Tx, account_id: int) -> Health:
    """As it stands, without a lock."""
    row = tx.conn.execute(_READ, {"account": account_id}).one_or_none()
    return Health() if row is None else of_row(row)


def change(
    tx: Tx, tenant_id: int, account_id: int, by: Callable[[Health], Health]
) -> tuple[Health, Health]:
    """Change it under its row's lock: processes that judge at once judge one after the other.

    As it was before and is now. The lock is taken after those of texts and numbers.
    """
    begun = {"tenant_id": tenant_id, "account_id": account_id}
    tx.conn.execute(_BEGIN[tx.on_sqlite], begun)
    before = of_row(tx.conn.execute(_LOCK, {"account": account_id}).one())
    after = by(before)
    if after != before:
        tx.conn.execute(_WRITE, {"account": account_id} | asdict(after))
    return before, after


def open_ones(tx: Tx) -> Sequence[tuple[int, Health]]:
    """The accounts that are out of order, whosever they are."""
    return [(row.account_id, of_row(row)) for row in tx.conn.execute(_OPEN)]


@dataclass(frozen=True)
class AccountState:
    """An account as operators see it, with the texts that wait for it; `second_for` are numbers
    whose second account it is."""

    id: int
    tenant: str
    carrier: str
    name: str
    health: Health
    numbers: int
    second_for: int
    queued: int
    in_doubt: int
    oldest_at: datetime | None


def overview(tx: Tx) -> list[AccountState]:
    """Every account of all tenants, of removed ones those that texts still wait for; for operators
    alone."""
    waiting = _waiting(tx)
    count = sa.select(sa.func.count()).where(n.removed_at.is_(None))
    query = (
        sa.select(
            a.id,
            t.tenants.c.subdomain,
            a.carrier,
            a.name,
            a.removed_at,
            count.where(n.account_id == a.id).scalar_subquery().label("numbers"),
            count.where(n.fallback_account_id == a.id).scalar_subquery().label("second_for"),
            *COLUMNS,
        )
        .join(t.tenants, t.tenants.c.id == a.tenant_id)
        .outerjoin(t.carrier_health, h.account_id == a.id)
        .order_by(t.tenants.c.subdomain, a.carrier, a.name)
    )
    return [
        AccountState(
            row.id,
            row.subdomain,
            row.carrier,
            row.name,
            of_row(row),
            row.numbers,
            row.second_for,
            *waiting.get(row.id, (0, 0, None)),
        )
        for row in tx.conn.execute(query)
        if row.removed_at is None or row.id in waiting
    ]


def _waiting(tx: Tx) -> dict[int, tuple[int, int, datetime | None]]:
    """Texts not sent yet, by the account that has them or is to get them: queued, in the
    carrier's hands or in doubt, and the oldest."""
    account = sa.func.coalesce(m.account_id, n.account_id)
    query = (
        sa.select(
            account.label("account_id"),
            sa.func.count().filter(m.status == MessageStatus.QUEUED).label("queued"),
            sa.func.count().filter(m.status == MessageStatus.SENDING).label("in_doubt"),
            sa.func.min(m.created_at).label("oldest_at"),
        )
        .join(t.numbers, n.id == m.number_id)
        .where(sa.text(f"messages.{t.UNSENT_TEXT}"))
        .group_by(account)
    )
    found: dict[int, tuple[int, int, datetime | None]] = {}
    for row in tx.conn.execute(query):
        found[row.account_id] = (row.queued, row.in_doubt, row.oldest_at)
    return found


def number_of(tx: Tx, account_id: int) -> str | None:
    """A number that the account owns, to ask its carrier for; any one will do."""
    for owner in (n.account_id, n.fallback_account_id):
        query = sa.select(n.number).where(owner == account_id, n.removed_at.is_(None)).limit(1)
        found: str | None = tx.conn.execute(query).scalar_one_or_none()
        if found is not None:
            return found
    return None
