"""The chat's window: how long it is, and when it starts anew (product D, rule 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.statuses import ENDED, ChatStatus
from domain.timers import Timers, deadline, window_after_sending

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIELDS = ["queue_selecting_expiration", "unanswered_expiration", "chat_timeout"]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("allowed", [1, 2, 10_079, 10_080])
def test_a_timer_may_have_1_to_10080_minutes(field: str, allowed: int) -> None:
    assert getattr(Timers(**{field: minutes(allowed)}), field) == minutes(allowed)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("refused", [-5, 0, 0.99, 10_080.01, 10**6])
def test_any_other_length_is_refused_by_name(field: str, refused: float) -> None:
    with pytest.raises(ValueError, match=f"{field} must be 1 to 10080 minutes"):
        Timers(**{field: minutes(refused)})


def test_the_defaults_are_those_of_the_product() -> None:
    assert [getattr(Timers(), field) for field in FIELDS] == [
        minutes(1440),
        minutes(240),
        minutes(1440),
    ]


@pytest.mark.parametrize(
    ("status", "length"),
    [(ChatStatus.SELECTING, 10), (ChatStatus.QUEUED, 20), (ChatStatus.ASSIGNED, 30)],
)
def test_the_status_says_how_long_the_window_is(status: ChatStatus, length: int) -> None:
    timers = Timers(minutes(10), minutes(20), minutes(30))
    assert deadline(status, NOON, timers) == NOON + minutes(length)


@pytest.mark.parametrize("status", sorted(ENDED))
def test_a_chat_that_has_ended_has_no_deadline(status: ChatStatus) -> None:
    assert deadline(status, NOON, Timers()) is None


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
