"""The consent ledger: append-only; what holds is read from its newest rows (product B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.consent import Consent, Line, Said, standing
from domain.statuses import OptOutScope
from store import tables as t
from store.database import AnyRow, Tx

ledger = t.consent_ledger.c


@dataclass(frozen=True)
class Recorded:
    """An entry as it stands in the ledger; `actor_name` is an agent's."""

    status: Consent
    scope: OptOutScope
    source: str
    evidence: str
    actor_type: str
    actor_name: str | None
    at: datetime


@dataclass(frozen=True)
class Entry:
    """Who said what, on what evidence. `number_id`: to which number of ours; `scope_id` is the
    queue or number of ours that a narrower scope speaks of."""

    tenant_id: int
    number: str
    status: Consent
    source: str
    evidence: str
    actor_type: str
    actor_id: int | None = None
    message_id: int | None = None
    number_id: int | None = None
    scope: OptOutScope = OptOutScope.TENANT
    scope_id: int | None = None

    @property
    def said(self) -> Said:
        """As scopes are compared."""
        return Said(self.status, self.scope, self.scope_id or self.tenant_id, self.number_id)


def anything_of(tenant_id: Any, number: Any) -> sa.Select[int]:
    """The query whether the ledger says anything of a number; also a part of others: of most
    consumers it says nothing, and then nothing more need be read."""
    mine = sa.select(ledger.id).where(ledger.tenant_id == tenant_id, ledger.number == number)
    return mine.order_by(ledger.id.desc()).limit(1)


_APPEND = sa.insert(t.consent_ledger)
_NEWEST = sa.select(ledger.id).order_by(ledger.id.desc()).limit(1)
_SAID = (
    sa.select(ledger.id, ledger.status, ledger.scope, ledger.scope_id, ledger.number_id)
    .where(ledger.tenant_id == bindparam("tenant_id"), ledger.number == bindparam("number"))
    .order_by(ledger.id.desc())
)
_OVERTAKING = _SAID.where(
    sa.or_(
        sa.and_(ledger.source == bindparam("source"), ledger.message_id == bindparam("message_id")),
        sa.and_(ledger.status == Consent.OPTED_IN, ledger.at > bindparam("since")),
    )
)


def newest(tx: Tx) -> int:
    """The newest entry of the ledger; 0 of an empty one. Ids grow over all tenants, so that those
    of a tenant up to it are what was said to that tenant so far. Needs the routing lock."""
    found: int | None = tx.conn.execute(_NEWEST).scalar_one_or_none()
    return found or 0


def append(tx: Tx, entry: Entry) -> None:
    """Add to the ledger; nothing in it is ever changed."""
    tx.conn.execute(
        _APPEND,
        {
            "tenant_id": entry.tenant_id,
            "number": entry.number,
            "number_id": entry.number_id,
            "scope": entry.scope,
            "scope_id": entry.said.scope_id,
            "status": entry.status,
            "source": entry.source,
            "message_id": entry.message_id,
            "evidence": entry.evidence,
            "actor_type": entry.actor_type,
            "actor_id": entry.actor_id,
            "at": tx.now,
        },
    )


def stands(tx: Tx, tenant_id: int, number: str, line: Line) -> Said | None:
    """What holds for texts to this consumer from one of our numbers; None: nothing was said."""
    whose = {"tenant_id": tenant_id, "number": number}
    return standing(map(_said, tx.conn.execute(_SAID, whose)), line)


def is_overtaken(tx: Tx, entry: Entry, since: datetime, line: Line) -> bool:
    """Whether an entry about a text of ours stands in the ledger already, or the consumer has
    opted in to the number's texts since the text was handed over."""
    about = {"source": entry.source, "message_id": entry.message_id, "since": since}
    whose = {"tenant_id": entry.tenant_id, "number": entry.number}
    return standing(map(_said, tx.conn.execute(_OVERTAKING, whose | about)), line) is not None


def _said(row: AnyRow) -> Said:
    status, scope = Consent(row.status), OptOutScope(row.scope)
    return Said(status, scope, row.scope_id, row.number_id, row.id)


def opted_out(tx: Tx, tenant_id: int, number: str, line: Line) -> bool:
    """Whether nothing may be sent to this consumer from this number of ours."""
    said = stands(tx, tenant_id, number, line)
    return said is not None and said.status is Consent.OPTED_OUT


def history(tx: Tx, tenant_id: int, number: str, last: int) -> list[Recorded]:
    """The newest entries of a number, the newest first."""
    u = t.users.c
    query = (
        sa.select(
            ledger.status,
            ledger.scope,
            ledger.source,
            ledger.evidence,
            ledger.actor_type,
            u.name,
            ledger.at,
        )
        .outerjoin(
            t.users,
            sa.and_(
                u.tenant_id == ledger.tenant_id,
                u.id == ledger.actor_id,
                ledger.actor_type.in_(t.PEOPLE),
            ),
        )
        .where(ledger.tenant_id == tenant_id, ledger.number == number)
        .order_by(ledger.id.desc())
        .limit(last)
    )
    found = tx.conn.execute(query)
    return [Recorded(Consent(row.status), OptOutScope(row.scope), *row[2:]) for row in found]
