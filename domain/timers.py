"""The chat's timers (product D): which of them run, from when, and at what instant each is due.

A chat has one alarm, at the earliest. Every timer is reckoned to an instant, the unanswered ones
too, which count only the minutes in which the queue is open, or closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.decisions import ChatState
from domain.hours import Schedule
from domain.statuses import ENDED, ChatStatus, Direction

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(minutes=10_080)
# A text that waited longer than this to be sent was held up by an outage, and the consumer's
# window starts anew when it went out (architecture rule 5).
HELD_UP = timedelta(minutes=1)


class Timer(StrEnum):
    """What runs out, by the name of its setting."""

    SELECTING = "queue_selecting_expiration"
    UNANSWERED = "unanswered_expiration"
    UNANSWERED_AFTER_HOURS = "unanswered_expiration_after_hours"
    OUTBOUND = "outbound_timeout"
    CHAT = "chat_timeout"
    DISMISSAL = "dismissal_timeout"
    NOTICE = "dismissal_notice"


# Those that end a chat.
ENDING = frozenset(Timer) - {Timer.DISMISSAL, Timer.NOTICE}
EXPIRATIONS = frozenset({Timer.SELECTING, Timer.UNANSWERED, Timer.UNANSWERED_AFTER_HOURS})


@dataclass(frozen=True)
class Timers:
    """How long each is, 1 to 10,080 minutes (product D). `dismissal_notice` comes so long before
    the dismissal; where it is not shorter than that, there is none."""

    queue_selecting_expiration: timedelta = timedelta(minutes=1440)
    unanswered_expiration: timedelta = timedelta(minutes=240)
    unanswered_expiration_after_hours: timedelta = timedelta(minutes=4320)
    outbound_timeout: timedelta = timedelta(minutes=60)
    chat_timeout: timedelta = timedelta(minutes=1440)
    dismissal_timeout: timedelta = timedelta(minutes=60)
    dismissal_notice: timedelta = timedelta(minutes=5)
    dismissal: bool = False

    def __post_init__(self) -> None:
        for timer in Timer:
            if not SHORTEST <= getattr(self, timer) <= LONGEST:
                raise ValueError(f"{timer} must be 1 to 10080 minutes")


def timers_of(queue: Mapping[str, Any], tenant: Mapping[str, Any], direction: Direction) -> Timers:
    """The timers that hold, of settings in minutes: the queue's (inherited ones included), else
    the tenant's. A queue's expirations are for inbound chats alone (product D "Overrides").
    """
    found: dict[str, Any] = {}
    for field in fields(Timers):
        own = queue if field.name not in EXPIRATIONS or direction is Direction.INBOUND else {}
        value = own.get(field.name, tenant.get(field.name))
        if value is not None:
            timed = field.name in set(Timer)
            found[field.name] = timedelta(minutes=value) if timed else value
    return Timers(**found)


@dataclass(frozen=True)
class Run:
    """A timer that runs: since when its time counts."""

    timer: Timer
    since: datetime


def running(state: ChatState, timers: Timers) -> Iterator[Run]:
    """The timers that run for a chat as it stands; none for one that has ended."""
    outbound = state.direction is Direction.OUTBOUND
    if state.unanswered and state.status not in ENDED:
        # With or without an agent, and wherever it waits for one.
        yield Run(Timer.SELECTING, state.window_from)
        return
    match state.status:
        case ChatStatus.SELECTING:
            yield Run(Timer.SELECTING, state.window_from)
        case ChatStatus.QUEUED:
            yield Run(Timer.UNANSWERED, state.window_from)
            yield Run(Timer.UNANSWERED_AFTER_HOURS, state.window_from)
        case ChatStatus.ASSIGNED if outbound:
            yield Run(Timer.OUTBOUND, state.window_from)
        case ChatStatus.ASSIGNED:
            yield Run(Timer.CHAT, state.window_from)
            if timers.dismissal and state.heard and state.silent_from is not None:
                yield Run(Timer.DISMISSAL, state.silent_from)
                if not state.noticed and timers.dismissal_notice < timers.dismissal_timeout:
                    yield Run(Timer.NOTICE, state.silent_from)
        case ChatStatus.DISMISSED:
            yield Run(Timer.CHAT, state.window_from)


def due(run: Run, timers: Timers, hours: Schedule | None) -> datetime | None:
    """The instant at which a timer has run out; None where it never will."""
    length: timedelta = getattr(timers, run.timer)
    match run.timer:
        case Timer.UNANSWERED:
            return after_minutes(run.since, length, hours, while_open=True)
        case Timer.UNANSWERED_AFTER_HOURS:
            return after_minutes(run.since, length, hours, while_open=False)
        case Timer.NOTICE:
            return run.since + timers.dismissal_timeout - length
    return run.since + length


def after_minutes(
    since: datetime, length: timedelta, hours: Schedule | None, *, while_open: bool
) -> datetime | None:
    """When so much time has passed in which the hours were open, or closed; None: never."""
    if hours is None:
        return since + length if while_open else None
    at, left = since, length
    # Of the two unanswered timers one has run out by then, whatever the hours are.
    while at - since <= 2 * LONGEST:
        change = hours.next_change(at)
        counts = hours.is_open(at) is while_open
        if counts and (change is None or at + left <= change):
            return at + left
        if change is None:
            return None
        left -= change - at if counts else timedelta(0)
        at = change
    return None


def deadlines(
    state: ChatState,
    timers: Timers,
    hours: Schedule | None,
    before: Mapping[str, datetime] | None = None,
    changed_at: datetime | None = None,
) -> dict[Timer, datetime]:
    """When each running timer is due, under settings that hold since `changed_at`.

    `before` are the deadlines as last reckoned. A timer that was shortened while it ran, or
    switched on, counts its new length from the change, and never past the old deadline: no time
    is taken back that the old settings had given.
    """
    found: dict[Timer, datetime] = {}
    for run in running(state, timers):
        at = due(run, timers, hours)
        if at is None:
            continue
        if before is not None and changed_at is not None and changed_at > run.since:
            old = before.get(run.timer)
            if old is None or at < old:
                anew = due(Run(run.timer, changed_at), timers, hours)
                at = min((given for given in (old, anew) if given is not None), default=at)
        found[run.timer] = at
    return found


def first_run_out(found: Mapping[Timer, datetime], now: datetime) -> Timer | None:
    """The timer that ran out first; a notice that comes after what it announces is not given."""
    run_out = {timer: at for timer, at in found.items() if at <= now}
    if Timer.DISMISSAL in run_out:
        run_out.pop(Timer.NOTICE, None)
    return min(run_out, key=lambda timer: (run_out[timer], timer), default=None)


def ends_at(found: Mapping[str, datetime]) -> datetime | None:
    """When a chat with these deadlines ends by itself: dismissal and its notice end none."""
    return min((at for timer, at in found.items() if timer in ENDING), default=None)


def window_after_sending(
    window_from: datetime, due: datetime | None, written: datetime, sent: datetime
) -> datetime:
    """The window's start once a text went out: moved only when an outage held the text up."""
    held_up = sent - written > HELD_UP or (due is not None and sent >= due)
    return max(window_from, sent) if held_up else window_from
