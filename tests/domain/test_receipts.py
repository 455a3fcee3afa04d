from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receipts import SegmentStatus, later, message_status

SENT, DELIVERED = SegmentStatus.SENT, SegmentStatus.DELIVERED
UNDELIVERED, FAILED = SegmentStatus.UNDELIVERED, SegmentStatus.FAILED

statuses = st.sampled_from(SegmentStatus)
truthful = st.sampled_from([DELIVERED, FAILED]).flatmap(
    lambda final: st.lists(st.sampled_from([SENT, UNDELIVERED, final]), min_size=1)
)


@given(truthful.flatmap(lambda receipts: st.tuples(st.just(receipts), st.permutations(receipts))))
def test_receipts_in_any_order_give_the_same_status(
    both: tuple[list[SegmentStatus], list[SegmentStatus]],
) -> None:
    in_order, shuffled = both
    assert reduce(later, in_order) == reduce(later, shuffled)


@given(st.sampled_from([DELIVERED, FAILED]), st.lists(statuses))
def test_delivered_and_failed_are_final(final: SegmentStatus, then: list[SegmentStatus]) -> None:
    assert reduce(later, then, final) == final


@given(statuses, statuses)
def test_a_receipt_that_is_repeated_changes_nothing(
    known: SegmentStatus, reported: SegmentStatus
) -> None:
    once = later(known, reported)
    assert later(once, reported) == once
    assert later(once, known) == once


@given(statuses)
def test_sent_never_replaces_another_status(known: SegmentStatus) -> None:
    assert later(known, SENT) == known
    assert later(SENT, known) == known


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        ([], SENT),
        ([None], SENT),
        ([SENT, None], SENT),
        ([DELIVERED, None], SENT),
        ([DELIVERED, SENT], SENT),
        ([DELIVERED], DELIVERED),
        ([DELIVERED, DELIVERED], DELIVERED),
        ([DELIVERED, UNDELIVERED], UNDELIVERED),
        ([UNDELIVERED, None], UNDELIVERED),
        ([UNDELIVERED, FAILED, DELIVERED], FAILED),
    ],
)
def test_a_message_is_as_good_as_its_worst_segment(
    segments: list[SegmentStatus | None], message: SegmentStatus
) -> None:
    assert message_status(segments) == message


@given(
    st.lists(st.one_of(st.none(), statuses), min_size=1).flatmap(
        lambda segments: st.tuples(st.just(segments), st.permutations(segments))
    )
)
def test_a_message_is_delivered_exactly_when_all_its_segments_are(
    both: tuple[list[SegmentStatus | None], list[SegmentStatus | None]],
) -> None:
    segments, shuffled = both
    everything = all(status == DELIVERED for status in segments)
    assert (message_status(segments) == DELIVERED) == everything
    assert message_status(shuffled) == message_status(segments)
