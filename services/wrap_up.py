"""Wrap-up: for some seconds after a chat's end its agent is offered nothing (product D)."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.config.settings import DEFAULTS
from domain.statuses import TAKING_CHATS, AgentStatus
from services import capacity, events
from store import tenants, users
from store.chats import OpenChat
from store.database import Tx


def begin(tx: Tx, chat: OpenChat, agent_id: int) -> datetime | None:
    """The chat ended that the agent had: when the agent's wrap-up will be over, None where there
    is none. Who chose to take no chats stays so; a second end makes it last longer."""
    length = _length(tx, chat)
    user = capacity.lock(tx, chat.tenant_id, agent_id)
    if not length or user.status not in (*TAKING_CHATS, AgentStatus.WRAP_UP):
        return None
    until = max(tx.now + length, user.wrap_up_until or tx.now)
    if user.status is AgentStatus.WRAP_UP:
        users.extend_wrap_up(tx, user, until)
    else:
        users.set_status(tx, user, AgentStatus.WRAP_UP, until)
        events.agent_changed(tx, chat.tenant_id, agent_id, AgentStatus.WRAP_UP)
    return until


def end_due(tx: Tx, tenant_id: int) -> list[int]:
    """Whose wrap-up is over takes chats again; the match that follows offers them."""
    rested = users.wrapped_up(tx, tenant_id, tx.now)
    for agent_id in rested:
        user = capacity.lock(tx, tenant_id, agent_id)
        status = capacity.taking_status(tx, user)
        users.set_status(tx, user, status)
        events.agent_changed(tx, tenant_id, agent_id, status)
    return rested


def _length(tx: Tx, chat: OpenChat) -> timedelta:
    """As the queue that the chat ended on says, or one above it, else the tenant."""
    given = tenants.get(tx, chat.tenant_id).settings
    queue = tenants.tree(tx, chat.tenant_id).get(chat.state.queue_id)
    own = {} if queue is None else queue.settings
    return timedelta(seconds=own.get("wrap_up", given.get("wrap_up", DEFAULTS.wrap_up)))
