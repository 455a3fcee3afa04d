"""A circuit breaker per carrier account: when it opens, who tries it, and when it closes again.

Only failures that are the carrier's own count: busy, no answer, the account refused. A text that
was refused for what it is, and "slower, please", show that the carrier is well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

# So many failures in a row open the breaker.
RUN = 5
# How long an account out of order is left alone before it is asked again; the last one repeats.
PROBE_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 30))
# Whoever asks has so long for it; then another process may ask.
PROBE_LEASE = timedelta(seconds=30)
# The same for the one text that tries an account that answers again. Longer than an activity.
TRIAL_LEASE = timedelta(seconds=30)
# After so many questions in vain one text tries all the same, where it has no other way: the
# account may be allowed to send and not to be asked.
TRIES_UNASKED = 5
LONGEST_TOLD_PAUSE = timedelta(minutes=5)
# How often a text that has no way out looks again.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(seconds=20)

A = TypeVar("A")


class Breaker(StrEnum):
    """Closed: texts go out. Open: none is handed over. Half-open: one text tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True)
class Health:
    """What is known of an account; the default is one with nothing against it.

    `failures` are those in a row while closed, `probes` those to come back; `since` is when the
    breaker last changed. `answered`: half-open because the carrier has answered a question.
    `trial` is the text that tries, until `trial_until`.
    """

    breaker: Breaker = Breaker.CLOSED
    since: datetime | None = None
    failures: int = 0
    reason: str | None = None
    failed_at: datetime | None = None
    opened_at: datetime | None = None
    openings: int = 0
    probes: int = 0
    probe_at: datetime | None = None
    answered: bool = False
    trial: int | None = None
    trial_until: datetime | None = None


@dataclass(frozen=True)
class Way(Generic[A]):
    """By which account a text goes out; `trial`: it is the one that tries a half-open account."""

    account: A
    trial: bool


def failed(
    health: Health,
    now: datetime,
    message_id: int,
    tried_at: datetime,
    reason: str,
    retry_after: timedelta | None = None,
) -> Health:
    """After a failure of the carrier's own; `tried_at` is when that try began.

    A try that began before the breaker last changed says nothing of how it is now.
    """
    told = replace(health, reason=reason, failed_at=now)
    match health.breaker:
        case Breaker.CLOSED if health.since is None or tried_at >= health.since:
            told = replace(told, failures=health.failures + 1)
            if told.failures < RUN:
                return told
            return _opened(replace(told, opened_at=now, openings=health.openings + 1),
                           now, 0, retry_after)  # fmt: skip
        case Breaker.HALF_OPEN if message_id == health.trial:
            return _opened(told, now, health.probes + 1, retry_after)
    return health


def _opened(health: Health, now: datetime, probes: int, told: timedelta | None) -> Health:
    pause = PROBE_PAUSES[min(probes, len(PROBE_PAUSES) - 1)]
    return replace(
        health,
        breaker=Breaker.OPEN,
        since=now,
        failures=0,
        probes=probes,
        probe_at=now + max(pause, min(told or pause, LONGEST_TOLD_PAUSE)),
        answered=False,
        trial=None,
        trial_until=None,
    )


def succeeded(health: Health, now: datetime, message_id: int) -> Health:
    """After an answer that shows the carrier well: it ends a run, and a trial."""
    match health.breaker:
        case Breaker.CLOSED if health.failures:
            return replace(health, failures=0)
        case Breaker.HALF_OPEN if message_id == health.trial:
            return Health(Breaker.CLOSED, now, 0, health.reason, health.failed_at,
                          health.opened_at, health.openings)  # fmt: skip
    return health


def probe_due(health: Health, now: datetime) -> bool:
    """Whether the account out of order is to be asked again."""
    due = health.probe_at is not None and health.probe_at <= now
    return health.breaker is Breaker.OPEN and due


def probe_taken(health: Health, now: datetime) -> Health:
    """Somebody asks now, and nobody else does meanwhile."""
    return replace(health, probe_at=now + PROBE_LEASE)


def probed(health: Health, now: datetime, refusal: str | None) -> Health:
    """After a question: answered (`refusal` is None), or what came instead of an answer."""
    if health.breaker is not Breaker.OPEN:
        return health
    if refusal is None:
        return replace(health, breaker=Breaker.HALF_OPEN, since=now, answered=True, probe_at=None)
    told = replace(health, reason=refusal, failed_at=now)
    again = replace(_opened(told, now, health.probes + 1, None), since=health.since)
    if again.probes % TRIES_UNASKED == 0:
        return replace(again, breaker=Breaker.HALF_OPEN, since=now, probe_at=None)
    return again


def trial_taken(health: Health, now: datetime, message_id: int) -> Health:
    """This text tries the account."""
    return replace(health, trial=message_id, trial_until=now + TRIAL_LEASE)


def way_out(accounts: Sequence[tuple[A, Health]], now: datetime) -> Way[A] | None:
    """The account by which a text goes, of those that own its number, in their order; or none.

    An account that does not answer is tried with a text only where there is no other way: the
    text may then be in doubt.
    """
    last_resort: Way[A] | None = None
    for account, health in accounts:
        if health.breaker is Breaker.CLOSED:
            return Way(account, trial=False)
        free = health.trial_until is None or health.trial_until <= now
        if health.breaker is Breaker.HALF_OPEN and free:
            if health.answered:
                return Way(account, trial=True)
            last_resort = last_resort or Way(account, trial=True)
    return last_resort


def wait(accounts: Sequence[Health], now: datetime, message_id: int) -> timedelta:
    """How long a text without a way out waits before it looks again; spread, so that not all
    come at once."""
    probes = [health.probe_at or now for health in accounts]
    until = min(probes, default=now) - now
    pause = min(max(until, SHORTEST_WAIT), LONGEST_WAIT)
    return pause * (1 + message_id % 8 / 16)


def in_words(health: Health) -> str:
    """The state of an account as a sentence for operators."""
    last = f": {health.reason}" if health.reason else ""
    match health.breaker:
        case Breaker.OPEN:
            again = _clock(health.probe_at)
            return f"Out of order since {_clock(health.opened_at)}{last}. Asked again at {again}."
        case Breaker.HALF_OPEN:
            answers = "It answers again" if health.answered else "It does not answer"
            since = f"Out of order since {_clock(health.opened_at)}{last}."
            return f"{answers}; the next text tries it. {since}"
        case Breaker.CLOSED if health.failures:
            runs = f"{health.failures} of {RUN} failures in a row"
            return f"In order; {runs} that would stop it{last}."
    return "In order."


def _clock(at: datetime | None) -> str:
    return "?" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
