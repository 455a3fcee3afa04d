"""The circuit breaker of a carrier account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import health
from domain.health import (
    LONGEST_TOLD_PAUSE,
    PROBE_LEASE,
    PROBE_PAUSES,
    RUN,
    TRIAL_LEASE,
    TRIES_UNASKED,
    Breaker,
    Health,
    Way,
    in_words,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WELL = Health()
TEXT, OTHER = 7, 8


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def fail(known: Health, at: datetime = NOON, text: int = TEXT, **more: object) -> Health:
    began: datetime = more.pop("began", at)  # type: ignore[assignment]
    return health.failed(known, at, text, began, "HTTP 503", **more)  # type: ignore[arg-type]


def opened(at: datetime = NOON) -> Health:
    known = WELL
    for _ in range(RUN):
        known = fail(known, at)
    return known


def tried(at: datetime, text: int = TEXT) -> Health:
    """Half-open, with a text that tries."""
    return health.trial_taken(health.probed(opened(), at, None), at, text)


def test_a_run_of_failures_opens_it_and_a_success_between_them_starts_the_count_anew() -> None:
    known = WELL
    for _ in range(RUN - 1):
        known = fail(known)
    assert known.breaker is Breaker.CLOSED
    assert health.succeeded(known, NOON, TEXT).failures == 0
    known = fail(known)
    assert (known.breaker, known.openings, known.opened_at) == (Breaker.OPEN, 1, NOON)
    assert fail(health.succeeded(replace(known, breaker=Breaker.CLOSED), NOON, 1)).failures == 1


def test_an_account_that_is_well_is_not_written_to() -> None:
    assert health.succeeded(WELL, NOON, TEXT) == WELL


def test_texts_that_were_on_their_way_say_nothing_of_an_account_that_has_changed_since() -> None:
    known = opened(after(10))
    assert fail(known, after(11), OTHER, began=after(9)) == known
    assert health.succeeded(known, after(11), OTHER) == known
    back = health.succeeded(tried(after(20)), after(21), TEXT)
    assert back.breaker is Breaker.CLOSED
    assert fail(back, after(22), OTHER, began=after(9)) == back
    assert fail(back, after(23), OTHER, began=after(22)).failures == 1


def test_it_is_asked_with_growing_pauses_and_by_one_process_at_a_time() -> None:
    known, at = opened(), NOON
    for pause in (*PROBE_PAUSES[1:], PROBE_PAUSES[-1])[: TRIES_UNASKED - 1]:
        assert known.probe_at is not None
        assert not health.probe_due(known, known.probe_at - timedelta(milliseconds=1))
        at = known.probe_at
        assert health.probe_due(known, at)
        taken = health.probe_taken(known, at)
        assert not health.probe_due(taken, at + PROBE_LEASE - timedelta(seconds=1))
        assert health.probe_due(taken, at + PROBE_LEASE)
        known = health.probed(taken, at, "no connection")
        assert (known.breaker, known.probe_at) == (Breaker.OPEN, at + pause)
        assert (known.since, known.reason) == (NOON, "no connection")


@pytest.mark.parametrize(
    ("told", "pause"),
    [
        (None, PROBE_PAUSES[0]),
        (timedelta(seconds=1), PROBE_PAUSES[0]),
        (timedelta(seconds=60), timedelta(seconds=60)),
        (timedelta(hours=1), LONGEST_TOLD_PAUSE),
    ],
)
def test_a_carrier_that_says_when_to_come_again_is_left_alone_until_then(
    told: timedelta | None, pause: timedelta
) -> None:
    known = replace(WELL, failures=RUN - 1)
    assert fail(known, retry_after=told).probe_at == NOON + pause


def test_when_it_answers_again_one_text_tries_it_and_decides() -> None:
    known = health.probed(opened(), after(5), None)
    assert health.way_out([("a", known)], after(5)) == Way("a", trial=True)
    known = health.trial_taken(known, after(5), TEXT)
    assert health.way_out([("a", known)], after(6)) is None
    # Only the text that tries is believed.
    assert health.succeeded(known, after(6), OTHER) == known
    assert fail(known, after(6), OTHER) == known
    closed = health.succeeded(known, after(6), TEXT)
    assert (closed.breaker, closed.openings, closed.failures) == (Breaker.CLOSED, 1, 0)
    again = fail(known, after(6))
    assert (again.breaker, again.probe_at) == (Breaker.OPEN, after(6) + PROBE_PAUSES[1])
    assert (again.openings, again.opened_at) == (1, NOON)


def test_a_trial_that_was_never_decided_makes_room_for_another() -> None:
    known = tried(after(5))
    at = after(5) + TRIAL_LEASE
    assert health.way_out([("a", known)], at - timedelta(seconds=1)) is None
    assert health.way_out([("a", known)], at) == Way("a", trial=True)


def test_the_first_account_that_takes_texts_carries_them() -> None:
    out, back = opened(), health.probed(opened(), after(5), None)
    ways = [
        ((WELL, WELL), ("a", False)),
        ((out, WELL), ("b", False)),
        ((back, WELL), ("a", True)),
        ((tried(after(5)), WELL), ("b", False)),
        ((out, back), ("b", True)),
    ]
    for (first, second), (account, trial) in ways:
        found = health.way_out([("a", first), ("b", second)], after(6))
        assert found == Way(account, trial)
    assert health.way_out([("a", out), ("b", out)], after(6)) is None


def test_an_account_that_may_not_be_asked_is_tried_with_a_text_where_there_is_no_other_way() -> (
    None
):
    known = opened()
    for _ in range(TRIES_UNASKED):
        assert known.breaker is Breaker.OPEN
        known = health.probed(known, known.probe_at or NOON, "HTTP 403")
    assert (known.breaker, known.answered) == (Breaker.HALF_OPEN, False)
    at = known.since or NOON
    assert health.way_out([("a", known)], at) == Way("a", trial=True)
    assert health.way_out([("a", known), ("b", WELL)], at) == Way("b", trial=False)


def test_texts_without_a_way_wait_for_the_next_question_and_come_one_after_the_other() -> None:
    waits = [health.wait([opened()], NOON, text) for text in range(16)]
    assert len(set(waits)) == 8
    assert min(waits) == PROBE_PAUSES[0]
    assert max(waits) < 2 * health.LONGEST_WAIT
    assert health.wait([], NOON, 0) == health.SHORTEST_WAIT


def test_operators_are_told_in_a_sentence() -> None:
    assert in_words(WELL) == "In order."
    assert "1 of 5 failures in a row" in in_words(fail(WELL))
    assert in_words(opened()) == (
        "Out of order since 2026-03-02 12:00:00 UTC: HTTP 503. Asked again at"
        " 2026-03-02 12:00:05 UTC."
    )
    assert in_words(tried(after(5))).startswith("It answers again; the next text tries it.")


@given(st.lists(st.sampled_from(["fails", "succeeds", "asked", "in vain", "tries"]), max_size=60))
def test_whatever_happens_it_is_in_one_state_and_never_stuck(steps: list[str]) -> None:
    known, at = WELL, NOON
    for number, step in enumerate(steps):
        at += timedelta(seconds=40)
        match step:
            case "fails":
                known = fail(known, at, known.trial or number)
            case "succeeds":
                known = health.succeeded(known, at, known.trial or number)
            case "asked" | "in vain" if health.probe_due(known, at):
                refusal = None if step == "asked" else "no"
                known = health.probed(health.probe_taken(known, at), at, refusal)
            case "tries" if (way := health.way_out([("a", known)], at)) and way.trial:
                known = health.trial_taken(known, at, number)
        assert known.failures < RUN
        later = at + timedelta(hours=1)
        due = health.probe_due(known, later)
        assert due or health.way_out([("a", known)], later) is not None
