"""Agents: what they are doing, how much they can take, and the offers they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.facts import AgentAccepted, AgentEnded, AgentLeft
from domain.routing import DECLINE_PAUSE
from domain.statuses import CHOSEN, ENDED, TAKING_CHATS, AgentStatus, ChatStatus, OfferState
from services import capacity, chats, events, routing
from services.errors import (
    AlreadyAnswered,
    AtCapacity,
    ChatEnded,
    InvalidField,
    NotFound,
    NotOffered,
    NotYourChat,
)
from services.switches import check_sms
from store import chats as store_chats
from store import locks, offers, participants, users
from store.chats import OpenChat
from store.database import Tx


@dataclass(frozen=True)
class Agent:
    """An agent as the API shows one (interfaces.md)."""

    id: int
    name: str
    email: str
    status: AgentStatus
    status_since: datetime
    concurrency: capacity.Concurrency


def show(tx: Tx, tenant_id: int, agent_id: int) -> Agent:
    """The agent's status and load."""
    user = users.get(tx, tenant_id, agent_id)
    if user is None:
        raise NotFound("Agent is not found.")
    current = users.load(tx, tenant_id, agent_id)
    concurrency = capacity.Concurrency(current, capacity.limit(tx, user))
    return Agent(user.id, user.name, user.email, user.status, user.status_since, concurrency)


def set_status(tx: Tx, tenant_id: int, agent_id: int, wanted: str) -> Agent:
    """The agent chooses a status; going offline gives the agent's chats back to their queues."""
    if wanted not in CHOSEN:
        raise InvalidField("status", f"must be one of {', '.join(CHOSEN)}")
    locks.routing(tx, tenant_id)
    user = capacity.lock(tx, tenant_id, agent_id)
    status = AgentStatus(wanted)
    if status is AgentStatus.AVAILABLE:
        status = capacity.taking_status(tx, user)
    if status is not user.status:
        users.set_status(tx, user, status)
        events.agent_changed(tx, tenant_id, agent_id, status)
        _follow_status(tx, tenant_id, agent_id, status)
    return show(tx, tenant_id, agent_id)


def _follow_status(tx: Tx, tenant_id: int, agent_id: int, status: AgentStatus) -> None:
    if status in TAKING_CHATS:
        routing.offer_agents(tx, tenant_id, [agent_id])
        return
    routing.withdraw_agent(tx, tenant_id, agent_id)
    if status is AgentStatus.OFFLINE:
        for chat_id in store_chats.of_agent(tx, tenant_id, agent_id):
            chats.record(tx, _chat(tx, tenant_id, chat_id), AgentLeft(tx.now))


def accept_offer(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """The first to accept wins; counted under the locks, so that no agent exceeds the limit."""
    locks.routing(tx, tenant_id)
    user = capacity.lock(tx, tenant_id, agent_id)
    chat = _chat(tx, tenant_id, chat_id)
    if chat.state.status is ChatStatus.ASSIGNED and chat.state.agent_id == agent_id:
        return chat
    if chat.state.status is ChatStatus.ASSIGNED:
        raise AlreadyAnswered
    if chat.state.status in ENDED:
        raise ChatEnded
    if not offers.is_offered_to(tx, tenant_id, chat_id, agent_id):
        raise NotOffered
    check_sms(tx, tenant_id)
    if users.load(tx, tenant_id, agent_id) >= capacity.limit(tx, user):
        raise AtCapacity
    offers.close_one(tx, tenant_id, chat_id, agent_id, OfferState.ACCEPTED)
    events.offers_changed(tx, tenant_id, [agent_id])
    chats.record(tx, chat, AgentAccepted(agent_id, tx.now))
    participants.join_agent(tx, tenant_id, chat_id, agent_id)
    capacity.load_changed(tx, tenant_id, agent_id)
    if users.load(tx, tenant_id, agent_id) >= capacity.limit(tx, user):
        routing.withdraw_agent(tx, tenant_id, agent_id)
    else:
        # One offer fewer stands before the agent: the next chat in the line takes its place.
        routing.offer_agents(tx, tenant_id, [agent_id])
    return chat


def decline_offer(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """Not now: the chat is offered to others, and to this agent again after a pause."""
    locks.routing(tx, tenant_id)
    capacity.lock(tx, tenant_id, agent_id)
    chat = _chat(tx, tenant_id, chat_id)
    if not offers.close_one(tx, tenant_id, chat_id, agent_id, OfferState.DECLINED):
        if chat.state.status is ChatStatus.ASSIGNED:
            raise AlreadyAnswered
        raise NotOffered
    events.offers_changed(tx, tenant_id, [agent_id])
    routing.call_router(tx, tenant_id, tx.now + DECLINE_PAUSE)
    routing.lost_offers(tx, tenant_id, {chat_id})
    routing.offer_agents(tx, tenant_id, [agent_id])
    return chat


def end_chat(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """The agent ends the chat: what was accepted before is still sent, then the goodbye."""
    locks.routing(tx, tenant_id)
    capacity.lock(tx, tenant_id, agent_id)
    chat = _chat(tx, tenant_id, chat_id)
    if chat.state.status in ENDED:
        raise ChatEnded
    if chat.state.agent_id != agent_id:
        raise NotYourChat
    chats.record(tx, chat, AgentEnded(tx.now))
    return chat


def _chat(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat:
    chat = store_chats.lock(tx, tenant_id, chat_id)
    if chat is None:
        raise NotFound("Chat is not found.")
    return chat
