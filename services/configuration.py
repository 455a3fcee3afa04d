"""Configuration as code (product C6, X7): plan, apply in one transaction, export, go back.

The file and the API change a tenant through `apply` alone, so that every change is checked by
the same rules, has a plan, a version and its lines in the audit log.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from domain.config import checks
from domain.config.document import Configuration, as_data
from domain.config.file import validate
from domain.config.plan import Plan, compare
from domain.config.problems import Problem, Refused
from domain.statuses import NumberStatus
from services import consequences, projection
from services.errors import NotFound, OutdatedPlan
from services.projection import Known
from store import configurations, locks, tenants
from store import numbers as store_numbers
from store import tables as t
from store.configurations import Actor, Version
from store.database import Tx


@dataclass(frozen=True)
class Planned:
    """What would change, on top of which version, and what it means for running chats."""

    plan: Plan
    base: int
    meaning: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToAsk:
    """The keys of the accounts, and the numbers, that are for carriers to vouch for; of
    `fallbacks` it is the second account that is asked."""

    accounts: frozenset[str]
    numbers: tuple[str, ...]
    fallbacks: tuple[str, ...] = ()


def plan(tx: Tx, wanted: Configuration, known: Known) -> Planned:
    """What applying would do. Raises `Refused` with every problem."""
    found = checks.problems(wanted)
    tenant = tenants.by_subdomain(tx, wanted.tenant)
    if tenant is None:
        _refuse(found + _stored_problems(tx, None, wanted, known))
        return Planned(compare(None, wanted), 0)
    _refuse(found + _stored_problems(tx, tenant.id, wanted, known))
    stored = configurations.current(tx, tenant.id)
    if stored is None:
        return Planned(compare(None, wanted), 0)
    current = validate(stored.document)
    meaning = consequences.meaning(tx, tenant.id, current, wanted)
    return Planned(compare(current, wanted), stored.number, tuple(meaning))


def apply(tx: Tx, wanted: Configuration, base: int, actor: Actor, known: Known) -> Planned:
    """Make it so, all or nothing. `base` is the version that the plan was made on.

    Raises `Refused`, or `OutdatedPlan` when another version was applied meanwhile.
    """
    tenant_id = _tenant_id(tx, wanted)
    locks.routing(tx, tenant_id)
    stored = configurations.current(tx, tenant_id)
    if (0 if stored is None else stored.number) != base:
        assert stored is not None
        raise OutdatedPlan(stored.number, stored.by)
    planned = plan(tx, wanted, known)
    if not planned.plan:
        return planned
    old = wanted if stored is None else validate(stored.document)
    gone = consequences.gone_queues(tx, tenant_id, old, wanted) if stored else []
    version = base + 1
    restaffed = projection.write(tx, tenant_id, wanted, planned.plan, version, known)
    # Nothing that was read before holds; nor is anything kept for others until this is committed.
    tx.memo.clear()
    tx.shared = {}
    configurations.add(tx, tenant_id, version, as_data(wanted), actor)
    configurations.log(tx, tenant_id, actor, _entries(planned.plan, version))
    consequences.follow(tx, tenant_id, gone, planned.plan, restaffed)
    return planned


def export(tx: Tx, subdomain: str, number: int | None = None) -> Version:
    """The configuration that holds, or an earlier version. Raises `NotFound`."""
    tenant = tenants.by_subdomain(tx, subdomain)
    if tenant is None:
        raise NotFound(f"There is no tenant {subdomain}.")
    if number is None:
        found = configurations.current(tx, tenant.id)
    else:
        found = configurations.version(tx, tenant.id, number)
    if found is None:
        raise NotFound("There is no such version of the configuration.")
    return found


def to_ask(tx: Tx, wanted: Configuration) -> ToAsk:
    """Whom carriers must be asked about before this is planned.

    Accounts that are new or changed; numbers that are new, have moved to another account, or are
    to serve a queue without being verified (C4); and those that get another second account.
    """
    tenant = tenants.by_subdomain(tx, wanted.tenant)
    stored = None if tenant is None else configurations.current(tx, tenant.id)
    old = None if stored is None else validate(stored.document)
    accounts = {} if old is None else old.accounts
    numbers = {} if old is None else old.numbers
    verified = set() if tenant is None else store_numbers.verified(tx, tenant.id)
    return ToAsk(
        accounts=frozenset(
            key for key, account in wanted.accounts.items() if accounts.get(key) != account
        ),
        numbers=tuple(
            number
            for number, told in wanted.numbers.items()
            if told.account in wanted.accounts
            and (
                number not in numbers
                or numbers[number].account != told.account
                or (number not in verified and (told.queue or told.outbound))
            )
        ),
        fallbacks=tuple(
            number
            for number, told in wanted.numbers.items()
            if told.fallback in wanted.accounts
            and (number not in numbers or numbers[number].fallback != told.fallback)
        ),
    )


def _tenant_id(tx: Tx, wanted: Configuration) -> int:
    tenant = tenants.by_subdomain(tx, wanted.tenant)
    return tenants.add(tx, wanted.tenant, wanted.name) if tenant is None else tenant.id


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused(problems)


def _stored_problems(
    tx: Tx, tenant_id: int | None, c: Configuration, known: Known
) -> list[Problem]:
    """What only the store knows: others' numbers and accounts, and what is verified."""
    n, a = t.numbers.c, t.carrier_accounts.c
    found: list[Problem] = []
    rows = tx.conn.execute(
        sa.select(n.number, n.tenant_id, n.status, a.key.label("fallback"))
        .outerjoin(t.carrier_accounts, a.id == n.fallback_account_id)
        .where(n.number.in_(list(c.numbers)), n.removed_at.is_(None))
    )
    stored = {row.number: row for row in rows}
    for number, settings in c.numbers.items():
        row = stored.get(number)
        if row is not None and row.tenant_id != tenant_id:
            found.append(Problem(("numbers", number), "is another tenant's"))
            continue
        status = known.verified.get(number, NumberStatus.UNVERIFIED if row is None else row.status)
        if (settings.queue or settings.outbound) and status != NumberStatus.VERIFIED:
            rule = f"is not verified ({status}), so no queue can have it"
            found.append(Problem(("numbers", number), rule))
        kept = row is not None and row.fallback == settings.fallback
        told = NumberStatus.VERIFIED if kept else NumberStatus.UNVERIFIED
        second = known.fallbacks.get(number, told)
        if settings.fallback and second != NumberStatus.VERIFIED:
            rule = f"is {settings.fallback}, whose carrier does not vouch for the number ({second})"
            found.append(Problem(("numbers", number, "fallback"), rule))
    names = {c.account_name(key): key for key in c.accounts}
    taken = sa.select(a.name, a.carrier).where(a.name.in_(list(names)), a.tenant_id != tenant_id)
    for name, carrier in tx.conn.execute(taken):
        key = names[name]
        if c.accounts[key].carrier == carrier:
            found.append(Problem(("accounts", key, "name"), "is taken already: choose another"))
    return found


def _entries(plan: Plan, version: int) -> list[dict[str, Any]]:
    return [
        {
            "version": version,
            "verb": change.verb,
            "kind": change.kind,
            "key": change.key,
            "fields": [asdict(field) for field in change.fields],
        }
        for change in plan.changes
    ]
