"""The estimated wait of a chat in its queue (product D), as a pure formula.

(average chat duration / active agents of the company) x (agents in common / active agents of the
queue) x (queued - available agents), never below zero, plus ten seconds for the texts between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

# The average is that of the last hour, else of the last week.
RECENT = timedelta(hours=1)
LATELY = timedelta(days=7)
TEXTS_BETWEEN = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ActiveAgent:
    """Somebody who is not offline: how many chats at once, on which queues, and whether another
    chat could be taken now."""

    concurrency: int
    queue_ids: frozenset[int]
    available: bool = False


def estimated_wait(
    queue_id: int, queued: int, average: timedelta | None, agents: Sequence[ActiveAgent]
) -> timedelta | None:
    """How long the last of so many `queued` chats will wait, itself included; None: unknown.

    Active agents count as many times as they may have chats; on this queue each of an agent's n
    queues has 1/n of the agent. Agents in common are those of the company who sit on the queue.
    """
    here = [agent for agent in agents if queue_id in agent.queue_ids]
    company = sum(agent.concurrency for agent in agents)
    in_common = sum(agent.concurrency for agent in here)
    of_queue = sum(agent.concurrency / len(agent.queue_ids) for agent in here)
    if average is None or of_queue == 0:
        return None
    available = sum(1 / len(agent.queue_ids) for agent in here if agent.available)
    ahead = max(0.0, queued - available)
    return average / company * (in_common / of_queue) * ahead + TEXTS_BETWEEN


def in_minutes(wait: timedelta) -> int:
    """As consumers are told: begun minutes."""
    return -(-wait // MINUTE)
