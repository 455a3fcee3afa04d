"""The estimated wait: worked examples of the formula (product D)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.wait import ActiveAgent, estimated_wait, in_minutes

QUEUE, OTHER, THIRD = 1, 2, 3
SIX_MINUTES = timedelta(minutes=6)


def agent(concurrency: int, *queues: int, available: bool = False) -> ActiveAgent:
    return ActiveAgent(concurrency, frozenset(queues), available)


@pytest.mark.parametrize(
    ("queued", "agents", "seconds"),
    [
        # One agent with one chat at a time: 360 s for each chat ahead, and 10 s.
        (1, [agent(1, QUEUE)], 360 + 10),
        (5, [agent(1, QUEUE)], 5 * 360 + 10),
        # Two who may have three each: 360 / 6 for each.
        (5, [agent(3, QUEUE), agent(3, QUEUE)], 5 * 60 + 10),
        # One of them is available: 4 are ahead.
        (5, [agent(3, QUEUE), agent(3, QUEUE, available=True)], 4 * 60 + 10),
        # As many available as wait, or more: only the texts between take time.
        (1, [agent(3, QUEUE, available=True)], 10),
        (1, [agent(3, QUEUE, available=True), agent(3, QUEUE, available=True)], 10),
        # Both sit on two queues and count half here: 360 / 6 x 6 / 3 for each.
        (5, [agent(3, QUEUE, OTHER), agent(3, QUEUE, OTHER)], 5 * 120 + 10),
        # So does the one who is available: 4.5 are ahead.
        (
            5,
            [agent(3, QUEUE, OTHER), agent(3, QUEUE, OTHER, available=True)],
            4.5 * 120 + 10,
        ),
        # An agent of three queues: 360 / 3 x 3 / 1 for each.
        (2, [agent(3, QUEUE, OTHER, THIRD)], 2 * 360 + 10),
        # Others of the company, on other queues alone, make chats shorter by the formula.
        (5, [agent(3, QUEUE), agent(3, OTHER)], 5 * 60 + 10),
        # One of one queue, one of two: 360 / 4 x 4 / 3 for each.
        (3, [agent(2, QUEUE), agent(2, QUEUE, OTHER)], 3 * 120 + 10),
    ],
)
def test_worked_examples(queued: int, agents: Sequence[ActiveAgent], seconds: float) -> None:
    found = estimated_wait(QUEUE, queued, SIX_MINUTES, agents)
    assert found is not None
    assert found.total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize("agents", [[], [agent(3, OTHER)]])
def test_without_an_active_agent_it_is_unknown(agents: Sequence[ActiveAgent]) -> None:
    assert estimated_wait(QUEUE, 1, SIX_MINUTES, agents) is None


def test_without_any_chat_to_go_by_it_is_unknown() -> None:
    assert estimated_wait(QUEUE, 1, None, [agent(3, QUEUE)]) is None


some_agents = st.builds(
    ActiveAgent,
    st.integers(1, 5),
    st.frozensets(st.sampled_from([QUEUE, OTHER, THIRD]), min_size=1),
    st.booleans(),
)


@given(st.integers(0, 50), st.lists(some_agents, max_size=6))
def test_it_is_never_below_ten_seconds_and_grows_with_the_line(
    queued: int, agents: list[ActiveAgent]
) -> None:
    found = estimated_wait(QUEUE, queued, SIX_MINUTES, agents)
    longer = estimated_wait(QUEUE, queued + 1, SIX_MINUTES, agents)
    if found is not None:
        assert longer is not None
        assert longer >= found >= timedelta(seconds=10)


@pytest.mark.parametrize(("seconds", "minutes"), [(10, 1), (60, 1), (61, 2), (310, 6)])
def test_consumers_are_told_begun_minutes(seconds: int, minutes: int) -> None:
    assert in_minutes(timedelta(seconds=seconds)) == minutes
