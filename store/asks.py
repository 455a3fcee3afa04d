"""What texts ask for in free words: ours for an opt-in, consumers' to be left alone (product B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.asks import Asks
from domain.statuses import MessageStatus
from store import tables as t
from store.database import Tx
from store.shortcuts import shortcuts

m = t.messages.c
_NEVER_LEFT = (MessageStatus.FAILED, MessageStatus.BLOCKED)


@dataclass(frozen=True)
class Request:
    """A consumer's text that asks to stop and waits for a decision; `lang` is its chat's."""

    message_id: int
    chat_id: int | None
    consumer_id: int
    number: str
    number_id: int
    our_number: str
    lang: str | None
    text: str
    at: datetime


def last_text_asks(tx: Tx, tenant_id: int, number_id: int, consumer_id: int) -> Asks | None:
    """What the last text of a person asks for, of all between a number of ours and a consumer:
    in whatever chat, or in none. System texts do not count, nor those that never left."""
    query = sa.select(m.asks).where(
        m.tenant_id == tenant_id,
        m.number_id == number_id,
        m.consumer_id == consumer_id,
        m.status.not_in(_NEVER_LEFT),
        sa.text(t.PERSONS_TEXT),
    )
    found = tx.conn.execute(query.order_by(m.id.desc()).limit(1)).scalar_one_or_none()
    return None if found is None else Asks(found)


def asked_in(tx: Tx, tenant_id: int, consumer_id: int, chat_id: int) -> tuple[int, str] | None:
    """The newest request of a chat that waits for a decision: the message's id and its words."""
    query = sa.select(m.id, m.text).where(
        m.tenant_id == tenant_id,
        m.consumer_id == consumer_id,
        m.chat_id == chat_id,
        sa.text(t.ASKS_TO_STOP),
    )
    row = tx.conn.execute(query.order_by(m.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.id, row.text)


def decide(
    tx: Tx, tenant_id: int, consumer_id: int, how: Asks, *where: sa.ColumnElement[bool]
) -> list[int]:
    """Note what became of a consumer's open requests to stop; their messages' ids."""
    decided = tx.conn.execute(
        sa.update(t.messages)
        .where(
            m.tenant_id == tenant_id,
            m.consumer_id == consumer_id,
            sa.text(t.ASKS_TO_STOP),
            *where,
        )
        .values(asks=how)
        .returning(m.id)
    )
    return sorted(decided.scalars())


def open_requests(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[Request], int]:
    """A page of who asks to stop and has had no decision yet, the longest wait first, and how many
    there are."""
    oldest = _open(tenant_id).order_by(m.id).limit(per).offset((page - 1) * per)
    total = sa.select(sa.func.count()).select_from(t.messages)
    total = total.where(m.tenant_id == tenant_id, sa.text(t.ASKS_TO_STOP))
    found = [Request(*row) for row in tx.conn.execute(oldest)]
    return found, int(tx.conn.execute(total).scalar_one())


def open_request(tx: Tx, tenant_id: int, message_id: int) -> Request | None:
    """The one that this message makes, if it waits for a decision."""
    row = tx.conn.execute(_open(tenant_id).where(m.id == message_id)).one_or_none()
    return None if row is None else Request(*row)


def _open(tenant_id: int) -> sa.Select[Any]:
    k, n, c = t.consumers.c, t.numbers.c, t.chats.c
    return (
        sa.select(
            m.id, m.chat_id, m.consumer_id, k.number, n.id, n.number, c.lang, m.text, m.created_at
        )
        .join(t.consumers, k.id == m.consumer_id)
        .join(t.numbers, n.id == m.number_id)
        .outerjoin(t.chats, c.id == m.chat_id)
        .where(m.tenant_id == tenant_id, sa.text(f"messages.{t.ASKS_TO_STOP}"))
    )


def opt_in_wordings(tx: Tx, tenant_id: int) -> tuple[str, ...]:
    """The wordings of the shortcuts that ask for consent."""
    asking = (one for one in shortcuts(tx, tenant_id) if one.opt_in)
    return tuple(wording for one in asking for wording in one.wordings.values())
