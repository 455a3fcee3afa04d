"""Carrier accounts that fail and recover: one judgement per answer, the same for all processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carriers.protocol import Busy, NoAnswer
from domain import health as rules
from domain.health import Breaker, Health
from store import health, numbers
from store.database import Tx
from store.numbers import Account


@dataclass(frozen=True)
class Try:
    """What was tried with an account: a text, or its look-up, begun at a time."""

    tenant_id: int
    account_id: int
    message_id: int
    began_at: datetime


def answered(tx: Tx, tried: Try) -> None:
    """The carrier is well, whatever it said of the text. Costs a query as long as all is well."""
    known = health.read(tx, tried.account_id)
    if rules.succeeded(known, tx.now, tried.message_id) != known:
        health.change(
            tx,
            tried.tenant_id,
            tried.account_id,
            lambda before: rules.succeeded(before, tx.now, tried.message_id),
        )


def failed(tx: Tx, tried: Try, answer: Busy | NoAnswer) -> bool:
    """A failure of the carrier's own; whether the account takes no texts any more."""
    told = answer.retry_after if isinstance(answer, Busy) else None

    def judge(before: Health) -> Health:
        return rules.failed(before, tx.now, tried.message_id, tried.began_at, answer.reason, told)

    _, now = health.change(tx, tried.tenant_id, tried.account_id, judge)
    return now.breaker is not Breaker.CLOSED


def take_trial(tx: Tx, account: Account, message_id: int) -> bool:
    """Let this text be the one that tries a half-open account; False: another one is."""

    def take(before: Health) -> Health:
        way = rules.way_out([(account, before)], tx.now)
        free = way is not None and way.trial
        return rules.trial_taken(before, tx.now, message_id) if free else before

    before, after = health.change(tx, account.tenant_id, account.id, take)
    return after != before


def due(tx: Tx) -> list[int]:
    """The accounts out of order that are to be asked again."""
    return [one for one, known in health.open_ones(tx) if rules.probe_due(known, tx.now)]


@dataclass(frozen=True)
class Probe:
    """A question to an account out of order: does it own this number? None: it has none."""

    account: Account
    number: str | None
    open_since: datetime | None


def take_probe(tx: Tx, account_id: int) -> Probe | None:
    """Of several processes one gets it; the others None."""
    account = numbers.account_by_id(tx, account_id)

    def take(before: Health) -> Health:
        return rules.probe_taken(before, tx.now) if rules.probe_due(before, tx.now) else before

    before, after = health.change(tx, account.tenant_id, account_id, take)
    if after == before:
        return None
    return Probe(account, health.number_of(tx, account_id), after.opened_at)


def probed(tx: Tx, probe: Probe, refusal: str | None) -> Health:
    """Note what came of the question: an answer, or `refusal` in its place."""
    _, after = health.change(
        tx,
        probe.account.tenant_id,
        probe.account.id,
        lambda before: rules.probed(before, tx.now, refusal),
    )
    return after
