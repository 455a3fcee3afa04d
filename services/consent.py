"""STOP, START, HELP and their kin (product B): the ledger, and what an opt-out stops at once."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from domain.asks import Asks
from domain.consent import Consent, adds
from domain.facts import ConsumerOptedOut
from domain.reasons import OPTED_OUT
from domain.statuses import Author, ChatStatus, MessageStatus, OptOutScope, Priority
from domain.texts import TextKey, render
from domain.variables import Variable
from services import chats, events
from services.errors import NotFound, NotYourChat
from store import asks, consumers, lines, locks, messages, numbers, outbox, tenants, unsent
from store import chats as store_chats
from store import consent as ledger
from store import tables as t
from store.chats import OpenChat
from store.consent import Entry
from store.database import Tx
from store.messages import Draft
from store.sends import Sending

# What an opted-out consumer still gets: the one confirmation, and the help that is asked for.
# Not the confirmation of an opt-in that a later STOP has overtaken.
ANSWERS = frozenset({TextKey.OPT_OUT, TextKey.HELP})


def opt_out(tx: Tx, entry: Entry, consumer_id: int) -> bool:
    """Enter an opt-out, end the chats in its scope and block what is queued, all at once.

    `entry` names the number of ours; how far it reaches is the tenant's setting. Needs the
    routing lock. False when the consumer has opted out of this number's texts already.
    """
    assert entry.number_id is not None
    line = lines.of_number(tx, entry.tenant_id, entry.number_id)
    entry = _scoped(tx, entry)
    before = ledger.stands(tx, entry.tenant_id, entry.number, line)
    news = adds(before, entry.said, line)
    if news:
        ledger.append(tx, entry)
    told = consumers.agents_with(tx, entry.tenant_id, consumer_id)
    for chat_id in store_chats.active_of_consumer(tx, entry.tenant_id, consumer_id):
        chat = store_chats.lock(tx, entry.tenant_id, chat_id)
        if chat is None:
            continue
        if entry.said.covers(lines.of_number(tx, chat.tenant_id, chat.number_id)):
            chats.record(tx, chat, ConsumerOptedOut(tx.now))
    _block_queued(tx, entry, consumer_id)
    asks.decide(
        tx, entry.tenant_id, consumer_id, Asks.STOP_OBEYED, *_within(tx, entry, consumer_id)
    )
    if news:
        events.consent_changed(tx, entry, consumer_id, told)
    return before is None or before.status is not Consent.OPTED_OUT


def _scoped(tx: Tx, entry: Entry) -> Entry:
    """With the scope that is set. A number in no queue has none to speak of: an opt-out is then the
    tenant's, rather too wide than too narrow, and a START opens the number alone."""
    assert entry.number_id is not None
    number = numbers.by_id(tx, entry.tenant_id, entry.number_id)
    match tenants.get(tx, entry.tenant_id).optout_scope:
        case OptOutScope.NUMBER:
            return replace(entry, scope=OptOutScope.NUMBER, scope_id=number.id)
        case OptOutScope.QUEUE if number.queue_id is not None:
            return replace(entry, scope=OptOutScope.QUEUE, scope_id=number.queue_id)
        case OptOutScope.QUEUE if entry.status is Consent.OPTED_IN:
            return replace(entry, scope=OptOutScope.NUMBER, scope_id=number.id)
    return entry


def _block_queued(tx: Tx, entry: Entry, consumer_id: int) -> None:
    """Texts of ended chats, and those without a chat, are not sent any more either."""
    m = t.messages.c
    within = _within(tx, entry, consumer_id)
    mine = [m.consumer_id == consumer_id, m.kind.not_in(ANSWERS), *within]
    status = MessageStatus.BLOCKED
    for text in unsent.give_up(tx, entry.tenant_id, status, OPTED_OUT, *mine):
        events.given_up(tx, entry.tenant_id, text, status)


def _within(tx: Tx, entry: Entry, consumer_id: int) -> list[sa.ColumnElement[bool]]:
    """The condition that a text of the consumer lies in the scope of an entry."""
    if entry.scope is OptOutScope.TENANT:
        return []
    ours = unsent.numbers_open_with(tx, entry.tenant_id, consumer_id)
    covered = [one for one in ours if entry.said.covers(lines.of_number(tx, entry.tenant_id, one))]
    return [t.messages.c.number_id.in_(covered)]


def chat_of_agent(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """The chat whose consumer the agent decides about, locked. Raises `NotFound`, `NotYourChat`."""
    chat = store_chats.lock(tx, tenant_id, chat_id)
    if chat is None:
        raise NotFound("Chat is not found.")
    if chat.state.agent_id != agent_id or chat.state.status is not ChatStatus.ASSIGNED:
        raise NotYourChat
    return chat


def opt_in(tx: Tx, entry: Entry, consumer_id: int) -> None:
    """Off the list, as far as the scope reaches; in the ledger even when it said nothing before."""
    entry = _scoped(tx, entry)
    ledger.append(tx, entry)
    told = consumers.agents_with(tx, entry.tenant_id, consumer_id)
    events.consent_changed(tx, entry, consumer_id, told)


def hold_chats(tx: Tx, tenant_id: int, consumer_id: int) -> None:
    """Lock what an opt-out may end, in the order of locks: before any text of these chats."""
    locks.routing(tx, tenant_id)
    for chat_id in store_chats.active_of_consumer(tx, tenant_id, consumer_id):
        store_chats.lock(tx, tenant_id, chat_id)


def blocked_by_carrier(tx: Tx, text: Sending, evidence: str) -> None:
    """The carrier itself holds texts to this consumer back: a fact of consent (product B).

    It is as old as the text: what comes again, or after a later opt-in, says nothing new. Needs
    `hold_chats` first.
    """
    entry = Entry(
        tenant_id=text.tenant_id,
        number=consumers.number(tx, text.tenant_id, text.consumer_id),
        number_id=text.number_id,
        status=Consent.OPTED_OUT,
        source="carrier",
        evidence=evidence,
        actor_type="carrier",
        message_id=text.id,
    )
    line = lines.of_number(tx, text.tenant_id, text.number_id)
    if not ledger.is_overtaken(tx, entry, text.claimed_at or text.created_at, line):
        opt_out(tx, entry, text.consumer_id)


def opt_out_by_agent(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> OpenChat:
    """One click: the consumer asked in free text. Confirmed once, as STOP would be."""
    locks.routing(tx, tenant_id)
    chat = chat_of_agent(tx, tenant_id, agent_id, chat_id)
    asked = asks.asked_in(tx, tenant_id, chat.consumer_id, chat_id)
    asked = asked or messages.last_inbound(tx, tenant_id, chat_id)
    entry = Entry(
        tenant_id=tenant_id,
        number=consumers.number(tx, tenant_id, chat.consumer_id),
        number_id=chat.number_id,
        status=Consent.OPTED_OUT,
        source="agent",
        # In a chat that the consumer has not written in, there is nothing but the chat itself.
        evidence=asked[1] if asked else f"chat {chat_id}",
        message_id=asked[0] if asked else None,
        actor_type="agent",
        actor_id=agent_id,
    )
    if opt_out(tx, entry, chat.consumer_id):
        key = f"{TextKey.OPT_OUT}:agent:{chat_id}"
        answer(
            tx, tenant_id, chat.number_id, chat.consumer_id, TextKey.OPT_OUT, key, chat.state.lang
        )
    return chat


def answer(
    tx: Tx,
    tenant_id: int,
    number_id: int,
    consumer_id: int,
    key: TextKey,
    unique: str,
    lang: str | None = None,
) -> int:
    """Write the one answer to a command: a text without a chat, sent before all others. `lang` is
    that of the chat that the command was given in, if it was in one."""
    tenant = tenants.get(tx, tenant_id)
    lang = lang or _spoken(tx, tenant_id, number_id, consumer_id)
    values = {Variable.COMPANY_NAME: tenant.name}
    draft = Draft(
        tenant_id=tenant_id,
        number_id=number_id,
        consumer_id=consumer_id,
        text=render(key, lang, values, tenant.texts, tenant.default_lang),
        key=unique,
        kind=key,
        author=Author.SYSTEM,
        priority=Priority.CONSENT,
    )
    message_id = messages.write_outbound(tx, draft)
    outbox.add(tx, tenant_id, outbox.Kind.SEND, message_id, {})
    events.message_changed(tx, tenant_id, None, message_id, MessageStatus.QUEUED, None)
    return message_id


def _spoken(tx: Tx, tenant_id: int, number_id: int, consumer_id: int) -> str:
    """The language of the consumer's last chat with the number, else of the number's queue, else
    the company's."""
    last = consumers.last_lang(tx, tenant_id, consumer_id, number_id)
    if last is not None:
        return last
    tree, queue_id = tenants.tree(tx, tenant_id), numbers.by_id(tx, tenant_id, number_id).queue_id
    of_queue = tree.lang(queue_id) if queue_id is not None and queue_id in tree else None
    return of_queue or tenants.get(tx, tenant_id).default_lang
