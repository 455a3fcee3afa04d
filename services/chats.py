"""Carrying out what the domain decided for a chat, in the transaction that recorded the fact."""

from __future__ import annotations

from datetime import timedelta

from domain.chat import decide
from domain.config.settings import DEFAULTS
from domain.decisions import ChatState, Decision, Say, Unsent, World
from domain.facts import Fact
from domain.queues import QueueTree
from domain.reasons import CHAT_ENDED, OPTED_OUT
from domain.statuses import ENDED, Author, ChatStatus, MessageStatus
from domain.texts import TextKey
from services import capacity, events, routing, wording, wrap_up
from store import chats as store_chats
from store import messages, participants, recipients, tenants, unsent
from store import tables as t
from store.chats import OpenChat
from store.database import Tx

# Said once in a chat's life, a greeting once by each queue; the others repeat with the step that
# caused them.
ONCE = frozenset({TextKey.GREETING, TextKey.ENDED, TextKey.EXPIRED})


def world(tx: Tx, tenant_id: int, *, with_tree: bool = True) -> World:
    """What the tenant has configured, for a decision."""
    tree = tenants.tree(tx, tenant_id) if with_tree else QueueTree(())
    tenant = tenants.get(tx, tenant_id)
    given = tenant.settings
    return World(
        tree,
        tenant.default_lang,
        tenant.texts,
        follow_up=timedelta(minutes=given.get("follow_up", DEFAULTS.follow_up)),
        last_agent=timedelta(hours=given.get("last_agent", DEFAULTS.last_agent)),
    )


def record(tx: Tx, chat: OpenChat, fact: Fact) -> None:
    """Decide what a fact means for a locked chat, and carry it out. Needs the routing lock."""
    known = world(tx, chat.tenant_id)
    carry_out(tx, chat, decide(chat.state, fact, known), known)


def begin(tx: Tx, chat: OpenChat, decision: Decision, known: World) -> None:
    """A new chat: say what its first text calls for, and offer it if it waits already."""
    for text in decision.say:
        say(tx, chat, text, known.tree)
    if chat.state.status is ChatStatus.QUEUED:
        routing.offer_chat(tx, chat)


def carry_out(tx: Tx, chat: OpenChat, decision: Decision, known: World) -> None:
    """Move the chat, give up texts if so decided, write what is said, and route."""
    before, chat.state, chat.changed = chat.state, decision.state, True
    # Routing reads the table: the row must say so before anybody is offered anything.
    store_chats.write(tx, chat)
    if decision.unsent is not Unsent.KEEP:
        _give_up_unsent(tx, chat, decision.unsent)
    for text in decision.say:
        say(tx, chat, text, known.tree)
    _route(tx, chat, before)


def _route(tx: Tx, chat: OpenChat, before: ChatState) -> None:
    """Whoever left, waits or is free after a chat's change is dealt with in the same commit."""
    after = chat.state
    if after.status in ENDED:
        participants.close(tx, chat.tenant_id, chat.id, after.fail_reason)
    if after.status is ChatStatus.QUEUED:
        if before.status is not ChatStatus.QUEUED or before.queue_id != after.queue_id:
            routing.offer_chat(tx, chat)
    elif before.status is ChatStatus.QUEUED:
        routing.withdraw_chat(tx, chat)
    if before.agent_id is not None and after.status is not ChatStatus.ASSIGNED:
        participants.leave(tx, chat.tenant_id, chat.id, before.agent_id)
        events.chat_left_agent(tx, chat, before.agent_id)
        capacity.load_changed(tx, chat.tenant_id, before.agent_id)
        if after.status in ENDED:
            _wrap_up(tx, chat, before.agent_id)
        routing.offer_agents(tx, chat.tenant_id, [before.agent_id])


def _wrap_up(tx: Tx, chat: OpenChat, agent_id: int) -> None:
    until = wrap_up.begin(tx, chat, agent_id)
    if until is not None:
        routing.withdraw_agent(tx, chat.tenant_id, agent_id)
        routing.call_router(tx, chat.tenant_id, until)


def say(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> None:
    """Write a system text of the chat; an opted-out consumer's is kept as blocked."""
    tenant = tenants.get(tx, chat.tenant_id)
    if text.key in tenant.silent or not tenant.sms:
        return
    body = wording.of_text(tx, chat, text, tree)
    if body:
        write(tx, chat, body, text)


def write(tx: Tx, chat: OpenChat, body: str, text: Say) -> None:
    """Queue a system text of the chat in this transaction."""
    seq = chat.next_seq()
    step = seq if text.key not in ONCE else text.queue_id if text.key is TextKey.GREETING else None
    blocked = recipients.get(tx, chat.tenant_id, chat.consumer_id, chat.number_id).opted_out
    draft = messages.Draft(
        tenant_id=chat.tenant_id,
        number_id=chat.number_id,
        consumer_id=chat.consumer_id,
        text=body,
        key=f"{text.key}:{chat.id}" + ("" if step is None else f":{step}"),
        kind=text.key,
        author=Author.SYSTEM,
        chat_id=chat.id,
        seq=seq,
    )
    message_id = messages.write_outbound(tx, draft, blocked=blocked)
    if not blocked:
        chat.sends.append(message_id)


def _give_up_unsent(tx: Tx, chat: OpenChat, how: Unsent) -> None:
    status = MessageStatus.BLOCKED if how is Unsent.BLOCK else MessageStatus.FAILED
    error = OPTED_OUT if how is Unsent.BLOCK else CHAT_ENDED
    of_chat = t.messages.c.chat_id == chat.id
    for text in unsent.give_up(tx, chat.tenant_id, status, error, of_chat):
        events.given_up(tx, chat.tenant_id, text, status)
