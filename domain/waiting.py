"""How long a consumer waits: for a word from us, and in a queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.decisions import ChatState
from domain.statuses import ChatStatus

WAITING_FOR_US = (ChatStatus.QUEUED, ChatStatus.ASSIGNED)


def waiting_since(
    status: ChatStatus,
    *,
    queued_at: datetime | None,
    answered_at: datetime | None,
    asked_at: datetime | None,
) -> datetime | None:
    """When the wait began that still lasts; None while it is the consumer's turn.

    `answered_at`: the last text that an agent wrote; `asked_at`: the consumer's first text after
    it. Before any answer the wait began with the queue, not in the menu. A chat that was given
    back to its queue waits since its last answer, even if nothing was asked after it.
    """
    if status not in WAITING_FOR_US:
        return None
    if answered_at is None:
        return queued_at
    if asked_at is None and status is ChatStatus.QUEUED:
        return answered_at
    return asked_at


def count_waiting(before: ChatState | None, after: ChatState, at: datetime) -> ChatState:
    """The spells of waiting counted up: menus, agents and dismissal are no waiting."""
    state = after
    if before is not None and before.waiting_from and after.status is not ChatStatus.QUEUED:
        waited = before.waited + (at - before.waiting_from)
        state = replace(state, waited=waited, waiting_from=None)
    if after.status is ChatStatus.QUEUED and after.waiting_from is None:
        state = replace(state, waiting_from=at)
    if after.status is ChatStatus.ASSIGNED and after.first_waited is None:
        state = replace(state, first_waited=state.waited)
    return state
