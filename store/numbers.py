"""Support numbers, the consumers who text them, and the carrier accounts between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from domain.statuses import NumberStatus
from store import tables as t
from store.database import AnyRow, Tx

n = t.numbers.c
a = t.carrier_accounts.c


@dataclass(frozen=True)
class Number:
    """One of our numbers; `queue_id` is the entry queue of texts that come in on it."""

    id: int
    tenant_id: int
    number: str
    status: NumberStatus
    queue_id: int | None
    account_id: int
    segments_per_second: int
    next_slot_at: datetime | None

    @property
    def verified(self) -> bool:
        return self.status is NumberStatus.VERIFIED


@dataclass(frozen=True)
class Account:
    """A carrier account as stored; its secret is a reference, never the secret."""

    id: int
    tenant_id: int
    carrier: str
    name: str
    base_url: str
    secret_ref: str


_NUMBER = (
    n.id,
    n.tenant_id,
    n.number,
    n.status,
    n.queue_id,
    n.account_id,
    n.segments_per_second,
    n.next_slot_at,
)
_ACCOUNT = (a.id, a.tenant_id, a.carrier, a.name, a.base_url, a.secret_ref)


def by_number(tx: Tx, tenant_id: int, number: str) -> Number | None:
    """The tenant's number; another tenant's is not found."""
    query = sa.select(*_NUMBER).where(n.tenant_id == tenant_id, n.number == number)
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else _number(row)


def by_id(tx: Tx, number_id: int) -> Number:
    """The number that a text of ours goes out from."""
    return _number(tx.conn.execute(sa.select(*_NUMBER).where(n.id == number_id)).one())


def lock(tx: Tx, number_id: int) -> Number:
    """The number under its row lock, to give out its next slot."""
    query = sa.select(*_NUMBER).where(n.id == number_id).with_for_update(key_share=True)
    return _number(tx.conn.execute(query).one())


def move_slot(tx: Tx, number_id: int, at: datetime) -> None:
    """The number is free again at this time."""
    tx.conn.execute(sa.update(t.numbers).where(n.id == number_id).values(next_slot_at=at))


def account(tx: Tx, carrier: str, name: str) -> Account | None:
    """The account that a carrier's webhook names."""
    query = sa.select(*_ACCOUNT).where(a.carrier == carrier, a.name == name)
    row = tx.conn.execute(query).one_or_none()
    return None if row is None else Account(*row)


def account_by_id(tx: Tx, account_id: int) -> Account:
    """The account that a number sends with."""
    return Account(*tx.conn.execute(sa.select(*_ACCOUNT).where(a.id == account_id)).one())


def find_consumer(tx: Tx, tenant_id: int, number: str) -> int | None:
    """The consumer with this number, if we have met."""
    u = t.consumers.c
    query = sa.select(u.id).where(u.tenant_id == tenant_id, u.number == number)
    found: int | None = tx.conn.execute(query).scalar_one_or_none()
    return found


def consumer(tx: Tx, tenant_id: int, number: str) -> int:
    """The consumer with this number, made if need be. Not before the routing lock is held:
    two first texts of one consumer would wait for each other's row and lock crosswise."""
    insert = (sqlite if tx.on_sqlite else postgresql).insert(t.consumers)
    values = {"tenant_id": tenant_id, "number": number, "created_at": tx.now}
    tx.conn.execute(insert.values(values).on_conflict_do_nothing())
    found = find_consumer(tx, tenant_id, number)
    assert found is not None
    return found


def consumer_number(tx: Tx, tenant_id: int, consumer_id: int) -> str:
    """A consumer's number in E.164."""
    u = t.consumers.c
    query = sa.select(u.number).where(u.tenant_id == tenant_id, u.id == consumer_id)
    return str(tx.conn.execute(query).scalar_one())


def receive_once(tx: Tx, account: Account, provider_id: str) -> int | None:
    """Enter a carrier's message in the inbox; None when it stands there already."""
    insert = (sqlite if tx.on_sqlite else postgresql).insert(t.inbox)
    values = {
        "tenant_id": account.tenant_id,
        "account_id": account.id,
        "provider_id": provider_id,
        "received_at": tx.now,
    }
    entered = insert.values(values).on_conflict_do_nothing().returning(t.inbox.c.id)
    found: int | None = tx.conn.execute(entered).scalar_one_or_none()
    return found


def link_inbox(tx: Tx, inbox_id: int, message_id: int) -> None:
    """Which message a carrier's message became."""
    tx.conn.execute(
        sa.update(t.inbox).where(t.inbox.c.id == inbox_id).values(message_id=message_id)
    )


def _number(row: AnyRow) -> Number:
    return Number(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        status=NumberStatus(row.status),
        queue_id=row.queue_id,
        account_id=row.account_id,
        segments_per_second=row.segments_per_second,
        next_slot_at=row.next_slot_at,
    )
