"""Which numbers of ours an entry of the ledger covers, and what a repeated STOP adds."""

from __future__ import annotations

import pytest

from domain.consent import Consent, Line, Said, adds, standing
from domain.statuses import OptOutScope

TOP, LEAF, ELSEWHERE = 1, 2, 3
OURS, SIBLING = 10, 11
OUT, IN = Consent.OPTED_OUT, Consent.OPTED_IN


def said(entry_id: int | None, status: Consent = OUT, queue_id: int = TOP) -> Said:
    """To the number OURS, when opt-outs reach as far as a queue."""
    return Said(status, OptOutScope.QUEUE, queue_id, OURS, entry_id)


def left(entry_id: int) -> Line:
    """The sibling, taken to another queue when the ledger had come so far."""
    return Line(SIBLING, frozenset({ELSEWHERE}), {TOP: entry_id})


def test_what_was_said_before_a_number_left_the_queue_goes_on_covering_it() -> None:
    assert said(5).covers(left(5))
    assert said(4).covers(left(5))


def test_what_is_said_after_a_number_left_the_queue_is_not_said_of_it() -> None:
    assert not said(6).covers(left(5))
    assert not said(None).covers(left(5))
    assert not said(5, queue_id=LEAF).covers(left(5))


def test_a_start_of_before_the_move_goes_on_holding_too() -> None:
    stands = standing([said(6), said(5, IN), said(4)], left(5))
    assert stands is not None
    assert stands.status is IN


def test_a_number_that_leaves_a_queue_again_is_covered_up_to_the_later_time() -> None:
    there = Line(SIBLING, frozenset({TOP, LEAF}), {TOP: 5, ELSEWHERE: 2})
    assert there.left_for(frozenset({TOP}), 9) == {TOP: 5, ELSEWHERE: 2, LEAF: 9}
    assert there.left_for(frozenset(), 9) == {TOP: 9, ELSEWHERE: 2, LEAF: 9}


@pytest.mark.parametrize(
    ("stands", "new", "queues", "more"),
    [
        (None, said(None), {TOP}, True),
        (said(1, IN), said(None), {TOP}, True),
        (said(1), said(None), {TOP}, False),
        # To a number in a leaf below the queue whose numbers are silent already.
        (said(1), said(None, queue_id=LEAF), {LEAF, TOP}, False),
        # The number has moved meanwhile: its new queue has heard nothing yet.
        (said(1), said(None, queue_id=ELSEWHERE), {ELSEWHERE}, True),
        (said(1, queue_id=LEAF), said(None), {TOP}, True),
    ],
)
def test_a_stop_again_adds_what_the_one_before_did_not_reach(
    stands: Said | None, new: Said, queues: set[int], more: bool
) -> None:
    assert adds(stands, new, Line(OURS, frozenset(queues))) is more
