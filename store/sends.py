"""The sending side of messages: claims, slots, segments and receipts (architecture rule 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.receipts import SegmentStatus
from domain.statuses import RANK, MessageStatus, Priority
from store import tables as t
from store import unsent
from store.database import AnyRow, Tx, on_each

# A text in doubt can only be mistaken for one that was written not long before it.
SAME_TIME = timedelta(days=2)

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
    account_id: int | None
    behind_since: datetime | None = None
    # Of its chat, whom events tell.
    agent_id: int | None = None
    # As its claim finds it: the pair's chats before still owe texts.
    behind: bool = False


_AGENT = (
    sa.select(t.chats.c.agent_id)
    .where(t.chats.c.id == m.chat_id, t.chats.c.tenant_id == m.tenant_id)
    .scalar_subquery()
    .label("agent_id")
)
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
    m.account_id,
    m.behind_since,
    _AGENT,
)
_BY_ID = sa.select(*_COLUMNS).where(
    m.tenant_id == bindparam("tenant_id"),
    m.id == bindparam("message_id"),
    m.direction == "outbound",
)
_LOCK = _BY_ID.with_for_update(key_share=True)
_CLAIM = _LOCK.add_columns(unsent.BEHIND)
_TENANT = sa.select(m.tenant_id).where(m.id == bindparam("message_id"))
_BY_PROVIDER = sa.select(*_COLUMNS).where(
    m.tenant_id == bindparam("tenant_id"),
    m.account_id == bindparam("account_id"),
    m.provider_id == bindparam("provider_id"),
)
_UPDATE = sa.update(t.messages).where(
    m.tenant_id == bindparam("of_tenant"), m.id == bindparam("message_id")
)
_URGENT = (
    sa.select(m.id)
    .where(
        m.tenant_id == bindparam("tenant_id"),
        m.number_id == bindparam("number_id"),
        sa.text(t.QUEUED_TEXT),
        m.priority < RANK[Priority.BULK],
    )
    .limit(1)
)
_SEGMENTS = sa.select(s.segment, s.status).where(
    s.tenant_id == bindparam("tenant_id"), s.message_id == bindparam("message_id")
)


def _upsert_segment(insert: Any) -> Any:
    told = insert(t.message_segments)
    values = {"status": told.excluded.status, "error": told.excluded.error}
    return told.on_conflict_do_update(index_elements=[s.message_id, s.segment], set_=values)


_SET_SEGMENT = on_each(_upsert_segment)
_KEEP = sa.insert(t.early_receipts)
_TAKE = (
    sa.delete(t.early_receipts)
    .where(
        r.tenant_id == bindparam("tenant_id"),
        r.account_id == bindparam("account_id"),
        r.provider_id == bindparam("provider_id"),
    )
    .returning(r.id, r.segment, r.status, r.error, r.opted_out)
)


def lock(tx: Tx, tenant_id: int, message_id: int) -> Sending | None:
    """The tenant's text under its row lock."""
    wanted = {"tenant_id": tenant_id, "message_id": message_id}
    return _sending(tx.conn.execute(_LOCK, wanted).one_or_none())


def to_claim(tx: Tx, tenant_id: int, message_id: int) -> Sending | None:
    """The same, and whether others go first."""
    wanted = {"tenant_id": tenant_id, "message_id": message_id}
    return _sending(tx.conn.execute(_CLAIM, wanted).one_or_none())


def by_id(tx: Tx, tenant_id: int, message_id: int) -> Sending | None:
    """The tenant's text as it stands."""
    wanted = {"tenant_id": tenant_id, "message_id": message_id}
    return _sending(tx.conn.execute(_BY_ID, wanted).one_or_none())


def tenant_of(tx: Tx, message_id: int) -> int | None:
    """Whose text it is, for a process that was not told."""
    found: int | None = tx.conn.execute(_TENANT, {"message_id": message_id}).scalar_one_or_none()
    return found


def by_provider(tx: Tx, tenant_id: int, account_id: int, provider_id: str) -> Sending | None:
    """The text that the carrier knows by this id."""
    wanted = {"tenant_id": tenant_id, "account_id": account_id, "provider_id": provider_id}
    return _sending(tx.conn.execute(_BY_PROVIDER, wanted).first())


def known_ids(tx: Tx, text: Sending) -> frozenset[str]:
    """The carrier's ids of our other texts of that time between number and consumer."""
    query = sa.select(m.provider_id).where(
        m.tenant_id == text.tenant_id,
        m.consumer_id == text.consumer_id,
        m.number_id == text.number_id,
        m.account_id == text.account_id,
        m.provider_id.is_not(None),
        m.created_at > text.created_at - SAME_TIME,
    )
    return frozenset(tx.conn.execute(query).scalars())


def update(tx: Tx, text: Sending, **values: Any) -> None:
    """Move a text on."""
    tx.conn.execute(_UPDATE, values | {"of_tenant": text.tenant_id, "message_id": text.id})


def more_urgent_waits(tx: Tx, tenant_id: int, number_id: int) -> bool:
    """Whether anything but bulk is queued for this number."""
    number = {"tenant_id": tenant_id, "number_id": number_id}
    return tx.conn.execute(_URGENT, number).first() is not None


def segments(tx: Tx, text: Sending) -> dict[int, SegmentStatus]:
    """What is known of a text's segments."""
    wanted = {"tenant_id": text.tenant_id, "message_id": text.id}
    rows = tx.conn.execute(_SEGMENTS, wanted)
    return {row.segment: SegmentStatus(row.status) for row in rows}


def set_segment(
    tx: Tx, tenant_id: int, message_id: int, segment: int, status: SegmentStatus, error: str | None
) -> None:
    """Note a segment's status; the caller has made sure that it only goes forward."""
    row = {"tenant_id": tenant_id, "message_id": message_id, "segment": segment}
    tx.conn.execute(_SET_SEGMENT[tx.on_sqlite], row | {"status": status, "error": error})


@dataclass(frozen=True)
class EarlyReceipt:
    """A receipt that came before its message was known."""

    segment: int
    status: SegmentStatus
    error: str | None
    opted_out: bool = False


def keep_receipt(
    tx: Tx, tenant_id: int, account_id: int, provider_id: str, receipt: EarlyReceipt
) -> None:
    """Keep a receipt until its message is known."""
    tx.conn.execute(
        _KEEP,
        {
            "tenant_id": tenant_id,
            "account_id": account_id,
            "provider_id": provider_id,
            "segment": receipt.segment,
            "status": receipt.status,
            "error": receipt.error,
            "opted_out": receipt.opted_out,
            "received_at": tx.now,
        },
    )


def take_receipts(
    tx: Tx, tenant_id: int, account_id: int, provider_id: str
) -> Sequence[EarlyReceipt]:
    """Take out what was kept for this carrier's id, in the order of arrival."""
    wanted = {"tenant_id": tenant_id, "account_id": account_id, "provider_id": provider_id}
    taken = tx.conn.execute(_TAKE, wanted).all()
    return [
        EarlyReceipt(row.segment, SegmentStatus(row.status), row.error, row.opted_out)
        for row in sorted(taken)
    ]


def forget_receipts(tx: Tx, before: datetime) -> None:
    """Drop what was kept for texts that have not become known since."""
    tx.conn.execute(sa.delete(t.early_receipts).where(r.received_at < before))


def _sending(row: AnyRow | None) -> Sending | None:
    if row is None:
        return None
    return Sending(**row._asdict() | {"status": MessageStatus(row.status)})
