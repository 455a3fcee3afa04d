"""Who is offered which waiting chat (product D, multicast), as a pure match.

Each agent with free capacity is offered every waiting chat of the agent's queues, up to the
`OFFERS_SHOWN` that have waited longest: nobody reads further, and so the cost of one decision
does not grow with the length of the queue. Capacity is counted when an offer is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# A chat that an agent declined is not offered to that agent again for this long.
DECLINE_PAUSE = timedelta(seconds=30)
CONCURRENCY_LIMIT = 3
# The agent whom the consumer had last is asked alone for so long.
FIRST_LOOK = timedelta(seconds=30)
# The same agent's wrap-up is waited for before that, if it is over so soon.
WRAP_UP_PATIENCE = timedelta(seconds=60)
# So many offers stand before an agent at once.
OFFERS_SHOWN = 20


class WaitingBecause(StrEnum):
    """Why a chat waits (product X5)."""

    SMS_OFF = "sms_off"
    CLOSED = "closed"
    NO_AGENT = "no_agent_on_the_queue"
    NOBODY_AVAILABLE = "nobody_available"
    AT_CAPACITY = "all_at_capacity"
    HELD = "held_for_last_agent"
    BEHIND = "behind_older_chats"
    OFFERED = "offered"
    DECLINED = "declined_by_all"


_SENTENCES = {
    WaitingBecause.SMS_OFF: "SMS is switched off; no agent can accept chats.",
    WaitingBecause.NO_AGENT: "No agent is assigned to this queue.",
    WaitingBecause.NOBODY_AVAILABLE: "No agent of this queue is available.",
    WaitingBecause.AT_CAPACITY: "All available agents of this queue are at capacity.",
    WaitingBecause.HELD: "Waiting for the consumer's last agent to finish wrap-up.",
    WaitingBecause.BEHIND: "The free agents are asked to take older chats first.",
    WaitingBecause.DECLINED: "Declined by the free agents; offered again shortly.",
}


def in_words(reason: WaitingBecause, *, offered_to: int = 0, until: str | None = None) -> str:
    """The reason as a sentence; `until` is when a closed queue opens, None: nobody knows."""
    if reason is WaitingBecause.OFFERED:
        agents = "1 agent" if offered_to == 1 else f"{offered_to} agents"
        return f"Offered to {agents}; waiting for an agent to accept."
    if reason is WaitingBecause.CLOSED:
        return f"This queue is closed {'now' if until is None else f'until {until}'}."
    return _SENTENCES[reason]


@dataclass(frozen=True)
class Staffing:
    """How many agents sit on a queue, how many of them take chats, and how many could take one
    more."""

    assigned: int = 0
    taking_chats: int = 0
    free: int = 0


def waiting_because(
    *,
    offered: bool,
    declined: bool,
    staff: Staffing,
    closed: bool = False,
    sms: bool = True,
    held: bool = False,
) -> WaitingBecause:
    """Why a chat waits; `declined` while a decline still keeps it from being offered again,
    `held` while it is kept for one agent."""
    if not sms:
        # Whatever is offered: accepting it is refused (C2).
        return WaitingBecause.SMS_OFF
    if offered:
        return WaitingBecause.OFFERED
    if staff.assigned == 0:
        return WaitingBecause.NO_AGENT
    if closed:
        return WaitingBecause.CLOSED
    if held:
        return WaitingBecause.HELD
    if staff.taking_chats == 0:
        return WaitingBecause.NOBODY_AVAILABLE
    if staff.free == 0:
        return WaitingBecause.AT_CAPACITY
    return WaitingBecause.DECLINED if declined else WaitingBecause.BEHIND


@dataclass(frozen=True)
class Candidate:
    """An agent, how many chats more could be taken, and what has been offered already."""

    agent_id: int
    queue_ids: frozenset[int]
    free: int
    offered: frozenset[int] = frozenset()
    paused: frozenset[int] = frozenset()

    @property
    def room(self) -> int:
        """How many offers more may stand before the agent."""
        return OFFERS_SHOWN - len(self.offered) if self.free > 0 else 0


@dataclass(frozen=True)
class Waiting:
    """A chat that waits on a leaf, and why as it was last noted; `held_for`: the one agent who is
    asked first."""

    chat_id: int
    queue_id: int
    because: str | None = None
    held_for: int | None = None


def match(candidates: Iterable[Candidate], waiting: list[Waiting]) -> list[tuple[int, int]]:
    """New offers as (chat, agent); `waiting` is in the order in which chats are to be served."""
    offers = []
    for candidate in candidates:
        room = candidate.room
        for chat in waiting:
            if room <= 0:
                break
            if chat.queue_id not in candidate.queue_ids or chat.chat_id in candidate.offered:
                continue
            if chat.chat_id in candidate.paused or chat.held_for not in (None, candidate.agent_id):
                continue
            offers.append((chat.chat_id, candidate.agent_id))
            room -= 1
    return offers
