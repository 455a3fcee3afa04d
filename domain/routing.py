"""Who is offered which waiting chat (product D, multicast), as a pure match.

Each agent with free capacity is offered the chats that have waited longest on the agent's
queues, as many as the agent could take at once. So no chat waits while an agent is free, and
the cost of one decision does not grow with the length of the queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# A chat that an agent declined is not offered to that agent again for this long.
DECLINE_PAUSE = timedelta(seconds=30)
CONCURRENCY_LIMIT = 3


class WaitingBecause(StrEnum):
    """Why a chat waits (product X5)."""

    NO_AGENT = "no_agent_on_the_queue"
    NOBODY_AVAILABLE = "nobody_available"
    AT_CAPACITY = "all_at_capacity"
    OFFERED = "offered"
    DECLINED = "declined_by_all"

    @property
    def sentence(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    WaitingBecause.NO_AGENT: "No agent is assigned to this queue.",
    WaitingBecause.NOBODY_AVAILABLE: "No agent of this queue is available.",
    WaitingBecause.AT_CAPACITY: "All available agents of this queue are at capacity.",
    WaitingBecause.OFFERED: "Offered; waiting for an agent to accept.",
    WaitingBecause.DECLINED: "Declined by the free agents; offered again shortly.",
}


@dataclass(frozen=True)
class Candidate:
    """An eligible agent: how many chats more could be taken, offers already pending included."""

    agent_id: int
    queue_ids: frozenset[int]
    free: int
    offered: frozenset[int] = frozenset()
    paused: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """A chat that waits on a leaf."""

    chat_id: int
    queue_id: int


def match(candidates: Iterable[Candidate], waiting: list[Waiting]) -> list[tuple[int, int]]:
    """New offers as (chat, agent); `waiting` is in the order in which chats are to be served."""
    offers = []
    for candidate in candidates:
        room = candidate.free - len(candidate.offered)
        for chat in waiting:
            if room <= 0:
                break
            if chat.queue_id not in candidate.queue_ids or chat.chat_id in candidate.offered:
                continue
            if chat.chat_id in candidate.paused:
                continue
            offers.append((chat.chat_id, candidate.agent_id))
            room -= 1
    return offers
