"""The events that consoles and integrators read; ids and states, never texts or numbers."""

from __future__ import annotations

from domain.event_types import EventType
from domain.moments import iso
from store.chats import OpenChat
from store.consent import Entry
from store.database import Tx
from store.events import record
from store.unsent import GivenUp


def chat_changed(tx: Tx, chat: OpenChat) -> None:
    """A chat's status, agent, or thread changed, and with it when it ends by itself. Where nobody
    has it, whoever had it last is told: a dismissed chat that comes back leaves their list. So are
    they when another agent has taken it."""
    now = chat.state.agent_id or chat.state.preferred_agent_id
    # Whoever has it comes first.
    concerned = dict.fromkeys(one for one in (now, chat.had_by) if one is not None)
    record(
        tx,
        chat.tenant_id,
        EventType.CHAT_CHANGED,
        chat.id,
        status=chat.state.status,
        queue_id=chat.state.queue_id,
        agent_ids=list(concerned),
        seq=chat.seq,
        deadline_at=None if chat.ends_at is None else iso(chat.ends_at),
    )


def chat_settled(tx: Tx, chat: OpenChat) -> None:
    """Nothing is owed by an ended chat any more, and its process is done."""
    record(tx, chat.tenant_id, EventType.CHAT_SETTLED, chat.id, agent_ids=[])


def chat_left_agent(tx: Tx, chat: OpenChat, agent_id: int) -> None:
    """The chat is no longer this agent's."""
    record(tx, chat.tenant_id, EventType.CHAT_LEFT, chat.id, agent_ids=[agent_id])


def chat_read(tx: Tx, tenant_id: int, chat_id: int, agent_id: int, seq: int) -> None:
    """An agent has read a chat up to a message: the agent's other browsers follow."""
    record(tx, tenant_id, EventType.CHAT_READ, chat_id, seq=seq, agent_ids=[agent_id])


def message_changed(
    tx: Tx, tenant_id: int, chat_id: int | None, message_id: int, status: str, agent_id: int | None
) -> None:
    """A text of ours went a step further: sent, delivered, failed; or queued without a chat."""
    agents = [] if agent_id is None else [agent_id]
    record(
        tx,
        tenant_id,
        EventType.MESSAGE_CHANGED,
        chat_id,
        message_id=message_id,
        status=status,
        agent_ids=agents,
    )


def given_up(tx: Tx, tenant_id: int, text: GivenUp, status: str) -> None:
    """A text that was still queued is not sent any more: the agent of its chat reads it there."""
    message_changed(tx, tenant_id, text.chat_id, text.message_id, status, text.agent_id)


def message_kept(tx: Tx, tenant_id: int, message_id: int, why: str) -> None:
    """A text that belongs to no chat was kept, for ops to see."""
    record(
        tx, tenant_id, EventType.MESSAGE_KEPT, None, message_id=message_id, why=why, agent_ids=[]
    )


def offers_changed(tx: Tx, tenant_id: int, agent_ids: list[int]) -> None:
    """The offers of these agents are not what they were."""
    if agent_ids:
        record(tx, tenant_id, EventType.OFFERS_CHANGED, None, agent_ids=sorted(set(agent_ids)))


def agent_changed(tx: Tx, tenant_id: int, agent_id: int, status: str) -> None:
    """An agent's status or load changed."""
    record(tx, tenant_id, EventType.AGENT_CHANGED, None, status=status, agent_ids=[agent_id])


def consent_changed(tx: Tx, entry: Entry, consumer_id: int, agent_ids: list[int]) -> None:
    """A consumer opted out or in; the agents who are connected to the consumer are told."""
    record(
        tx,
        entry.tenant_id,
        EventType.CONSENT_CHANGED,
        None,
        consumer_id=consumer_id,
        status=entry.status,
        scope=entry.scope,
        scope_id=entry.said.scope_id,
        agent_ids=agent_ids,
    )


def stop_asked(
    tx: Tx, tenant_id: int, consumer_id: int, message_id: int, chat: OpenChat | None
) -> None:
    """A consumer asks in free words to get no more texts: somebody must decide."""
    agent_id = None if chat is None else chat.state.agent_id
    record(
        tx,
        tenant_id,
        EventType.CONSENT_ASKED,
        None if chat is None else chat.id,
        consumer_id=consumer_id,
        message_id=message_id,
        agent_ids=[] if agent_id is None else [agent_id],
    )


def stop_dismissed(tx: Tx, tenant_id: int, chat_id: int | None, agent_ids: list[int]) -> None:
    """Somebody has read that the consumer did not ask to stop."""
    record(tx, tenant_id, EventType.CONSENT_DISMISSED, chat_id, agent_ids=agent_ids)


def configuration_changed(tx: Tx, tenant_id: int, version: int) -> None:
    """Another version of the tenant's configuration holds."""
    record(tx, tenant_id, EventType.CONFIGURATION_CHANGED, None, version=version, agent_ids=[])
