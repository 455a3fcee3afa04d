"""Who is asked alone first: the agent whom the consumer had last (product X9)."""

from __future__ import annotations

from datetime import datetime

from domain.routing import FIRST_LOOK, WRAP_UP_PATIENCE, Candidate
from domain.statuses import AgentStatus
from services import capacity
from store import users
from store.chats import OpenChat
from store.database import Tx


def hold(
    tx: Tx, chat: OpenChat, candidates: list[Candidate]
) -> tuple[datetime, list[Candidate]] | None:
    """Until when the chat is held for its agent, and who is offered it now: that agent, or nobody
    while the wrap-up lasts. None: the agent cannot be asked, or there is nobody else."""
    others = [one for one in candidates if one.agent_id != chat.state.preferred_agent_id]
    if not others:
        return None
    for one in candidates:
        if one not in others:
            free = one.room > 0 and chat.id not in one.paused
            return (tx.now + FIRST_LOOK, [one]) if free else None
    over = _wraps_up_until(tx, chat)
    return None if over is None else (over + FIRST_LOOK, [])


def _wraps_up_until(tx: Tx, chat: OpenChat) -> datetime | None:
    """When its agent's wrap-up is over, where that is soon and leaves room for the chat."""
    agent_id = chat.state.preferred_agent_id
    user = None if agent_id is None else users.get(tx, chat.tenant_id, agent_id)
    if user is None or user.status is not AgentStatus.WRAP_UP or user.wrap_up_until is None:
        return None
    over = max(tx.now, user.wrap_up_until)
    if over - tx.now > WRAP_UP_PATIENCE:
        return None
    if not users.sits_on(tx, chat.tenant_id, user.id, chat.state.queue_id):
        return None
    full = users.load(tx, chat.tenant_id, user.id) >= capacity.limit(tx, user)
    return None if full else over
