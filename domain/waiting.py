"""How long a consumer waits: for a word from us, and in a queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.decisions import ChatState
from domain.statuses import ChatStatus

WAITING_FOR_US = COUNTED = (ChatStatus.QUEUED, ChatStatus.ASSIGNED)


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


def count_spells(before: ChatState | None, after: ChatState, at: datetime) -> ChatState:
    """The time in queues and with agents counted up; in menus, and while a chat is dismissed,
    neither passes. A spell goes on while the status stays."""
    if before is not None and before.status is after.status:
        return after
    state = after
    if before is not None and before.spell_from is not None:
        spell = at - before.spell_from
        if before.status is ChatStatus.QUEUED:
            state = replace(state, waited=state.waited + spell)
        else:
            state = replace(state, handled=state.handled + spell)
    state = replace(state, spell_from=at if state.status in COUNTED else None)
    if state.status is ChatStatus.ASSIGNED and state.first_waited is None:
        state = replace(state, first_waited=state.waited)
    return state
