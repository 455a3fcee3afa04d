"""Support numbers, the consumers who text them, and the carrier accounts between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.health import Health
from domain.statuses import ChatStatus, NumberStatus, OptOutReplies
from store import consent, health, lines
from store import tables as t
from store.database import AnyRow, Tx, on_each

n = t.numbers.c
a = t.carrier_accounts.c
u = t.consumers.c


@dataclass(frozen=True)
class Number:
    """One of our numbers; `queue_id` is the entry queue of texts that come in on it.

    `fallback_id`: a second account that owns it, too.
    """

    id: int
    tenant_id: int
    number: str
    status: NumberStatus
    queue_id: int | None
    account_id: int
    fallback_id: int | None
    optout_replies: OptOutReplies
    segments_per_second: int
    next_slot_at: datetime | None

    @property
    def verified(self) -> bool:
        return self.status is NumberStatus.VERIFIED


@dataclass(frozen=True)
class Account:
    """A carrier account as stored; its secrets are references, never the secrets.

    `removed`: the configuration has it no more; receipts of what it sent may still come.
    """

    id: int
    tenant_id: int
    carrier: str
    name: str
    base_url: str
    settings: dict[str, str] = field(default_factory=dict)
    secret_refs: dict[str, str] = field(default_factory=dict)
    removed: bool = False


_NUMBER = (
    n.id,
    n.tenant_id,
    n.number,
    n.status,
    n.queue_id,
    n.account_id,
    n.fallback_account_id,
    n.optout_replies,
    n.segments_per_second,
    n.next_slot_at,
)
_ACCOUNT = (
    a.id,
    a.tenant_id,
    a.carrier,
    a.name,
    a.base_url,
    a.settings,
    a.secret_refs,
    a.removed_at.is_not(None).label("removed"),
)

_BY_NUMBER = sa.select(*_NUMBER).where(
    n.tenant_id == bindparam("tenant_id"),
    n.number == bindparam("number"),
    n.removed_at.is_(None),
)
_BY_ID = sa.select(*_NUMBER).where(
    n.tenant_id == bindparam("tenant_id"), n.id == bindparam("number_id")
)
_LOCK = _BY_ID.with_for_update(key_share=True)
_MOVE_SLOT = sa.update(t.numbers).where(
    n.tenant_id == bindparam("of_tenant"), n.id == bindparam("number_id")
)
_BY_NAME = sa.select(*_ACCOUNT).where(
    a.carrier == bindparam("carrier"), a.name == bindparam("name")
)
_BY_ACCOUNT = sa.select(*_ACCOUNT).where(a.id == bindparam("account_id"))
_WAYS_OUT = (
    sa.select(n.number, *_ACCOUNT, *health.COLUMNS, n.removed_at)
    .join(t.carrier_accounts, a.id.in_([n.account_id, n.fallback_account_id]))
    .outerjoin(t.carrier_health, t.carrier_health.c.account_id == a.id)
    .where(n.tenant_id == bindparam("tenant_id"), n.id == bindparam("number_id"))
    .order_by(a.id != n.account_id)
)
_MEET = on_each(lambda insert: insert(t.consumers).on_conflict_do_nothing())
_PAIR = (
    sa.select(
        *_NUMBER,
        u.id.label("consumer_id"),
        t.chats.c.id.label("chat_id"),
        t.chats.c.status.label("chat_status"),
        consent.anything_of(n.tenant_id, bindparam("sender")).scalar_subquery().label("said"),
    )
    .outerjoin(t.consumers, sa.and_(u.tenant_id == n.tenant_id, u.number == bindparam("sender")))
    .outerjoin(
        t.chats,
        sa.and_(
            t.chats.c.number_id == n.id,
            t.chats.c.consumer_id == u.id,
            sa.text(f"chats.{t.ACTIVE_CHAT}"),
        ),
    )
    .where(
        n.tenant_id == bindparam("tenant_id"),
        n.number == bindparam("recipient"),
        n.removed_at.is_(None),
    )
)


@dataclass(frozen=True)
class Pair:
    """A number of ours and somebody who texts it (A11), as they stand: read without a lock.

    `consumer_id` is None for somebody we have not met; `chat` is the pair's active one.
    """

    number: Number
    consumer_id: int | None
    chat: tuple[int, ChatStatus] | None
    opted_out: bool


def by_number(tx: Tx, tenant_id: int, number: str) -> Number | None:
    """The tenant's number; another tenant's is not found."""
    wanted = {"tenant_id": tenant_id, "number": number}
    row = tx.conn.execute(_BY_NUMBER, wanted).one_or_none()
    return None if row is None else _number(row)


def by_id(tx: Tx, tenant_id: int, number_id: int) -> Number:
    """The number that a text of ours goes out from."""
    wanted = {"tenant_id": tenant_id, "number_id": number_id}
    return _number(tx.conn.execute(_BY_ID, wanted).one())


def lock(tx: Tx, tenant_id: int, number_id: int) -> Number:
    """The number under its row lock, to give out its next slot."""
    wanted = {"tenant_id": tenant_id, "number_id": number_id}
    return _number(tx.conn.execute(_LOCK, wanted).one())


def move_slot(tx: Tx, number: Number, at: datetime) -> None:
    """The number is free again at this time."""
    which = {"of_tenant": number.tenant_id, "number_id": number.id}
    tx.conn.execute(_MOVE_SLOT, which | {"next_slot_at": at})


def account(tx: Tx, carrier: str, name: str) -> Account | None:
    """The account that a carrier's webhook names."""
    row = tx.conn.execute(_BY_NAME, {"carrier": carrier, "name": name}).one_or_none()
    return None if row is None else Account(*row)


def account_by_id(tx: Tx, account_id: int) -> Account:
    """The account that a number sends with."""
    return Account(*tx.conn.execute(_BY_ACCOUNT, {"account_id": account_id}).one())


def ways_out(tx: Tx, tenant_id: int, number_id: int) -> tuple[str, list[tuple[Account, Health]]]:
    """The number that a text goes out from, and the accounts that may send it, its own first; none
    of a number that was given up."""
    wanted = {"tenant_id": tenant_id, "number_id": number_id}
    rows = tx.conn.execute(_WAYS_OUT, wanted).all()
    ways = [
        (Account(*row[1 : 1 + len(_ACCOUNT)]), health.of_row(row))
        for row in rows
        if row.removed_at is None
    ]
    return rows[0].number, ways


def pair(tx: Tx, tenant_id: int, recipient: str, sender: str) -> Pair | None:
    """Who texts which of the tenant's numbers; None for another tenant's number."""
    wanted = {"tenant_id": tenant_id, "recipient": recipient, "sender": sender}
    row = tx.conn.execute(_PAIR, wanted).one_or_none()
    if row is None:
        return None
    number = _number(row)
    return Pair(
        number=number,
        consumer_id=row.consumer_id,
        chat=None if row.chat_id is None else (row.chat_id, ChatStatus(row.chat_status)),
        opted_out=row.said is not None
        and consent.opted_out(tx, tenant_id, sender, lines.of_number(tx, tenant_id, number.id)),
    )


def meet(tx: Tx, tenant_id: int, number: str) -> None:
    """Make a consumer with this number, if there is none. Not before the routing lock is held:
    two first texts of one consumer would wait for each other's row and lock crosswise."""
    values = {"tenant_id": tenant_id, "number": number, "created_at": tx.now}
    tx.conn.execute(_MEET[tx.on_sqlite], values)


def _number(row: AnyRow) -> Number:
    return Number(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        status=NumberStatus(row.status),
        queue_id=row.queue_id,
        account_id=row.account_id,
        fallback_id=row.fallback_account_id,
        optout_replies=OptOutReplies(row.optout_replies),
        segments_per_second=row.segments_per_second,
        next_slot_at=row.next_slot_at,
    )
