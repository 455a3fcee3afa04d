"""Who is offered which waiting chat (product D)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.routing import OFFERS_SHOWN, Candidate, Waiting, WaitingBecause, match

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


def test_every_reason_to_wait_has_a_sentence() -> None:
    assert all(reason.sentence.endswith(".") for reason in WaitingBecause)
