"""The chat's timers: which run, how long, and when they are due (product D, rule 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.decisions import ChatState
from domain.hours import Schedule
from domain.statuses import ENDED, ChatStatus, Direction
from domain.timers import (
    Timer,
    Timers,
    after_minutes,
    deadlines,
    timers_of,
    window_after_sending,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def lengths(**given: float) -> Any:
    return {name: minutes(length) for name, length in given.items()}


@pytest.mark.parametrize("timer", Timer)
@pytest.mark.parametrize("allowed", [1, 2, 10_079, 10_080])
def test_a_timer_may_have_1_to_10080_minutes(timer: Timer, allowed: int) -> None:
    assert getattr(Timers(**lengths(**{timer: allowed})), timer) == minutes(allowed)


@pytest.mark.parametrize("timer", Timer)
@pytest.mark.parametrize("refused", [-5, 0, 0.99, 10_080.01, 10**6])
def test_any_other_length_is_refused_by_name(timer: Timer, refused: float) -> None:
    with pytest.raises(ValueError, match=f"{timer} must be 1 to 10080 minutes"):
        Timers(**lengths(**{timer: refused}))


def test_the_defaults_are_those_of_the_product() -> None:
    assert {timer: getattr(Timers(), timer) / minutes(1) for timer in Timer} == {
        Timer.SELECTING: 1440,
        Timer.UNANSWERED: 240,
        Timer.UNANSWERED_AFTER_HOURS: 4320,
        Timer.OUTBOUND: 60,
        Timer.CHAT: 1440,
        Timer.DISMISSAL: 60,
        Timer.NOTICE: 5,
    }
    assert not Timers().dismissal


# Every timer has a length of its own, so that a deadline says whose it is.
EACH = Timers(
    **lengths(
        queue_selecting_expiration=10,
        unanswered_expiration=20,
        unanswered_expiration_after_hours=30,
        outbound_timeout=40,
        chat_timeout=50,
        dismissal_timeout=35,
        dismissal_notice=5,
    ),
    dismissal=True,
)
# Open until 12:15 that day, then from 09:00 on the next.
HOURS = Schedule("UTC", "Mo-Su 09:00-12:15")
SILENT = NOON + minutes(1)


def chat(status: ChatStatus, **facts: Any) -> ChatState:
    return ChatState(status, 1, 2, "en", NOON, **facts)


def due(state: ChatState, timers: Timers = EACH, hours: Schedule | None = None) -> dict[str, float]:
    """The minutes after noon at which each running timer is due."""
    found = deadlines(state, timers, hours)
    return {str(timer): (at - NOON) / minutes(1) for timer, at in found.items()}


SELECTING, UNANSWERED, AFTER_HOURS = (
    "queue_selecting_expiration",
    "unanswered_expiration",
    "unanswered_expiration_after_hours",
)
CHAT, OURS, DISMISSAL, NOTICE = (
    "chat_timeout",
    "outbound_timeout",
    "dismissal_timeout",
    "dismissal_notice",
)
DISMISSABLE = {CHAT: 50, DISMISSAL: 36, NOTICE: 31}
OTHERS = sorted(ENDED)


@pytest.mark.parametrize(
    ("status", "direction", "facts", "runs"),
    [
        (ChatStatus.SELECTING, INBOUND, {}, {SELECTING: 10}),
        (ChatStatus.SELECTING, OUTBOUND, {"heard": False}, {SELECTING: 10}),
        (ChatStatus.SELECTING, OUTBOUND, {}, {SELECTING: 10}),
        (ChatStatus.QUEUED, INBOUND, {}, {UNANSWERED: 20}),
        (ChatStatus.QUEUED, OUTBOUND, {}, {UNANSWERED: 20}),
        (ChatStatus.QUEUED, INBOUND, {"heard": False}, {UNANSWERED: 20}),
        (ChatStatus.ASSIGNED, INBOUND, {}, {CHAT: 50}),
        (ChatStatus.ASSIGNED, INBOUND, {"silent_from": SILENT}, DISMISSABLE),
        (ChatStatus.ASSIGNED, INBOUND, {"silent_from": SILENT, "noticed": True},
         {CHAT: 50, DISMISSAL: 36}),
        # It came back from dismissal, and the consumer has not written again.
        (ChatStatus.ASSIGNED, INBOUND, {"silent_from": SILENT, "heard": False}, {CHAT: 50}),
        # Not answered yet: the selecting timer, with an agent too.
        (ChatStatus.ASSIGNED, OUTBOUND, {"heard": False}, {SELECTING: 10}),
        (ChatStatus.ASSIGNED, OUTBOUND, {"heard": False, "silent_from": SILENT}, {SELECTING: 10}),
        (ChatStatus.QUEUED, OUTBOUND, {"heard": False}, {SELECTING: 10}),
        # Answered: it stays outbound, and is never dismissed.
        (ChatStatus.ASSIGNED, OUTBOUND, {}, {OURS: 40}),
        (ChatStatus.ASSIGNED, OUTBOUND, {"silent_from": SILENT}, {OURS: 40}),
        (ChatStatus.DISMISSED, INBOUND, {"heard": False}, {CHAT: 50}),
        *((status, direction, {}, {}) for status in OTHERS for direction in (INBOUND, OUTBOUND)),
    ],
)  # fmt: skip
def test_which_timers_run_in_which_phase_of_which_chat(
    status: ChatStatus, direction: Direction, facts: dict[str, Any], runs: dict[str, float]
) -> None:
    assert due(chat(status, direction=direction, **facts)) == runs


def test_without_dismissal_a_silent_consumer_has_the_chat_timeout_alone() -> None:
    silent = chat(ChatStatus.ASSIGNED, silent_from=SILENT)
    assert due(silent, replace(EACH, dismissal=False)) == {CHAT: 50}


def test_a_notice_that_would_come_before_the_silence_does_not_come() -> None:
    silent = chat(ChatStatus.ASSIGNED, silent_from=SILENT)
    long = replace(EACH, dismissal_notice=EACH.dismissal_timeout)
    assert due(silent, long) == {CHAT: 50, DISMISSAL: 36}


def test_open_and_closed_minutes_of_a_waiting_chat_are_counted_apart() -> None:
    """15 minutes were open before it closes, so 5 of 20 are left for the next morning."""
    tomorrow = 21 * 60
    assert due(chat(ChatStatus.QUEUED), hours=HOURS) == {
        UNANSWERED: tomorrow + 5,
        AFTER_HOURS: 15 + 30,
    }


@pytest.mark.parametrize(
    ("expression", "open_minutes", "closed_minutes", "opened", "closed"),
    [
        ("24/7", 60, 60, 60, None),
        ("off", 60, 60, None, 60),
        # Open until 13:00: an hour to the minute ends with it.
        ("Mo-Su 09:00-13:00", 60, 60, 60, 120),
        ("Mo-Su 09:00-13:00", 61, 60, 21 * 60 + 1, 120),
        # A lunch break: 30 minutes open, 60 closed, and on.
        ("Mo-Su 09:00-12:30,13:30-18:00", 60, 60, 120, 90),
        ("Mo-Su 09:00-12:30,13:30-18:00", 60, 61, 120, 6 * 60 + 1),
        # A weekday's hours, counted over days.
        ("Mo-Fr 12:00-12:10", 30, 4320, 2 * 1440 + 10, 3 * 1440 + 40),
    ],
)
def test_only_the_minutes_that_are_open_or_closed_count(
    expression: str,
    open_minutes: int,
    closed_minutes: int,
    opened: float | None,
    closed: float | None,
) -> None:
    hours = Schedule("UTC", expression)

    def counted(length: int, *, while_open: bool) -> float | None:
        at = after_minutes(NOON, minutes(length), hours, while_open=while_open)
        return None if at is None else (at - NOON) / minutes(1)

    assert counted(open_minutes, while_open=True) == opened
    assert counted(closed_minutes, while_open=False) == closed


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("expression", "since", "length", "while_open", "at"),
    [
        # 8 March 2026: 02:00 becomes 03:00, and the night shift is an hour shorter.
        ("Mo-Su 22:00-06:00", "2026-03-07T22:00-05:00", 420, True, "2026-03-08T06:00-04:00"),
        ("Mo-Su 22:00-06:00", "2026-03-07T22:00-05:00", 421, True, "2026-03-08T22:01-04:00"),
        ("Mo-Su 09:00-17:00", "2026-03-07T17:00-05:00", 900, False, "2026-03-08T09:00-04:00"),
        # 1 November 2026: 02:00 becomes 01:00, and it is an hour longer.
        ("Mo-Su 22:00-06:00", "2026-10-31T22:00-04:00", 540, True, "2026-11-01T06:00-05:00"),
        ("Mo-Su 22:00-06:00", "2026-10-31T22:00-04:00", 541, True, "2026-11-01T22:01-05:00"),
        ("Mo-Su 09:00-17:00", "2026-10-31T17:00-04:00", 1020, False, "2026-11-01T09:00-05:00"),
    ],
)
def test_minutes_are_counted_across_a_change_of_the_clocks(
    expression: str, since: str, length: int, while_open: bool, at: str
) -> None:
    hours = Schedule(NEW_YORK, expression)
    began = datetime.fromisoformat(since).astimezone(UTC)
    found = after_minutes(began, minutes(length), hours, while_open=while_open)
    assert found == datetime.fromisoformat(at)


def test_a_holiday_is_closed_time() -> None:
    hours = Schedule("UTC", "Mo-Su 09:00-17:00", ((date(2026, 3, 3), None),))
    # 5 hours open today, none tomorrow, the sixth on the day after.
    opened = after_minutes(NOON, minutes(360), hours, while_open=True)
    assert opened == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("timer", [t for t in Timer if t is not Timer.NOTICE])
@pytest.mark.parametrize("direction", Direction)
def test_the_nearest_setting_wins_but_expirations_of_a_queue_are_for_inbound_chats(
    timer: Timer, direction: Direction
) -> None:
    ours = direction is OUTBOUND and timer.endswith(("expiration", "after_hours"))
    found = timers_of({timer: 7}, {timer: 8}, direction)
    assert getattr(found, timer) == minutes(8 if ours else 7)
    assert getattr(timers_of({}, {timer: 8}, direction), timer) == minutes(8)
    assert timers_of({}, {}, direction) == Timers()


def test_whether_chats_are_dismissed_is_a_queues_own_affair() -> None:
    assert timers_of({"dismissal": True}, {"dismissal": False}, INBOUND).dismissal
    assert not timers_of({"dismissal": False}, {"dismissal": True}, INBOUND).dismissal


CHANGED = NOON + minutes(20)


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        # Shorter: its length counts from the change, and never past the old deadline.
        (50, 10, 30),
        (50, 40, 50),
        (50, 29, 49),
        # Longer, or the same: as if it had always been so.
        (50, 90, 90),
        (50, 50, 50),
        # Switched on by the change: it had no deadline before.
        (None, 5, 25),
    ],
)
def test_a_shorter_timer_never_fires_for_time_that_was_given(
    old: float | None, new: float, at: float
) -> None:
    before = {} if old is None else {CHAT: NOON + minutes(old)}
    timers = Timers(**lengths(chat_timeout=new))
    found = deadlines(chat(ChatStatus.ASSIGNED), timers, None, before, CHANGED)
    assert found == {CHAT: NOON + minutes(at)}
    # Reckoned again, it is the same.
    again = deadlines(
        chat(ChatStatus.ASSIGNED), timers, None, {str(k): v for k, v in found.items()}, CHANGED
    )
    assert again == found


def test_a_window_that_began_after_the_change_is_that_of_the_new_settings() -> None:
    timers = Timers(**lengths(chat_timeout=10))
    before = {CHAT: NOON + minutes(50)}
    state = replace(chat(ChatStatus.ASSIGNED), window_from=CHANGED)
    assert deadlines(state, timers, None, before, CHANGED) == {CHAT: CHANGED + minutes(10)}


def test_shorter_hours_never_fire_for_time_that_was_given() -> None:
    """It was open around the clock; now it closes at 12:15, five minutes before the change."""
    timers = Timers(**lengths(unanswered_expiration=240, unanswered_expiration_after_hours=3))
    before = {UNANSWERED: NOON + minutes(240)}
    found = deadlines(chat(ChatStatus.QUEUED), timers, HOURS, before, CHANGED)
    assert found[Timer.UNANSWERED_AFTER_HOURS] == CHANGED + minutes(3)


@pytest.mark.parametrize(
    ("waited", "due", "moved"),
    [
        (0, 60, False),
        (1, 60, False),
        (1.01, 60, True),
        (59, 60, True),
        (90, 60, True),
        # A short window that ran out while the text went out in good time.
        (1, 1, True),
        (0.5, 1, False),
        (0.5, None, False),
    ],
)
def test_the_window_starts_anew_only_when_an_outage_held_the_text_up(
    waited: float, due: float | None, moved: bool
) -> None:
    sent = NOON + minutes(waited)
    due_at = None if due is None else NOON + minutes(due)
    window = window_after_sending(NOON, due_at, written=NOON, sent=sent)
    assert window == (sent if moved else NOON)


def test_a_window_never_moves_back() -> None:
    later = NOON + minutes(10)
    sent = NOON + minutes(5)
    assert window_after_sending(later, None, written=NOON, sent=sent) == later
