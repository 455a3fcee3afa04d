"""The after-hours message: who comes to a closed queue is told, and waits (product D)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from domain.decisions import ChatState, Decision, Say
from domain.queues import QueueTree
from domain.statuses import ChatStatus
from domain.texts import TextKey

# The opening of a queue that never opens again.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def tell_closed(
    before: ChatState | None, decision: Decision, at: datetime, tree: QueueTree
) -> Decision:
    """Who begins to wait on a closed queue is told so, once for each queue and closed period."""
    state = decision.state
    arrived = state.status is ChatStatus.QUEUED and (
        before is None
        or before.status is not ChatStatus.QUEUED
        or before.queue_id != state.queue_id
    )
    until = closed_until(tree, state.queue_id, at) if arrived else None
    if until is None or until == state.told_closed.get(state.queue_id):
        return decision
    ahead = {queue: opens for queue, opens in state.told_closed.items() if opens > at}
    told = replace(state, told_closed={**ahead, state.queue_id: until})
    message = Say(TextKey.AFTER_HOURS, state.queue_id, state.lang)
    return replace(decision, state=told, say=(*decision.say, message))


def closed_until(tree: QueueTree, queue_id: int, at: datetime) -> datetime | None:
    """When a closed queue opens, or `NEVER`; None: it is open."""
    queue = tree.get(queue_id)
    if queue is None or queue.hours is None or queue.hours.is_open(at):
        return None
    return queue.hours.next_opening(at) or NEVER
