"""Dismissal by the agent, and taking a dismissed chat up again (product D)."""

from __future__ import annotations

from domain.after_hours import closed_until
from domain.decisions import Say
from domain.dismissal import why_not
from domain.facts import AgentDismissed, ChatResumed
from domain.routing import WaitingBecause, in_words
from domain.statuses import ENDED, AgentStatus, ChatStatus
from domain.texts import TextKey
from services import capacity, chats, routing, wording
from services.errors import (
    AgentOffline,
    CannotDismiss,
    ChatEnded,
    NotDismissed,
    NotFound,
    NotYourChat,
    QueueClosed,
)
from services.switches import check_sms
from store import chats as store_chats
from store import locks, participants, tenants, users
from store.chats import OpenChat
from store.database import Tx


def dismiss(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """The agent sets a chat aside whose consumer is silent."""
    locks.routing(tx, tenant_id)
    capacity.lock(tx, tenant_id, agent_id)
    chat = _chat(tx, tenant_id, chat_id)
    if chat.state.status in ENDED:
        raise ChatEnded
    if chat.state.agent_id != agent_id:
        raise NotYourChat
    refusal = why_not(chat.state)
    if refusal is not None:
        raise CannotDismiss(refusal)
    chats.record(tx, chat, AgentDismissed(tx.now))
    return chat


def resume_by_agent(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """The chat returns to this agent, who had it or sits on its queue, and is not offline; as with
    a chat that an agent begins, the limit may be exceeded."""
    locks.routing(tx, tenant_id)
    user = capacity.lock(tx, tenant_id, agent_id)
    chat = _chat(tx, tenant_id, chat_id)
    if not _concerns(tx, chat, agent_id):
        raise NotFound("Chat is not found.")
    if chat.state.status is not ChatStatus.DISMISSED:
        raise NotDismissed
    check_sms(tx, tenant_id)
    if user.status is AgentStatus.OFFLINE:
        raise AgentOffline
    chats.record(tx, chat, ChatResumed(agent_id, tx.now))
    participants.join_agent(tx, tenant_id, chat_id, agent_id)
    capacity.load_changed(tx, tenant_id, agent_id)
    if users.load(tx, tenant_id, agent_id) >= capacity.limit(tx, user):
        routing.withdraw_agent(tx, tenant_id, agent_id)
    return chat


def resume(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat:
    """An API client has a dismissed chat queued again; while its queue is closed it is refused
    with what the consumer would be told. The consumer is texted nothing."""
    locks.routing(tx, tenant_id)
    chat = _chat(tx, tenant_id, chat_id)
    if chat.state.status is not ChatStatus.DISMISSED:
        raise NotDismissed
    check_sms(tx, tenant_id)
    tree = tenants.tree(tx, tenant_id)
    if closed_until(tree, chat.state.queue_id, tx.now) is not None:
        told = Say(TextKey.AFTER_HOURS, chat.state.queue_id, chat.state.lang)
        # Of a wording that is all about an opening nobody knows, nothing is left to say.
        text = wording.of_text(tx, chat, told, tree)
        raise QueueClosed(text or in_words(WaitingBecause.CLOSED))
    chats.record(tx, chat, ChatResumed(None, tx.now))
    return chat


def _concerns(tx: Tx, chat: OpenChat, agent_id: int) -> bool:
    had = any(one.user_id == agent_id for one in participants.of_chat(tx, chat.tenant_id, chat.id))
    return had or users.sits_on(tx, chat.tenant_id, agent_id, chat.state.queue_id)


def _chat(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat:
    chat = store_chats.lock(tx, tenant_id, chat_id)
    if chat is None:
        raise NotFound("Chat is not found.")
    return chat
