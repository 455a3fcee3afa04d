"""A consumer's text comes in: one transaction from the carrier's webhook to its answer."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.protocol import InboundText
from domain.asks import Asks
from domain.chat import decide, open_chat
from domain.commands import Command, meaning, recognise
from domain.consent import Consent
from domain.decisions import Decision, World
from domain.facts import ConsumerWrote
from domain.phones import InvalidNumber, parse
from domain.plaintext import clean_text
from domain.statuses import ChatStatus, OptOutReplies
from domain.texts import TextKey
from services import chats, consent, twins
from services.errors import InvalidField, NotFound
from services.incoming import Incoming, keep, keep_apart, kept_media
from store import asks, consumers, inbox, locks, numbers, participants, tenants
from store import chats as store_chats
from store.chats import OpenChat
from store.consent import Entry
from store.database import Again, Tx
from store.numbers import Account, Pair

CONSENT = {
    Command.OPT_OUT: TextKey.OPT_OUT,
    Command.OPT_IN: TextKey.OPT_IN,
    Command.HELP: TextKey.HELP,
}


@dataclass(frozen=True)
class Received:
    """`new` is False when the carrier repeated itself."""

    new: bool
    message_id: int | None = None
    chat_id: int | None = None


def receive(tx: Tx, account: Account, inbound: InboundText) -> Received:
    """Keep the text, and do all that follows from it at once.

    Raises `NotFound` for a number that is not the account's, be it as its second one, and
    `InvalidField` for a sender that is no number. Takes the routing lock unless the text merely
    joins the thread of a chat with an agent; where that guess proves wrong it starts again
    (`Again`).
    """
    sender = _sender(inbound)
    pair = _pair(tx, account, inbound, sender)
    entered = inbox.enter(tx, account, inbound.provider_id)
    if entered is None or twins.is_twin(tx, account, pair.number, entered, sender, inbound):
        return Received(new=False)
    joins = (
        tx.attempt == 0
        and _connected(pair)
        and _recognised(tx, account, inbound) in (None, Command.BACK)
    )
    if not joins:
        locks.routing(tx, account.tenant_id)
        if pair.consumer_id is None:
            numbers.meet(tx, account.tenant_id, sender)
        # Another configuration may have been applied meanwhile.
        pair = _pair(tx, account, inbound, sender)
    recognised = _recognised(tx, account, inbound)
    assert pair.consumer_id is not None
    incoming = Incoming(
        number=pair.number,
        consumer_id=pair.consumer_id,
        active=pair.chat,
        sender=sender,
        text=clean_text(inbound.text),
        media=tuple(map(kept_media, inbound.media)),
        command=meaning(recognised, opted_out=pair.opted_out, asked=_asked(tx, pair, recognised)),
        opted_out=pair.opted_out,
        answered=inbound.answered is not None
        or pair.number.optout_replies is OptOutReplies.CARRIER,
        provider_key=f"in:{account.id}:{entered}",
    )
    received = _join(tx, incoming) if joins else _decide(tx, incoming)
    assert received.message_id is not None
    inbox.link(tx, account.tenant_id, entered, received.message_id)
    return received


def _sender(inbound: InboundText) -> str:
    try:
        return parse(inbound.sender)
    except InvalidNumber as error:
        raise InvalidField("from", "must be a phone number") from error


def _pair(tx: Tx, account: Account, inbound: InboundText, sender: str) -> Pair:
    pair = numbers.pair(tx, account.tenant_id, inbound.recipient, sender)
    if pair is None:
        raise NotFound("The number is not found.")
    return pair


def _recognised(tx: Tx, account: Account, inbound: InboundText) -> Command | None:
    tenant = tenants.get(tx, account.tenant_id)
    return inbound.answered or recognise(inbound.text, tenant.back_words, tenant.exit_words)


def _asked(tx: Tx, pair: Pair, recognised: Command | None) -> bool:
    """Whether the text answers our request for an opt-in, in a chat that may have ended since."""
    if recognised is not Command.OPT_IN_IF_ASKED or pair.consumer_id is None:
        return False
    number = pair.number
    last = asks.last_text_asks(tx, number.tenant_id, number.id, pair.consumer_id)
    return last is Asks.OPT_IN


def _connected(pair: Pair) -> bool:
    return pair.chat is not None and pair.chat[1] is ChatStatus.ASSIGNED


def _join(tx: Tx, incoming: Incoming) -> Received:
    """An ordinary text in an answered chat: only the chat's row is locked."""
    chat = _active(tx, incoming)
    if chat is None or chat.state.status is not ChatStatus.ASSIGNED:
        raise Again
    message_id = keep(tx, incoming, chat)
    _hear(tx, incoming, chat)
    return Received(True, message_id, chat.id)


def _hear(tx: Tx, incoming: Incoming, chat: OpenChat) -> None:
    """In an answered chat any text, a command too, shows that the consumer is there."""
    known = chats.world(tx, chat.tenant_id, with_tree=False)
    fact = ConsumerWrote(incoming.text, incoming.command, tx.now)
    chat.state = decide(chat.state, fact, known).state


def _decide(tx: Tx, incoming: Incoming) -> Received:
    """Under the routing lock: commands first, then the active chat, then a new one."""
    chat = _active(tx, incoming)
    if incoming.command in CONSENT:
        return _obey(tx, incoming, chat, incoming.command)
    if chat is not None:
        message_id = keep(tx, incoming, chat)
        chats.record(tx, chat, ConsumerWrote(incoming.text, incoming.command, tx.now))
        return Received(True, message_id, chat.id)
    why_none = _why_no_chat(tx, incoming)
    if why_none is not None:
        return Received(True, keep_apart(tx, incoming, why_none))
    return _open(tx, incoming)


def _active(tx: Tx, incoming: Incoming) -> OpenChat | None:
    active = incoming.active
    return store_chats.lock(tx, incoming.number.tenant_id, active[0]) if active else None


def _why_no_chat(tx: Tx, incoming: Incoming) -> str | None:
    # Two of our own numbers would go on greeting each other.
    if numbers.by_number(tx, incoming.number.tenant_id, incoming.sender) is not None:
        return "own_number"
    if not tenants.get(tx, incoming.number.tenant_id).sms:
        return "sms_off"
    if incoming.opted_out:
        return "opted_out"
    if incoming.command is Command.EXIT:
        return "exit"
    if incoming.number.queue_id is None:
        return "no_queue"
    return None if incoming.number.verified else "not_verified"


def _open(tx: Tx, incoming: Incoming) -> Received:
    number = incoming.number
    assert number.queue_id is not None
    known: World = chats.world(tx, number.tenant_id)
    last = consumers.last_chats(tx, number.tenant_id, incoming.consumer_id, number.id)
    back = incoming.command is Command.BACK
    decision: Decision = open_chat(number.queue_id, incoming.text, tx.now, known, last, back=back)
    chat = store_chats.insert(tx, number.tenant_id, number.id, incoming.consumer_id, decision.state)
    participants.join_consumer(tx, number.tenant_id, chat.id, incoming.consumer_id)
    message_id = keep(tx, incoming, chat)
    chats.begin(tx, chat, decision, known)
    return Received(True, message_id, chat.id)


def _obey(tx: Tx, incoming: Incoming, chat: OpenChat | None, command: Command) -> Received:
    """STOP, START, HELP: never a chat; one answer, unless a STOP only repeats itself or the
    carrier answers by itself."""
    number = incoming.number
    if chat is None:
        message_id = keep_apart(tx, incoming, command)
    else:
        message_id = keep(tx, incoming, chat)
        if chat.state.status is ChatStatus.ASSIGNED:
            _hear(tx, incoming, chat)
    status = Consent.OPTED_OUT if command is Command.OPT_OUT else Consent.OPTED_IN
    entry = Entry(
        tenant_id=number.tenant_id,
        number=incoming.sender,
        number_id=number.id,
        status=status,
        source="consumer",
        evidence=incoming.text,
        actor_type="end_user",
        actor_id=incoming.consumer_id,
        message_id=message_id,
    )
    news = True
    if command is Command.OPT_OUT:
        news = consent.opt_out(tx, entry, incoming.consumer_id)
    elif command is Command.OPT_IN:
        consent.opt_in(tx, entry, incoming.consumer_id)
        if chat is not None and chat.state.unanswered:
            # The answer to ours, after the opt-in: what it leads to may be sent by now.
            chats.record(tx, chat, ConsumerWrote(incoming.text, command, tx.now))
    if news and not incoming.answered:
        key = CONSENT[command]
        unique = f"{key}:{message_id}"
        lang = None if chat is None else chat.state.lang
        consent.answer(tx, number.tenant_id, number.id, incoming.consumer_id, key, unique, lang)
    return Received(True, message_id, None if chat is None else chat.id)
