"""Pointers reach a chat's process in any order, repeated, late or not at all (rule 2)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.process import (
    GAP_PATIENCE,
    ChatProcess,
    ChatRef,
    ChatRun,
    ChatView,
    LoadedChat,
    Pointer,
    SendOutcome,
    SentText,
)
from domain.statuses import ChatStatus

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MOST = 8


def view(ptr: int, status: ChatStatus = ChatStatus.QUEUED) -> ChatView:
    return ChatView(ptr, status, 1, None, NOON + timedelta(minutes=ptr))


def pointer(ptr: int, *sends: int) -> Pointer:
    return Pointer(ptr, view(ptr), list(sends))


# One chat's whole story: every pointer owes between none and two texts.
STORY = [pointer(ptr, *range(ptr * 10, ptr * 10 + ptr % 3)) for ptr in range(1, MOST + 1)]
OWED = [message for told in STORY for message in told.sends]


def loaded(upto: int) -> LoadedChat:
    unsent = [message for told in STORY[:upto] for message in told.sends]
    return LoadedChat(view(upto), unsent)


def begun() -> ChatProcess:
    process = ChatProcess()
    process.load(LoadedChat(view(0)), None)
    return process


arrivals = st.permutations(STORY).flatmap(
    lambda story: st.lists(st.sampled_from(STORY)).map(lambda again: [*again, *story])
)


@given(arrivals, st.lists(st.integers(0, 20)))
def test_pointers_in_any_order_repeated_and_batched_give_the_same_end(
    arrived: list[Pointer], cuts: list[int]
) -> None:
    process = begun()
    edges = [0, *sorted(cut for cut in cuts if cut < len(arrived)), len(arrived)]
    for start, stop in itertools.pairwise(edges):
        process.take(arrived[start:stop], NOON)
    assert process.view == STORY[-1].view
    assert process.unsent == OWED
    assert (process.held, process.gap_since, process.last_ptr) == ([], None, MOST)


@given(arrivals, st.sets(st.integers(1, MOST)), st.integers(0, MOST), st.data())
def test_lost_pointers_are_made_good_by_loading_whenever_that_happens(
    arrived: list[Pointer], lost: set[int], when: int, data: st.DataObject
) -> None:
    kept = [told for told in arrived if told.ptr not in lost]
    # The store is never behind what was signalled.
    seen = max([told.ptr for told in kept[:when]], default=0)
    upto = data.draw(st.integers(seen, MOST))
    process = begun()
    process.take(kept[:when], NOON)
    process.load(loaded(upto), None)
    process.take(kept[when:], NOON)
    process.load(loaded(MOST), None)
    assert process.view == STORY[-1].view
    assert process.unsent == OWED
    assert process.held == []
    assert process.gap_since is None


@given(arrivals)
def test_what_is_known_never_goes_back(arrived: list[Pointer]) -> None:
    process = begun()
    last = 0
    for told in arrived:
        process.take([told], NOON)
        assert process.last_ptr >= last
        assert process.unsent == OWED[: len(process.unsent)]
        last = process.last_ptr


def test_an_early_pointer_is_held_and_the_gap_is_old_after_five_seconds() -> None:
    process = begun()
    process.take([pointer(2)], NOON)
    assert process.last_ptr == 0
    assert process.next_alarm() == min(NOON + GAP_PATIENCE, view(0).deadline_at or NOON)
    process.take([pointer(4)], NOON + timedelta(seconds=4))
    assert not process.gap_is_old(NOON + timedelta(seconds=4.9))
    assert process.gap_is_old(NOON + timedelta(seconds=5))
    process.take([pointer(1)], NOON + timedelta(seconds=5))
    assert process.last_ptr == 2
    assert process.held == [pointer(4)]


def test_loading_leaves_out_the_text_that_is_being_sent() -> None:
    process = ChatProcess()
    process.load(LoadedChat(view(3), [7, 8, 9]), in_flight=7)
    assert process.unsent == [8, 9]


def test_a_text_that_was_held_up_gives_the_deadline_back() -> None:
    process = ChatProcess()
    process.load(LoadedChat(replace(view(3), deadline_at=None)), None)
    assert process.next_alarm() is None
    process.text_sent(SentText(SendOutcome.DONE, None))
    assert process.next_alarm() is None
    process.text_sent(SentText(SendOutcome.DONE, NOON))
    assert process.next_alarm() == NOON


def test_a_process_knows_when_its_chat_has_ended() -> None:
    process = begun()
    assert not ChatProcess().ended
    assert not process.ended
    for status in (ChatStatus.FINISHED, ChatStatus.CANCELED, ChatStatus.FAILED):
        process.take([Pointer(process.last_ptr + 1, view(process.last_ptr + 1, status))], NOON)
        assert process.ended


@given(arrivals, st.integers(0, MOST))
def test_a_process_survives_continue_as_new_at_any_point(arrived: list[Pointer], when: int) -> None:
    adapter = TypeAdapter(ChatRun)
    process = begun()
    process.take(arrived[:when], NOON)
    carried = adapter.validate_json(adapter.dump_json(ChatRun(ChatRef(1, 2, 3), process)))
    assert carried == ChatRun(ChatRef(1, 2, 3), process)
    assert carried.process is not None
    carried.process.take(arrived[when:], NOON)
    process.take(arrived[when:], NOON)
    assert carried.process == process
