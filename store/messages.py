"""Messages: written once under a unique key, read by chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.asks import Asks
from domain.segments import Encoding, count
from domain.statuses import RANK, Author, MessageStatus, Priority
from store import tables as t
from store.database import AnyRow, Tx

m = t.messages.c
u = t.users.c


@dataclass(frozen=True)
class Message:
    """A message as the APIs show it, with the chat it stands in, if any."""

    id: int
    tenant_id: int
    chat_id: int | None
    seq: int | None
    direction: str
    author_type: str
    author_id: int | None
    author_name: str | None
    kind: str
    key: str
    text: str
    media: list[dict[str, Any]]
    asks: Asks | None
    status: MessageStatus
    segments: int
    encoding: Encoding
    error: str | None
    carrier_says: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


_AUTHOR_NAME = (
    sa.select(u.name)
    .where(u.tenant_id == m.tenant_id, u.id == m.author_id, m.author_type == Author.AGENT)
    .scalar_subquery()
    .label("author_name")
)
_COLUMNS = (
    m.id,
    m.tenant_id,
    m.chat_id,
    m.seq,
    m.direction,
    m.author_type,
    m.author_id,
    _AUTHOR_NAME,
    m.kind,
    m.unique_key,
    m.text,
    m.media,
    m.asks,
    m.status,
    m.segments,
    m.encoding,
    m.error,
    m.carrier_says,
    m.created_at,
    m.sent_at,
    m.delivered_at,
)
_OURS = m.tenant_id == bindparam("tenant_id")
_BY_KEY = sa.select(*_COLUMNS).where(_OURS, m.unique_key == bindparam("key"))
_GET = sa.select(*_COLUMNS).where(_OURS, m.id == bindparam("message_id"))
_LAST_OF_CHATS = (
    sa.select(*_COLUMNS)
    .join(t.chats, sa.and_(t.chats.c.id == m.chat_id, t.chats.c.seq == m.seq))
    .where(_OURS, m.chat_id.in_(bindparam("chat_ids", expanding=True)))
)
_LAST_INBOUND = (
    sa.select(m.id, m.text)
    .where(_OURS, m.chat_id == bindparam("chat_id"), m.direction == "inbound")
    .order_by(m.seq.desc())
    .limit(1)
)
_INSERT = sa.insert(t.messages).returning(m.id)


@dataclass(frozen=True)
class Draft:
    """What is to be written; `key` makes the same decision write the same text once."""

    tenant_id: int
    number_id: int
    consumer_id: int
    text: str
    key: str
    kind: str
    author: Author
    author_id: int | None = None
    chat_id: int | None = None
    seq: int | None = None
    priority: Priority = Priority.SYSTEM
    media: Sequence[dict[str, Any]] = ()
    asks: Asks | None = None
    kept_why: str | None = None


def write_inbound(tx: Tx, draft: Draft) -> int:
    """A text of the consumer, received."""
    return _insert(tx, draft, "inbound", MessageStatus.RECEIVED)


def write_outbound(tx: Tx, draft: Draft, *, blocked: bool = False) -> int:
    """A text of ours, queued; or kept as blocked when the consumer has opted out."""
    status = MessageStatus.BLOCKED if blocked else MessageStatus.QUEUED
    return _insert(tx, draft, "outbound", status)


def _insert(tx: Tx, draft: Draft, direction: str, status: MessageStatus) -> int:
    counted = count(draft.text)
    values = {
        "tenant_id": draft.tenant_id,
        "chat_id": draft.chat_id,
        "seq": draft.seq,
        "number_id": draft.number_id,
        "consumer_id": draft.consumer_id,
        "direction": direction,
        "author_type": draft.author,
        "author_id": draft.author_id,
        "kind": draft.kind,
        "text": draft.text,
        "media": list(draft.media),
        "asks": draft.asks,
        "kept_why": draft.kept_why,
        "status": status,
        "encoding": counted.encoding,
        "segments": counted.segments,
        "priority": RANK[draft.priority],
        "unique_key": draft.key,
        "created_at": tx.now,
    }
    return int(tx.conn.execute(_INSERT, values).scalar_one())


def last_of_chats(tx: Tx, tenant_id: int, chat_ids: Sequence[int]) -> dict[int, Message]:
    """The last message of each chat."""
    values = {"tenant_id": tenant_id, "chat_ids": list(chat_ids)}
    found = [_message(row) for row in tx.conn.execute(_LAST_OF_CHATS, values)]
    return {message.chat_id: message for message in found if message.chat_id is not None}


def last_inbound(tx: Tx, tenant_id: int, chat_id: int) -> tuple[int, str] | None:
    """What the consumer wrote last in a chat: the message's id, and the text as it came."""
    row = tx.conn.execute(_LAST_INBOUND, {"tenant_id": tenant_id, "chat_id": chat_id}).one_or_none()
    return None if row is None else (row.id, row.text)


def by_key(tx: Tx, tenant_id: int, key: str) -> Message | None:
    """The message that was written under this key, if it was."""
    row = tx.conn.execute(_BY_KEY, {"tenant_id": tenant_id, "key": key}).one_or_none()
    return None if row is None else _message(row)


def get(tx: Tx, tenant_id: int, message_id: int) -> Message:
    """The message with this id, which must exist."""
    wanted = {"tenant_id": tenant_id, "message_id": message_id}
    return _message(tx.conn.execute(_GET, wanted).one())


def of_chat(
    tx: Tx,
    tenant_id: int,
    chat_id: int,
    after: int = 0,
    before: int | None = None,
    last: int | None = None,
) -> list[Message]:
    """The thread of a chat in order, between two message numbers; of these the `last` so many."""
    query = sa.select(*_COLUMNS).where(
        m.tenant_id == tenant_id, m.chat_id == chat_id, m.seq > after
    )
    if before is not None:
        query = query.where(m.seq < before)
    found = tx.conn.execute(query.order_by(m.seq.desc()).limit(last)).all()
    return [_message(row) for row in reversed(found)]


def _message(row: AnyRow) -> Message:
    return Message(
        id=row.id,
        tenant_id=row.tenant_id,
        chat_id=row.chat_id,
        seq=row.seq,
        direction=row.direction,
        author_type=row.author_type,
        author_id=row.author_id,
        author_name=row.author_name,
        kind=row.kind,
        key=row.unique_key,
        text=row.text,
        media=list(row.media),
        asks=None if row.asks is None else Asks(row.asks),
        status=MessageStatus(row.status),
        segments=row.segments,
        encoding=Encoding(row.encoding),
        error=row.error,
        carrier_says=row.carrier_says,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
    )
