"""Carrier accounts and the numbers that they own, as an operator sets them up (product C4).

Whether an account owns a number, and can send texts from it, is the carrier's word: asked
between two transactions, and only a number that it has vouched for may be given to a queue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from carriers.protocol import NoAnswer, NotOwned, Owned, Ownership
from domain.phones import InvalidNumber, parse
from domain.statuses import NumberStatus, OptOutReplies
from services.errors import Conflict, InvalidField, NotFound
from store import accounts, locks, numbers, tenants
from store.database import Tx
from store.numbers import Account, Number

_NAME = re.compile("[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class NumberSettings:
    """What may be set of a number; None leaves it as it is."""

    optout_replies: OptOutReplies | None = None
    segments_per_second: int | None = None


def connect(tx: Tx, wanted: Account) -> Account:
    """Make or change an account. Its name stands in webhooks' addresses."""
    if not _NAME.fullmatch(wanted.name):
        raise InvalidField("name", "must be small letters, digits and dashes, 63 at most")
    known = numbers.account(tx, wanted.carrier, wanted.name)
    if known is not None and known.tenant_id != wanted.tenant_id:
        raise Conflict(f"The name {wanted.name} is taken.")
    return accounts.save(tx, wanted)


def add_number(
    tx: Tx, tenant_id: int, raw: str, carrier: str, account: str, settings: NumberSettings
) -> Number:
    """Enter a number of an account, or change the one that is there.

    With another account it has to be verified again.
    """
    try:
        written = parse(raw)
    except InvalidNumber:
        raise InvalidField("number", "must be in E.164 (+14155550100) or a short code") from None
    owning = numbers.account(tx, carrier, account)
    if owning is None or owning.tenant_id != tenant_id:
        raise NotFound(f"There is no account {account} with {carrier}.")
    owner = accounts.owner(tx, written)
    if owner is not None and owner[1] != tenant_id:
        raise Conflict("The number is taken.")
    number_id = owner[0] if owner else accounts.add_number(tx, tenant_id, written, owning.id)
    if numbers.by_id(tx, tenant_id, number_id).account_id != owning.id:
        moved: dict[str, object] = {"account_id": owning.id, "status": NumberStatus.UNVERIFIED}
        if numbers.by_id(tx, tenant_id, number_id).fallback_id == owning.id:
            moved["fallback_account_id"] = None
        accounts.change_number(tx, tenant_id, number_id, **moved)
    if settings.segments_per_second is not None:
        if settings.segments_per_second < 1:
            raise InvalidField("segments_per_second", "must be at least 1")
        accounts.change_number(
            tx, tenant_id, number_id, segments_per_second=settings.segments_per_second
        )
    if settings.optout_replies is not None:
        accounts.change_number(tx, tenant_id, number_id, optout_replies=settings.optout_replies)
    return numbers.by_id(tx, tenant_id, number_id)


def begin_verification(tx: Tx, tenant_id: int, number_id: int) -> Account:
    """The account to ask. A number that was verified before stays in use meanwhile."""
    number = numbers.lock(tx, tenant_id, number_id)
    if not number.verified:
        accounts.change_number(tx, tenant_id, number_id, status=NumberStatus.VERIFYING)
    return numbers.account_by_id(tx, number.account_id)


def end_verification(
    tx: Tx, tenant_id: int, number_id: int, account_id: int, answer: Ownership
) -> NumberStatus:
    """What the carrier said; without an answer everything is as it was before."""
    number = numbers.lock(tx, tenant_id, number_id)
    match answer:
        case Owned(sms=True):
            status = NumberStatus.VERIFIED
        case Owned() | NotOwned():
            status = NumberStatus.FAILED
        case NoAnswer():
            status = number.status if number.verified else NumberStatus.UNVERIFIED
    return accounts.settle_verification(tx, tenant_id, number_id, account_id, status)


def second_account(tx: Tx, tenant_id: int, number_id: int, carrier: str, name: str) -> Account:
    """The account to ask whether it owns the number as well."""
    number = numbers.by_id(tx, tenant_id, number_id)
    found = numbers.account(tx, carrier, name)
    if found is None or found.tenant_id != number.tenant_id:
        raise NotFound(f"There is no account {name} with {carrier}.")
    if found.id == number.account_id:
        raise InvalidField("fallback", "must be another account than the number's own")
    return found


def set_fallback(tx: Tx, tenant_id: int, number_id: int, account_id: int | None) -> None:
    """Let texts go out by this second account while the first is out of order; its carrier has
    vouched for the number. None: there is no second one any more."""
    number = numbers.lock(tx, tenant_id, number_id)
    if number.account_id != account_id:
        accounts.change_number(tx, tenant_id, number_id, fallback_account_id=account_id)


def assign(tx: Tx, tenant_id: int, number_id: int, queue: str) -> None:
    """Texts to this number come in at this queue, named by its name or path (`A / B`)."""
    locks.routing(tx, tenant_id)
    number = numbers.lock(tx, tenant_id, number_id)
    if not number.verified:
        raise Conflict(f"Only a verified number can be assigned; this one is {number.status}.")
    found = tenants.tree(tx, tenant_id).named(queue)
    if len(found) != 1:
        how = "No queue is" if not found else "Several queues are"
        raise InvalidField("queue", f"must name one queue. {how} called {queue!r}.")
    accounts.change_number(tx, tenant_id, number_id, queue_id=found[0].id)
