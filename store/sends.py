"""The sending side of messages: claims, slots, segments and receipts (architecture rule 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from domain.receipts import SegmentStatus
from domain.statuses import RANK, MessageStatus, Priority
from store import tables as t
from store.database import AnyRow, Tx

m = t.messages.c
s = t.message_segments.c
r = t.early_receipts.c


@dataclass(frozen=True)
class Sending:
    """A text of ours under its row lock, on its way out."""

    id: int
    tenant_id: int
    chat_id: int | None
    number_id: int
    consumer_id: int
    kind: str
    text: str
    status: MessageStatus
    segments: int
    priority: int
    created_at: datetime
    slot_at: datetime | None
    claimed_at: datetime | None
    attempts: int
    provider_id: str | None


_COLUMNS = (
    m.id,
    m.tenant_id,
    m.chat_id,
    m.number_id,
    m.consumer_id,
    m.kind,
    m.text,
    m.status,
    m.segments,
    m.priority,
    m.created_at,
    m.slot_at,
    m.claimed_at,
    m.attempts,
    m.provider_id,
)


def lock(tx: Tx, message_id: int) -> Sending | None:
    """The text under its row lock."""
    query = sa.select(*_COLUMNS).where(m.id == message_id, m.direction == "outbound")
    return _sending(tx.conn.execute(query.with_for_update(key_share=True)).one_or_none())


def read(tx: Tx, message_id: int) -> Sending:
    """The text as it stands, without a lock; its id came from the store itself."""
    query = sa.select(*_COLUMNS).where(m.id == message_id, m.direction == "outbound")
    text = _sending(tx.conn.execute(query).one())
    assert text is not None
    return text


def by_id(tx: Tx, tenant_id: int, message_id: int) -> Sending | None:
    """The tenant's text as it stands."""
    query = sa.select(*_COLUMNS).where(
        m.tenant_id == tenant_id, m.id == message_id, m.direction == "outbound"
    )
    return _sending(tx.conn.execute(query).one_or_none())


def by_provider(tx: Tx, tenant_id: int, account_id: int, provider_id: str) -> Sending | None:
    """The text that the carrier knows by this id."""
    query = (
        sa.select(*_COLUMNS)
        .join(t.numbers, t.numbers.c.id == m.number_id)
        .where(
            m.tenant_id == tenant_id,
            t.numbers.c.account_id == account_id,
            m.provider_id == provider_id,
        )
    )
    return _sending(tx.conn.execute(query).first())


def update(tx: Tx, message_id: int, **values: Any) -> None:
    """Move a text on."""
    tx.conn.execute(sa.update(t.messages).where(m.id == message_id).values(**values))


def more_urgent_waits(tx: Tx, number_id: int) -> bool:
    """Whether anything but bulk is queued for this number."""
    query = sa.select(m.id).where(
        m.number_id == number_id,
        sa.text(t.QUEUED_TEXT),
        m.priority < RANK[Priority.BULK],
    )
    return tx.conn.execute(query.limit(1)).first() is not None


def segments(tx: Tx, message_id: int) -> dict[int, SegmentStatus]:
    """What is known of a text's segments."""
    query = sa.select(s.segment, s.status).where(s.message_id == message_id)
    return {row.segment: SegmentStatus(row.status) for row in tx.conn.execute(query)}


def set_segment(
    tx: Tx, tenant_id: int, message_id: int, segment: int, status: SegmentStatus, error: str | None
) -> None:
    """Note a segment's status; the caller has made sure that it only goes forward."""
    insert = (sqlite if tx.on_sqlite else postgresql).insert(t.message_segments)
    values = {"status": status, "error": error}
    tx.conn.execute(
        insert.values(
            tenant_id=tenant_id, message_id=message_id, segment=segment, **values
        ).on_conflict_do_update(index_elements=[s.message_id, s.segment], set_=values)
    )


@dataclass(frozen=True)
class EarlyReceipt:
    """A receipt that came before its message was known."""

    segment: int
    status: SegmentStatus
    error: str | None


def keep_receipt(
    tx: Tx, tenant_id: int, account_id: int, provider_id: str, receipt: EarlyReceipt
) -> None:
    """Keep a receipt until its message is known."""
    tx.conn.execute(
        sa.insert(t.early_receipts).values(
            tenant_id=tenant_id,
            account_id=account_id,
            provider_id=provider_id,
            segment=receipt.segment,
            status=receipt.status,
            error=receipt.error,
            received_at=tx.now,
        )
    )


def take_receipts(tx: Tx, account_id: int, provider_id: str) -> Sequence[EarlyReceipt]:
    """Take out what was kept for this carrier's id, in the order of arrival."""
    taken = tx.conn.execute(
        sa.delete(t.early_receipts)
        .where(r.account_id == account_id, r.provider_id == provider_id)
        .returning(r.id, r.segment, r.status, r.error)
    ).all()
    return [
        EarlyReceipt(row.segment, SegmentStatus(row.status), row.error) for row in sorted(taken)
    ]


def _sending(row: AnyRow | None) -> Sending | None:
    if row is None:
        return None
    values = row._asdict()
    return Sending(**values | {"status": MessageStatus(row.status)})
