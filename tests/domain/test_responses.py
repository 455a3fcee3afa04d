"""How quickly agents answer: from the first text without an answer (product F3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.responses import ResponseTimes, Turn, response_times

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def told(*turns: tuple[float, float], joined: tuple[float, ...] = (0,)) -> tuple[float, float]:
    found = response_times([Turn(at(a), at(b)) for a, b in turns], [at(one) for one in joined])
    assert found.average is not None
    assert found.longest is not None
    return found.average / timedelta(minutes=1), found.longest / timedelta(minutes=1)


def test_each_answer_counts_and_the_longest_stands_apart() -> None:
    assert told((1, 2), (5, 8), (10, 15)) == (3, 5)


def test_waiting_for_an_agent_is_no_response_time() -> None:
    assert told((0, 12), joined=(10,)) == (2, 2)


def test_the_agent_who_took_over_is_not_blamed_for_the_one_before() -> None:
    assert told((1, 2), (3, 30), joined=(0, 26)) == (2.5, 4)


def test_without_an_answer_there_is_no_time() -> None:
    assert response_times([], [NOON]) == ResponseTimes(None, None)
