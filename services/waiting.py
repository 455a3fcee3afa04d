"""Why each chat waits (product X5). Every function here needs the tenant's routing lock."""

from __future__ import annotations

from collections.abc import Iterable

from domain.after_hours import NEVER, closed_until
from domain.routing import DECLINE_PAUSE, Staffing, WaitingBecause, waiting_because
from store import chats, matching, offers, tenants
from store.chats import OpenChat
from store.database import Tx


def explain(tx: Tx, chat: OpenChat, because: WaitingBecause | None = None) -> None:
    """Note why the chat waits, if the caller knows it; its process is told only of a change."""
    sms = tenants.get(tx, chat.tenant_id).sms
    reason: str = (because if sms else WaitingBecause.SMS_OFF) or _reason(tx, chat)
    if reason == WaitingBecause.CLOSED:
        until = closed_until(tenants.tree(tx, chat.tenant_id), chat.state.queue_id, tx.now)
        if until is not None and until < NEVER:
            reason = f"{reason} until {until:%Y-%m-%d %H:%M} UTC"
    if chat.waiting_because != reason:
        chat.waiting_because = reason
        chat.changed = True


def _reason(tx: Tx, chat: OpenChat) -> WaitingBecause:
    queue_id = chat.state.queue_id
    limit = tenants.get(tx, chat.tenant_id).concurrency_limit
    staff = matching.staffing(tx, chat.tenant_id, [queue_id], limit)
    return waiting_because(
        offered=offers.is_offered(tx, chat.tenant_id, chat.id),
        declined=offers.declined_since(tx, chat.tenant_id, chat.id, tx.now - DECLINE_PAUSE),
        staff=staff.get(queue_id, Staffing()),
        closed=not tenants.tree(tx, chat.tenant_id).is_open(queue_id, tx.now),
        held=chat.held_until is not None and chat.held_until > tx.now,
    )


def explain_all(tx: Tx, tenant_id: int, chat_ids: Iterable[int]) -> None:
    """The same of many."""
    for chat_id in chat_ids:
        chat = chats.lock(tx, tenant_id, chat_id)
        assert chat is not None
        explain(tx, chat)
