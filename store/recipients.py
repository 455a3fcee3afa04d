"""Where a consumer's texts go, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import consent, lines
from store import tables as t
from store.database import Tx

u = t.consumers.c

_RECIPIENT = sa.select(
    u.number, consent.anything_of(u.tenant_id, u.number).scalar_subquery().label("said")
).where(u.tenant_id == bindparam("tenant_id"), u.id == bindparam("consumer_id"))


@dataclass(frozen=True)
class Recipient:
    """A consumer's number in E.164, and whether nothing may be sent to it."""

    number: str
    opted_out: bool


def get(tx: Tx, tenant_id: int, consumer_id: int, number_id: int) -> Recipient:
    """Where a consumer's texts go, and whether they may from this number of ours."""
    whom = {"tenant_id": tenant_id, "consumer_id": consumer_id}
    row = tx.conn.execute(_RECIPIENT, whom).one()
    out = row.said is not None and consent.opted_out(
        tx, tenant_id, row.number, lines.of_number(tx, tenant_id, number_id)
    )
    return Recipient(row.number, out)
