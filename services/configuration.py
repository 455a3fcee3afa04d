"""Configuration as code (product C6, X7): plan, apply in one transaction, export, go back.

The file and the API change a tenant through `apply` alone, so that every change is checked by
the same rules, has a plan, a version and its lines in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.config import checks
from domain.config.costs import costs
from domain.config.document import Configuration, as_data
from domain.config.edit import UnknownObject
from domain.config.file import validate
from domain.config.opening import rescheduled
from domain.config.origins import SettingOrigin
from domain.config.origins import origins as origins_of
from domain.config.plan import Plan, compare
from domain.config.problems import Problem, Refused
from domain.statuses import NumberStatus
from services import consequences, ownership, projection
from services.errors import NotFound, OutdatedPlan
from services.projection import Known
from store import accounts, configurations, lines, locks, tenants
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


@dataclass(frozen=True)
class Draft:
    """A configuration compared with the one that holds: all that needs no lock, worked out before
    any is taken, since a large one takes a second."""

    wanted: Configuration
    document: dict[str, Any]
    old: Configuration | None
    base: int
    by: str
    plan: Plan
    problems: tuple[Problem, ...]
    costs: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]


def draft(tx: Tx, wanted: Configuration) -> Draft:
    """Check it by itself and compare it; problems are told by `plan` and `apply`."""
    tenant = tenants.by_subdomain(tx, wanted.tenant)
    stored = None if tenant is None else configurations.current(tx, tenant.id)
    old = None if stored is None else validate(stored.document)
    base = 0 if stored is None else stored.number
    changes = compare(old, wanted)
    return Draft(
        wanted=wanted,
        document=as_data(wanted),
        old=old,
        base=base,
        by="" if stored is None else stored.by,
        plan=changes,
        problems=tuple(checks.problems(wanted)),
        costs=tuple(costs(changes, wanted.name)),
        entries=tuple(_entries(changes, base + 1)),
    )


def plan(tx: Tx, draft: Draft, known: Known) -> Planned:
    """What applying would do. Raises `Refused` with every problem."""
    tenant = tenants.by_subdomain(tx, draft.wanted.tenant)
    tenant_id = None if tenant is None else tenant.id
    mended = {problem.path[:2] for problem in draft.problems}
    problems = [
        *draft.problems,
        # What is wrong with an account in the file is said already.
        *(problem for problem in known.refused if problem.path[:2] not in mended),
        *ownership.problems(tx, tenant_id, draft.wanted, known),
    ]
    if problems:
        raise Refused(problems)
    meaning = []
    if tenant is not None and draft.old is not None:
        meaning = consequences.meaning(tx, tenant.id, draft.old, draft.wanted)
    return Planned(draft.plan, draft.base, (*meaning, *draft.costs))


def apply(tx: Tx, draft: Draft, actor: Actor, known: Known) -> Planned:
    """Make it so, all or nothing.

    Raises `Refused`, or `OutdatedPlan` when another version was applied since it was drafted.
    """
    wanted, version = draft.wanted, draft.base + 1
    tenant_id = _tenant_id(tx, wanted)
    locks.routing(tx, tenant_id)
    holds = configurations.newest(tx, tenant_id)
    if holds is not None and holds.number != draft.base:
        raise OutdatedPlan(holds.number, holds.by)
    planned = plan(tx, draft, known)
    if not planned.plan:
        return planned
    gone, retimed = [], set[str]()
    if draft.old is not None:
        gone = consequences.gone_queues(tx, tenant_id, draft.old, wanted)
        retimed = rescheduled(draft.old, wanted)
    before = lines.of_tenant(tx, tenant_id) if planned.plan.moves_numbers else {}
    restaffed = projection.write(tx, tenant_id, wanted, planned.plan, version, known)
    # Nothing that was read before holds; nor is anything kept for others until this is committed.
    tx.memo.clear()
    tx.shared = {}
    configurations.add(tx, tenant_id, version, draft.document, actor)
    configurations.log(tx, tenant_id, actor, draft.entries)
    consequences.follow(tx, tenant_id, gone, retimed, planned.plan, restaffed)
    # Last, since it locks numbers: claims lock texts before those.
    lines.note_left(tx, tenant_id, before)
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


def origins(version: Version, queue: str | None) -> list[SettingOrigin]:
    """Where each setting of a version comes from. Raises `NotFound`."""
    try:
        return origins_of(validate(version.document), queue)
    except UnknownObject:
        raise NotFound("There is no such queue.") from None


def to_ask(tx: Tx, draft: Draft) -> ToAsk:
    """Whom carriers must be asked about before this is planned.

    Accounts that are new or changed; numbers that are new, have moved to another account, or are
    to serve a queue without being verified (C4); and those that get another second account.
    """
    wanted, old = draft.wanted, draft.old
    tenant = tenants.by_subdomain(tx, wanted.tenant)
    held = {} if old is None else old.accounts
    numbers = {} if old is None else old.numbers
    known = {} if tenant is None else accounts.statuses(tx, tenant.id)
    verified = {n for n, (_, status) in known.items() if status is NumberStatus.VERIFIED}
    return ToAsk(
        accounts=frozenset(
            key for key, account in wanted.accounts.items() if held.get(key) != account
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


def _entries(plan: Plan, version: int) -> Iterator[dict[str, Any]]:
    """What the audit log will say, if this is applied as this version."""
    for change in plan.changes:
        yield {
            "version": version,
            "verb": change.verb,
            "kind": change.kind,
            "key": change.key,
            # Not `asdict`: it copies every value, which for thousands takes a second.
            "fields": [{"field": f.field, "old": f.old, "new": f.new} for f in change.fields],
        }
