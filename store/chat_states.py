"""What is decided of a chat, as its row holds it: one way in, one way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.decisions import ChatState
from domain.statuses import ChatStatus, Direction, DisconnectedBy, FailReason
from store import tables as t
from store.database import AnyRow

c = t.chats.c

COLUMNS = (
    c.entry_queue_id,
    c.queue_id,
    c.agent_id,
    c.status,
    c.fail_reason,
    c.disconnected_by,
    c.lang,
    c.menu_sent,
    c.menu_sent_at,
    c.menu_shown,
    c.greeted,
    c.invalid_answers,
    c.window_from,
    c.queued_at,
    c.assigned_at,
    c.ended_at,
    c.direction,
    c.heard,
    c.silent_from,
    c.noticed,
    c.dismissed_at,
    c.told_closed,
    c.preferred_agent_id,
    c.waited,
    c.first_waited,
    c.handled,
    c.spell_from,
)


def values(state: ChatState) -> dict[str, Any]:
    """What is written of a state."""
    return {
        "entry_queue_id": state.entry_queue_id,
        "queue_id": state.queue_id,
        "agent_id": state.agent_id,
        "status": state.status,
        "fail_reason": state.fail_reason,
        "disconnected_by": state.disconnected_by,
        "lang": state.lang,
        "menu_sent": list(state.menu_sent),
        "menu_sent_at": state.menu_sent_at,
        "menu_shown": state.menu_shown,
        "greeted": list(state.greeted),
        "invalid_answers": state.invalid_answers,
        "window_from": state.window_from,
        "queued_at": state.queued_at,
        "assigned_at": state.assigned_at,
        "ended_at": state.ended_at,
        "direction": state.direction,
        "heard": state.heard,
        "silent_from": state.silent_from,
        "noticed": state.noticed,
        "dismissed_at": state.dismissed_at,
        "told_closed": state.told_closed,
        "preferred_agent_id": state.preferred_agent_id,
        "waited": _milliseconds(state.waited),
        "first_waited": None if state.first_waited is None else _milliseconds(state.first_waited),
        "handled": _milliseconds(state.handled),
        "spell_from": state.spell_from,
    }


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _span(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)


def of_row(row: AnyRow) -> ChatState:
    """The state in a row that has `COLUMNS`."""
    return ChatState(
        status=ChatStatus(row.status),
        entry_queue_id=row.entry_queue_id,
        queue_id=row.queue_id,
        lang=row.lang,
        window_from=row.window_from,
        agent_id=row.agent_id,
        queued_at=row.queued_at,
        assigned_at=row.assigned_at,
        ended_at=row.ended_at,
        fail_reason=None if row.fail_reason is None else FailReason(row.fail_reason),
        disconnected_by=DisconnectedBy(row.disconnected_by),
        menu_sent=tuple(row.menu_sent),
        menu_sent_at=row.menu_sent_at,
        menu_shown=row.menu_shown,
        greeted=tuple(row.greeted),
        invalid_answers=row.invalid_answers,
        direction=Direction(row.direction),
        heard=row.heard,
        silent_from=row.silent_from,
        noticed=row.noticed,
        dismissed_at=row.dismissed_at,
        told_closed=row.told_closed,
        preferred_agent_id=row.preferred_agent_id,
        waited=_span(row.waited),
        first_waited=None if row.first_waited is None else _span(row.first_waited),
        handled=_span(row.handled),
        spell_from=row.spell_from,
    )
