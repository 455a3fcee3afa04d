"""The configuration as administrators see and change it from outside: through their own login.

Everything is checked, planned and applied by `services.configuration`, as for a file. What differs
is trust: whoever runs the processes may name any secret of theirs in a file, a tenant's
administrator only those that are the tenant's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.config import checks
from domain.config.connections import Account, Secret, own_variables
from domain.config.document import Configuration
from domain.config.file import validate
from domain.config.origins import SettingOrigin
from domain.config.plan import Kind, Verb
from domain.config.preview import Preview, way_to
from domain.config.problems import Path, Problem, Refused
from domain.statuses import NumberStatus, Role
from services import audit as log
from services import configuration
from services.audit import Call
from services.configuration import Draft, Planned, ToAsk
from services.errors import Conflict, NotFound, OutdatedPlan
from services.projection import Known, Said
from store import accounts, configurations, locks, tenants
from store.configurations import Version
from store.database import Tx
from store.users import User

NOBODY = "nobody yet"


def current(tx: Tx, user: User) -> Version:
    """The configuration that holds; version 0 of a tenant that nobody has configured."""
    found = configurations.current(tx, user.tenant_id)
    if found is not None:
        return found
    tenant = tenants.get(tx, user.tenant_id)
    return Version(0, {"tenant": tenant.subdomain, "name": tenant.name}, tx.now, NOBODY)


def configured(tx: Tx, user: User) -> Configuration:
    """The configuration that holds, read."""
    return validate(current(tx, user).document)


def version(tx: Tx, user: User, number: int) -> Version:
    """One version. Raises `NotFound`."""
    found = configurations.version(tx, user.tenant_id, number)
    if found is None:
        raise NotFound("There is no such version of the configuration.")
    return found


def versions(
    tx: Tx, user: User, page: int, per: int
) -> tuple[list[configurations.VersionLine], int]:
    """The versions, the newest first, and how many there are."""
    return configurations.versions(tx, user.tenant_id, page, per)


def audit(
    tx: Tx, user: User, sought: configurations.Sought, page: int, per: int
) -> tuple[list[configurations.Entry], int]:
    """A page of the audit log, the newest first, and how many entries there are."""
    return configurations.entries(tx, user.tenant_id, sought, page, per)


@dataclass(frozen=True)
class StoredNumber:
    """What the store knows of a number, and no configuration says; `why`: what its carrier has
    just said instead of vouching for it."""

    id: int
    status: NumberStatus
    why: str | None = None


def numbers_of(tx: Tx, user: User) -> dict[str, StoredNumber]:
    """The tenant's numbers, each with how far its verification is (C4)."""
    found = accounts.statuses(tx, user.tenant_id)
    return {number: StoredNumber(*known) for number, known in found.items()}


def settle_number(
    tx: Tx, user: User, number: str, asked: str, said: Said, call: Call
) -> StoredNumber:
    """What the carrier of the account `asked` has just said of a number.

    Without an answer a verified number stays verified. Raises `Conflict` if the number has moved
    to another account meanwhile, of which nothing was said.
    """
    # So that it cannot move while this is written.
    locks.routing(tx, user.tenant_id)
    told = configured(tx, user).numbers.get(number)
    if told is None:
        raise NotFound("There is no such number.")
    if told.account != asked:
        raise Conflict(f"The number is in the account {told.account} by now: ask again.")
    number_id, before = accounts.statuses(tx, user.tenant_id)[number]
    kept = said.status is NumberStatus.VERIFYING and before is NumberStatus.VERIFIED
    status = before if kept else said.status
    if status is not before:
        accounts.change_number(tx, user.tenant_id, number_id, status=status)
        changed = [("status", before, status)]
        log.note(tx, user.tenant_id, call.by(user), Verb.CHANGE, Kind.NUMBER, number, changed)
    return StoredNumber(number_id, status, said.why or None)


def draft(tx: Tx, user: User, wanted: Configuration, base: int | None) -> tuple[Draft, ToAsk]:
    """Compare it with what holds, and whom carriers must be asked about.

    Raises `OutdatedPlan` if `base` does not hold, and `Refused` for what this user may not say.
    """
    held = current(tx, user)
    if base is not None and base != held.number:
        raise OutdatedPlan(held.number, held.by)
    _check_trust(user, validate(held.document), wanted)
    drafted = configuration.draft(tx, wanted)
    return drafted, configuration.to_ask(tx, drafted)


def plan(tx: Tx, _user: User, draft: Draft, known: Known) -> Planned:
    """What applying would do."""
    return configuration.plan(tx, draft, known)


def preview(tx: Tx, _user: User, wanted: Configuration, queue: str) -> Preview:
    """What a consumer would read on the way to a queue. Raises `Refused`, `NotFound`."""
    problems = checks.problems(wanted)
    if problems:
        raise Refused(problems)
    try:
        return way_to(wanted, queue, tx.now)
    except KeyError:
        raise NotFound("There is no such queue.") from None


def apply(tx: Tx, user: User, draft: Draft, call: Call, known: Known) -> Planned:
    """Make it so. Raises `OutdatedPlan`, `Refused`."""
    return configuration.apply(tx, draft, call.by(user), known)


def origins(tx: Tx, user: User, queue: str | None) -> list[SettingOrigin]:
    """Each setting's value for the tenant or on a queue, and where it comes from (C3)."""
    return configuration.origins(current(tx, user), queue)


def _check_trust(user: User, held: Configuration, wanted: Configuration) -> None:
    """Refuses what only a file may say, and what would lock this user out."""
    problems = list(_distrusted(held, wanted))
    mine = _key_of(held, user) or _key_of(wanted, user)
    if mine not in wanted.users or wanted.users[mine].role is not Role.ADMINISTRATOR:
        problems.append(Problem(("users",), "must keep you as an administrator"))
    if problems:
        raise Refused(problems)


def _key_of(document: Configuration, user: User) -> str | None:
    return next((key for key, u in document.users.items() if u.email.lower() == user.email), None)


def _distrusted(held: Configuration, wanted: Configuration) -> Iterator[Problem]:
    if wanted.tenant != held.tenant:
        yield Problem(("tenant",), f"must be {held.tenant}")
        return
    for key, account in wanted.accounts.items():
        before = held.accounts.get(key)
        if account.url != (None if before is None else before.url):
            yield Problem(("accounts", key, "url"), "can only be changed by a file")
        yield from _secrets(held, ("accounts", key, "secrets"), account.secrets, before)
    for key, webhook in wanted.webhooks.items():
        known = held.webhooks.get(key)
        if known is None or known.secret != webhook.secret:
            yield from _secret(held, ("webhooks", key, "secret"), webhook.secret)
    # The secret is sent there: one that is not the tenant's own must not go to a new address.
    there = wanted.crm
    if there and (held.crm is None or (held.crm.url, held.crm.secret) != (there.url, there.secret)):
        yield from _secret(held, ("crm", "secret"), there.secret)


def _secrets(
    held: Configuration, path: Path, secrets: dict[str, Secret], before: Account | None
) -> Iterator[Problem]:
    for name, secret in secrets.items():
        if before is None or before.secrets.get(name) != secret:
            yield from _secret(held, (*path, name), secret)


def _secret(held: Configuration, path: Path, secret: Secret) -> Iterator[Problem]:
    if not secret.belongs_to(held.tenant):
        own = f"{own_variables(held.tenant)} and no further _"
        yield Problem(path, f"must be a variable that begins with {own}; others need a file")
