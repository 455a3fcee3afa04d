"""The consent ledger: append-only; the current state is its newest row for a number (product B)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import tables as t
from store.database import Tx

ledger = t.consent_ledger.c


class Consent(StrEnum):
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Recorded:
    """An entry as it stands in the ledger; `actor_name` is an agent's."""

    status: Consent
    source: str
    evidence: str
    actor_type: str
    actor_name: str | None
    at: datetime


@dataclass(frozen=True)
class Entry:
    """Who said what, on what evidence. `scope` is `tenant`: narrower scopes are not offered yet."""

    tenant_id: int
    number: str
    status: Consent
    source: str
    evidence: str
    actor_type: str
    actor_id: int | None = None
    message_id: int | None = None
    scope: str = "tenant"


def newest_of(tenant_id: Any, number: Any) -> sa.Select[str]:
    """The query of a number's current state; also a part of others."""
    mine = sa.select(ledger.status).where(ledger.tenant_id == tenant_id, ledger.number == number)
    return mine.order_by(ledger.id.desc()).limit(1)


_APPEND = sa.insert(t.consent_ledger)
_STATE = newest_of(bindparam("tenant_id"), bindparam("number"))


def append(tx: Tx, entry: Entry) -> None:
    """Add to the ledger; nothing in it is ever changed."""
    tx.conn.execute(
        _APPEND,
        {
            "tenant_id": entry.tenant_id,
            "number": entry.number,
            "scope": entry.scope,
            "scope_id": entry.tenant_id,
            "status": entry.status,
            "source": entry.source,
            "message_id": entry.message_id,
            "evidence": entry.evidence,
            "actor_type": entry.actor_type,
            "actor_id": entry.actor_id,
            "at": tx.now,
        },
    )


def state(tx: Tx, tenant_id: int, number: str) -> Consent | None:
    """What the ledger says now; None when it says nothing."""
    whose = {"tenant_id": tenant_id, "number": number}
    found: str | None = tx.conn.execute(_STATE, whose).scalar_one_or_none()
    return None if found is None else Consent(found)


def history(tx: Tx, tenant_id: int, number: str, last: int) -> list[Recorded]:
    """The newest entries of a number, the newest first."""
    u = t.users.c
    query = (
        sa.select(
            ledger.status,
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
                ledger.actor_type == "agent",
            ),
        )
        .where(ledger.tenant_id == tenant_id, ledger.number == number)
        .order_by(ledger.id.desc())
        .limit(last)
    )
    found = tx.conn.execute(query)
    return [Recorded(Consent(row.status), *row[1:]) for row in found]


def opted_out(tx: Tx, tenant_id: int, number: str) -> bool:
    """Whether nothing may be sent to this number."""
    return state(tx, tenant_id, number) is Consent.OPTED_OUT
