"""The ledger of one number as evidence (X3): each entry with the message that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.asks import Asks
from domain.consent import Consent
from domain.statuses import MessageStatus, OptOutScope
from domain.texts import TextKey
from store import tables as t
from store.configurations import Noted
from store.database import Tx

c = t.consent_ledger.c
m = t.messages.c
n = t.numbers.c

CONFIRMATIONS = (TextKey.OPT_OUT, TextKey.OPT_IN)


@dataclass(frozen=True)
class Proof:
    """An entry of the ledger, whole. `evidence` are the words as they came; `our_number` is the
    one that they were said to; `carrier_id` is the carrier's name for the message."""

    id: int
    at: datetime
    status: Consent
    scope: OptOutScope
    scope_id: int
    our_number: str | None
    source: str
    actor_type: str
    actor_id: int | None
    actor_name: str | None
    evidence: str
    message_id: int | None
    message_received_at: datetime | None
    carrier_id: str | None


@dataclass(frozen=True)
class Confirmation:
    """What we answered to an opt-out or opt-in, of what a carrier took, and how far it came."""

    message_id: int
    kind: str
    our_number: str
    text: str
    status: MessageStatus
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class DismissedRequest:
    """A text that seemed to ask to stop, and somebody found that it did not; `at` None: decided
    before that was noted."""

    message_id: int
    message_received_at: datetime
    our_number: str
    text: str
    at: datetime | None
    actor_id: int | None
    actor_name: str | None


def entries(tx: Tx, tenant_id: int, number: str) -> list[Proof]:
    """Everything that the ledger says of a number, the oldest first."""
    u = t.users.c
    query = (
        sa.select(
            c.id, c.at, c.status, c.scope, c.scope_id, n.number, c.source, c.actor_type,
            c.actor_id, u.name, c.evidence, c.message_id, m.created_at,
            m.provider_id, m.unique_key,
        )
        .outerjoin(t.numbers, n.id == c.number_id)
        .outerjoin(t.messages, m.id == c.message_id)
        .outerjoin(
            t.users,
            sa.and_(
                u.tenant_id == c.tenant_id, u.id == c.actor_id, c.actor_type.in_(t.PEOPLE)
            ),
        )
        .where(c.tenant_id == tenant_id, c.number == number)
        .order_by(c.id)
    )  # fmt: skip
    found = tx.conn.execute(query).all()
    received = _carriers_ids(tx, tenant_id, [row.unique_key for row in found if row.unique_key])
    return [_proof(list(row), received) for row in found]


def _proof(values: list[Any], received: dict[str, str]) -> Proof:
    *shown, carrier_id, key = values
    shown[2], shown[3] = Consent(shown[2]), OptOutScope(shown[3])
    return Proof(*[*shown, carrier_id or received.get(key)])


def _carriers_ids(tx: Tx, tenant_id: int, keys: list[str]) -> dict[str, str]:
    """The carriers' ids of received messages, by our keys of these: `in:{account}:{inbox}`."""
    entered = {int(key.rsplit(":", 1)[1]): key for key in keys if key.startswith("in:")}
    i = t.inbox.c
    query = sa.select(i.id, i.provider_id).where(i.tenant_id == tenant_id, i.id.in_(entered))
    return {entered[row.id]: row.provider_id for row in tx.conn.execute(query)}


def confirmations(tx: Tx, tenant_id: int, number: str) -> list[Confirmation]:
    """Our answers to the number's opt-outs and opt-ins, the oldest first."""
    k = t.consumers.c
    query = (
        sa.select(m.id, m.kind, n.number, m.text, m.status, m.created_at, m.sent_at, m.delivered_at)
        .join(t.numbers, n.id == m.number_id)
        .join(t.consumers, k.id == m.consumer_id)
        .where(
            k.tenant_id == tenant_id,
            k.number == number,
            m.tenant_id == tenant_id,
            m.kind.in_(CONFIRMATIONS),
            sa.text("messages.provider_id IS NOT NULL"),
        )
        .order_by(m.id)
    )
    return [
        Confirmation(*row[:4], MessageStatus(row.status), *row[5:])
        for row in tx.conn.execute(query)
    ]


def dismissed_requests(tx: Tx, tenant_id: int, number: str) -> list[DismissedRequest]:
    """The number's texts that were found to be no requests to stop, the oldest first."""
    k, a = t.consumers.c, t.audit_log.c
    noted = sa.and_(
        a.tenant_id == tenant_id,
        a.kind == Noted.STOP_REQUEST,
        a.key == sa.cast(m.id, sa.Text),
    )
    query = (
        sa.select(m.id, m.created_at, n.number, m.text, a.at, a.actor_id, a.actor)
        .join(t.numbers, n.id == m.number_id)
        .join(t.consumers, k.id == m.consumer_id)
        .outerjoin(t.audit_log, noted)
        .where(
            k.tenant_id == tenant_id,
            k.number == number,
            n.tenant_id == tenant_id,
            m.tenant_id == tenant_id,
            m.asks == Asks.STOP_DISMISSED,
            # Their index is of people's texts, and has our numbers first.
            sa.text(f"messages.{t.PERSONS_TEXT}"),
        )
        .order_by(m.id)
    )
    return [DismissedRequest(*row) for row in tx.conn.execute(query)]


def our_numbers(tx: Tx, tenant_id: int) -> list[tuple[int, str]]:
    """The tenant's numbers, by id and as they are dialled."""
    query = sa.select(n.id, n.number).where(n.tenant_id == tenant_id, n.removed_at.is_(None))
    return [(row.id, row.number) for row in tx.conn.execute(query.order_by(n.id))]
