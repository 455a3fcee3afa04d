"""What carriers have brought: each message of a carrier is taken once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import tables as t
from store.database import Tx, on_each
from store.numbers import Account

_ENTER = on_each(lambda insert: insert(t.inbox).on_conflict_do_nothing().returning(t.inbox.c.id))
_LINK = sa.update(t.inbox).where(
    t.inbox.c.tenant_id == bindparam("of_tenant"), t.inbox.c.id == bindparam("inbox_id")
)


def enter(tx: Tx, account: Account, provider_id: str) -> int | None:
    """Enter a carrier's message in the inbox; None when it stands there already."""
    values = {
        "tenant_id": account.tenant_id,
        "account_id": account.id,
        "provider_id": provider_id,
        "received_at": tx.now,
    }
    found: int | None = tx.conn.execute(_ENTER[tx.on_sqlite], values).scalar_one_or_none()
    return found


def link(tx: Tx, tenant_id: int, inbox_id: int, message_id: int) -> None:
    """Which message a carrier's message became."""
    which = {"of_tenant": tenant_id, "inbox_id": inbox_id}
    tx.conn.execute(_LINK, which | {"message_id": message_id})


@dataclass(frozen=True)
class Brought:
    """A text that an account brought, to a number that two accounts own."""

    account_id: int
    message_id: int | None


def brought(tx: Tx, tenant_id: int, key: str, since: datetime) -> list[Brought]:
    """What came in lately with the same words between the same phones, in order."""
    i = t.inbox.c
    query = sa.select(i.account_id, i.message_id).where(
        i.tenant_id == tenant_id, i.twin_key == key, i.received_at > since
    )
    return [Brought(*row) for row in tx.conn.execute(query.order_by(i.id))]


def note_twin(tx: Tx, tenant_id: int, inbox_id: int, key: str) -> None:
    """Let the other account's delivery of this text be known as the same."""
    which = {"of_tenant": tenant_id, "inbox_id": inbox_id}
    tx.conn.execute(_LINK, which | {"twin_key": key})
