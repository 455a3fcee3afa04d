"""Who is offered which waiting chat (product D)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.routing import (
    OFFERS_SHOWN,
    Candidate,
    Staffing,
    Waiting,
    WaitingBecause,
    in_words,
    match,
    waiting_because,
)

QUEUES = [1, 2, 3]
some_queues = st.frozensets(st.sampled_from(QUEUES))
waitings = st.lists(st.sampled_from(QUEUES), max_size=8).map(
    lambda queues: [Waiting(chat, queue) for chat, queue in enumerate(queues, start=1)]
)
chats = st.frozensets(st.integers(1, 8), max_size=4)
candidates = st.lists(
    st.builds(
        Candidate,
        st.just(0),
        some_queues,
        free=st.integers(-1, 4),
        offered=chats,
        paused=chats,
    ),
    max_size=5,
).map(lambda many: [_numbered(agent_id, one) for agent_id, one in enumerate(many, start=100)])


def _numbered(agent_id: int, one: Candidate) -> Candidate:
    return Candidate(agent_id, one.queue_ids, one.free, one.offered, one.paused - one.offered)


def given_to(offers: list[tuple[int, int]], agent: Candidate) -> list[int]:
    return [chat for chat, agent_id in offers if agent_id == agent.agent_id]


@given(candidates, waitings)
def test_nobody_is_offered_more_than_there_is_room_for(
    agents: list[Candidate], waiting: list[Waiting]
) -> None:
    offers = match(agents, waiting)
    for agent in agents:
        assert len(given_to(offers, agent)) <= max(0, OFFERS_SHOWN - len(agent.offered))
        assert agent.free > 0 or not given_to(offers, agent)


@given(candidates, waitings)
def test_an_offer_is_new_of_the_agents_queue_and_not_just_declined(
    agents: list[Candidate], waiting: list[Waiting]
) -> None:
    offers = match(agents, waiting)
    assert len(set(offers)) == len(offers)
    queue_of = {chat.chat_id: chat.queue_id for chat in waiting}
    for agent in agents:
        for chat in given_to(offers, agent):
            assert queue_of[chat] in agent.queue_ids
            assert chat not in agent.offered | agent.paused


@given(candidates, waitings)
def test_no_agent_with_room_and_chat_that_could_be_offered_are_both_left(
    agents: list[Candidate], waiting: list[Waiting]
) -> None:
    offers = match(agents, waiting)
    for agent in agents:
        mine = given_to(offers, agent)
        left = [
            chat.chat_id
            for chat in waiting
            if chat.queue_id in agent.queue_ids
            and chat.chat_id not in {*mine, *agent.offered, *agent.paused}
        ]
        assert not left or agent.free <= 0 or len(mine) + len(agent.offered) >= OFFERS_SHOWN


@given(candidates, waitings)
def test_what_has_waited_longest_is_offered_first(
    agents: list[Candidate], waiting: list[Waiting]
) -> None:
    offers = match(agents, waiting)
    for agent in agents:
        could = [
            chat.chat_id
            for chat in waiting
            if chat.queue_id in agent.queue_ids and chat.chat_id not in agent.offered | agent.paused
        ]
        mine = given_to(offers, agent)
        assert mine == could[: len(mine)]


def test_a_chat_is_offered_to_everybody_who_could_take_it() -> None:
    agents = [Candidate(agent, frozenset({1}), free=1) for agent in (7, 8, 9)]
    assert match(agents, [Waiting(5, 1)]) == [(5, 7), (5, 8), (5, 9)]


@pytest.mark.parametrize(
    ("reason", "offered_to", "until", "told"),
    [
        (WaitingBecause.SMS_OFF, 0, None, "SMS is switched off; no agent can accept chats."),
        (WaitingBecause.NO_AGENT, 0, None, "No agent is assigned to this queue."),
        (
            WaitingBecause.HELD,
            0,
            None,
            "Waiting for the consumer's last agent to finish wrap-up.",
        ),
        (WaitingBecause.NOBODY_AVAILABLE, 0, None, "No agent of this queue is available."),
        (
            WaitingBecause.BEHIND,
            0,
            None,
            "The free agents are asked to take older chats first.",
        ),
        (
            WaitingBecause.AT_CAPACITY,
            0,
            None,
            "All available agents of this queue are at capacity.",
        ),
        (WaitingBecause.DECLINED, 0, None, "Declined by the free agents; offered again shortly."),
        (WaitingBecause.OFFERED, 1, None, "Offered to 1 agent; waiting for an agent to accept."),
        (WaitingBecause.OFFERED, 3, None, "Offered to 3 agents; waiting for an agent to accept."),
        (
            WaitingBecause.CLOSED,
            0,
            "tomorrow, 9:00 AM (UTC)",
            "This queue is closed until tomorrow, 9:00 AM (UTC).",
        ),
        (WaitingBecause.CLOSED, 0, None, "This queue is closed now."),
    ],
)
def test_every_reason_to_wait_in_words(
    reason: WaitingBecause, offered_to: int, until: str | None, told: str
) -> None:
    assert in_words(reason, offered_to=offered_to, until=until) == told


@pytest.mark.parametrize(
    ("offered", "declined", "staff", "closed", "reason"),
    [
        # What is offered already stays so when the queue closes.
        (True, False, Staffing(2, 2, 1), True, WaitingBecause.OFFERED),
        (False, False, Staffing(0, 0), True, WaitingBecause.NO_AGENT),
        (False, False, Staffing(2, 0), True, WaitingBecause.CLOSED),
        (False, True, Staffing(2, 2, 2), True, WaitingBecause.CLOSED),
        (False, False, Staffing(2, 0), False, WaitingBecause.NOBODY_AVAILABLE),
        (False, False, Staffing(2, 2), False, WaitingBecause.AT_CAPACITY),
        # Who declined is full since.
        (False, True, Staffing(2, 2), False, WaitingBecause.AT_CAPACITY),
        (False, True, Staffing(2, 2, 1), False, WaitingBecause.DECLINED),
        (False, False, Staffing(2, 2, 1), False, WaitingBecause.BEHIND),
    ],
)
def test_the_first_reason_that_holds_is_told_and_with_sms_off_that_is_it(
    offered: bool, declined: bool, staff: Staffing, closed: bool, reason: WaitingBecause
) -> None:
    found = waiting_because(offered=offered, declined=declined, staff=staff, closed=closed)
    assert found is reason
    off = waiting_because(offered=offered, declined=declined, staff=staff, closed=closed, sms=False)
    assert off is WaitingBecause.SMS_OFF


def test_a_chat_that_is_held_for_one_agent_is_offered_to_that_one_alone() -> None:
    agents = [Candidate(agent, frozenset({1}), 3) for agent in (7, 8)]
    held = Waiting(5, 1, held_for=8)
    assert match(agents, [held, Waiting(6, 1)]) == [(6, 7), (5, 8), (6, 8)]
