"""Writing a configuration into the tables that the engine reads, object by object.

Objects keep their row for as long as the tenant exists: one that is deleted and comes back under
its key, its e-mail address or its number is the same user, account or number again. Only a queue
that was deleted stays deleted; numbers are given up by `services/numbers.py`. Needs the routing
lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from domain.config.document import Configuration, Number
from domain.config.plan import Kind, Plan
from domain.config.problems import Problem
from domain.statuses import NumberStatus
from services import account_rows, queue_rows, staffing
from services.staffing import ADDED
from store import objects
from store import tables as t
from store.database import Tx
from store.objects import Ids


@dataclass(frozen=True)
class Said:
    """A carrier's word on a number; `why` is empty where it vouches for it."""

    status: NumberStatus
    why: str = ""

    def __str__(self) -> str:
        return f"{self.status}: {self.why}" if self.why else str(self.status)


UNASKED = Said(NumberStatus.UNVERIFIED)
VOUCHED = Said(NumberStatus.VERIFIED)


@dataclass(frozen=True)
class Known:
    """What a transaction cannot ask for itself: what carriers said of numbers that were not
    verified yet, the second accounts' carriers too, the addresses of the carriers' APIs by account
    key, and with which accounts no carrier can work."""

    verified: Mapping[str, Said] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    fallbacks: Mapping[str, Said] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()


def write(
    tx: Tx,
    tenant_id: int,
    c: Configuration,
    plan: Plan,
    version: int,
    known: Known,
) -> set[int]:
    """Bring the tables to what the configuration says; the queues whose staff changed."""
    _tenant(tx, tenant_id, c, version)
    accounts = account_rows.write(tx, tenant_id, c, plan, known.addresses)
    users = staffing.write(tx, tenant_id, c, plan)
    queues = queue_rows.write(tx, tenant_id, c, plan)
    restaffed = set[int]()
    if staffing.moves(plan):
        restaffed = staffing.seat(tx, tenant_id, c, queues, users)
    _numbers(tx, tenant_id, c, plan, accounts, queues, known.verified)
    return restaffed


def _tenant(tx: Tx, tenant_id: int, c: Configuration, version: int) -> None:
    tx.conn.execute(
        sa.update(t.tenants)
        .where(t.tenants.c.id == tenant_id)
        .values(
            name=c.name,
            default_lang=c.language,
            settings=c.settings.model_dump(mode="json", exclude_defaults=True),
            texts=c.texts,
            silent=list(c.silent),
            commands=c.commands.model_dump(mode="json", exclude_defaults=True),
            configuration=version,
            configured_at=tx.now,
        )
    )


def _numbers(
    tx: Tx,
    tenant_id: int,
    c: Configuration,
    plan: Plan,
    accounts: Ids,
    queues: Ids,
    verified: Mapping[str, Said],
) -> None:
    if not any(plan.of(Kind.NUMBER)):
        return
    n = t.numbers.c
    query = sa.select(n.number, n.id, n.status).where(n.tenant_id == tenant_id)
    rows = tx.conn.execute(query).all()
    statuses = {row.number: Said(NumberStatus(row.status)) for row in rows}
    changed = [change.key for change in plan.of(Kind.NUMBER, *ADDED)]
    values = {
        number: _number_values(c.numbers[number])
        | {
            "tenant_id": tenant_id,
            "number": number,
            "account_id": accounts[c.numbers[number].account],
            "fallback_account_id": accounts.get(c.numbers[number].fallback or ""),
            "queue_id": queues.get(c.numbers[number].queue or ""),
            "status": verified.get(number, statuses.get(number, UNASKED)).status,
            "removed_at": None,
        }
        for number in changed
    }
    ids = objects.put(tx, t.numbers, tenant_id, {row.number: row.id for row in rows}, values)
    wanted = ((ids[key], queues[q]) for key, number in c.numbers.items() for q in number.outbound)
    objects.link(tx, t.number_queues, tenant_id, "number_id", "queue_id", wanted)


def _number_values(number: Number) -> dict[str, Any]:
    return {
        "label": number.label,
        "use": number.use,
        "segments_per_second": number.segments_per_second,
        "segments_per_day": number.segments_per_day,
        "optout_replies": number.optout_replies,
    }
