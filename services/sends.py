"""Sending one text: claim it, hand it over, record what came of it (architecture rule 11).

The claim commits before the carrier is asked, so a text whose answer never came is known as
such: it is looked up or left to its receipt, never blindly sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from carriers.protocol import Accepted, Found, Rejected
from domain.decisions import GOODBYES
from domain.reasons import CHAT_ENDED, NO_ANSWER, OPTED_OUT
from domain.statuses import RANK, UNSENT, MessageStatus, Priority
from services import consent, events, receipts, windows
from store import chats, numbers, sends
from store.chats import OpenChat
from store.database import Tx
from store.numbers import Account
from store.sends import Sending

# After an answer that never came: how long the carrier is given to know the text at all.
# Longer than the activity's start-to-close, so that no earlier try can still be under way.
GRACE = timedelta(seconds=15)
# A claim that waited longer than this for the store is not handed over any more: the carrier's
# answer could come after the grace, when another try has judged the text as lost.
FRESH = timedelta(seconds=5)
# Without a look-up, a receipt is waited for this long; then the text is shown as unknown.
RECEIPT_PATIENCE = timedelta(seconds=60)
BULK_PAUSE = timedelta(seconds=1)
# A slot that was not used for so long is lost: after an outage all would be used at once.
STALE_SLOT = timedelta(seconds=30)
# Of a carrier's own words so many characters are kept.
CARRIER_SAYS_MAX = 500


@dataclass(frozen=True)
class Settled:
    """Nothing is left to do: sent, failed, blocked, or given up."""

    deadline_at: datetime | None = None
    ptr: int = 0


@dataclass(frozen=True)
class Superseded:
    """A newer incarnation of the chat's process has taken over."""


@dataclass(frozen=True)
class NotDue:
    """The number's next slot is not free yet."""

    wait: timedelta


@dataclass(frozen=True)
class HandOver:
    """Claimed: give it to the carrier now. `attempt` numbers the claims of a text."""

    message_id: int
    attempt: int
    claimed_at: datetime
    reference: str
    account: Account
    sender: str
    recipient: str
    text: str


@dataclass(frozen=True)
class InDoubt:
    """Claimed before, and no answer is known.

    `known`: the carrier's ids of other texts from this number to this consumer.
    """

    hand_over: HandOver
    known: frozenset[str]

    @property
    def since(self) -> datetime:
        """When it was claimed."""
        return self.hand_over.claimed_at


Claim = Settled | Superseded | NotDue | HandOver | InDoubt


def claim(tx: Tx, message_id: int, incarnation: int | None) -> Claim:
    """Take a text for sending. Consent is checked once more, in this same transaction."""
    text = sends.lock(tx, message_id)
    if text is None:
        return Settled()
    chat = None if text.chat_id is None else chats.read(tx, text.tenant_id, text.chat_id)
    if chat is not None and incarnation is not None and chat.incarnation > incarnation:
        return Superseded()
    if text.status not in UNSENT:
        return _settled(tx, text)
    recipient = numbers.recipient(tx, text.tenant_id, text.consumer_id, text.number_id)
    if text.status is MessageStatus.SENDING:
        return InDoubt(_hand_over(tx, text, recipient.number), sends.known_ids(tx, text))
    if text.kind not in consent.ANSWERS and recipient.opted_out:
        _finish(tx, text, MessageStatus.BLOCKED, OPTED_OUT)
        return _settled(tx, text)
    if chat is not None and _left_behind(chat, text):
        _finish(tx, text, MessageStatus.FAILED, CHAT_ENDED)
        return Settled()
    wait = _wait_for_slot(tx, text)
    if wait > timedelta(0):
        return NotDue(wait)
    text = replace(text, claimed_at=tx.now, attempts=text.attempts + 1)
    sends.update(
        tx, text.id, status=MessageStatus.SENDING, claimed_at=tx.now, attempts=text.attempts
    )
    return _hand_over(tx, text, recipient.number)


def _left_behind(chat: OpenChat, text: Sending) -> bool:
    """Whether the chat's end gave the text up, which was tried in vain just then (rule 4)."""
    return chat.state.forsakes_unsent and text.kind not in GOODBYES


def _hand_over(tx: Tx, text: Sending, recipient: str) -> HandOver:
    sender, account = numbers.way_out(tx, text.number_id)
    assert text.claimed_at is not None
    return HandOver(
        message_id=text.id,
        attempt=text.attempts,
        claimed_at=text.claimed_at,
        reference=receipts.reference(text.id),
        account=account,
        sender=sender,
        recipient=recipient,
        text=text.text,
    )


def _wait_for_slot(tx: Tx, text: Sending) -> timedelta:
    """Take the number's next slot, or say how long to wait for it.

    Agents' replies reserve their slot ahead, so that they overtake what only waits for a free
    one: system texts, and bulk, which waits for everything more urgent, too. An answer to a
    command waits for nothing.
    """
    if text.slot_at is not None and text.slot_at > tx.now - STALE_SLOT:
        return text.slot_at - tx.now
    number = numbers.lock(tx, text.number_id)
    slot = max(tx.now, number.next_slot_at or tx.now)
    if text.priority > RANK[Priority.REPLY] and slot > tx.now:
        return slot - tx.now
    if text.priority >= RANK[Priority.BULK] and sends.more_urgent_waits(tx, text.number_id):
        return BULK_PAUSE
    takes = timedelta(seconds=text.segments / number.segments_per_second)
    numbers.move_slot(tx, number.id, slot + takes)
    if text.priority <= RANK[Priority.CONSENT] or slot <= tx.now:
        return timedelta(0)
    sends.update(tx, text.id, slot_at=slot)
    return slot - tx.now


def accepted(tx: Tx, message_id: int, answer: Accepted | Found) -> Settled:
    """The carrier has it: note its id, and apply receipts that were quicker."""
    text = _hold(tx, message_id)
    account_id = numbers.by_id(tx, text.number_id).account_id
    segments = answer.segments or text.segments
    values = {"provider_id": answer.provider_id, "segments": segments}
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.SENT, None, **values)
    else:
        sends.update(tx, text.id, **values)
    receipts.apply_early(tx, text.tenant_id, account_id, text.id, answer.provider_id)
    return _settled(tx, text)


def rejected(tx: Tx, message_id: int, answer: Rejected) -> Settled:
    """Refused for good. A carrier's block is a fact of consent, and goes into the ledger."""
    text = sends.read(tx, message_id)
    if answer.opted_out:
        consent.hold_chats(tx, text.tenant_id, text.consumer_id)
    text = windows.hold(tx, text)
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.FAILED, answer.code)
        sends.update(tx, text.id, carrier_says=answer.reason[:CARRIER_SAYS_MAX] or None)
    if answer.opted_out:
        consent.blocked_by_carrier(tx, text, f"{answer.code} {answer.reason}")
    return _settled(tx, text)


def not_taken(tx: Tx, message_id: int, attempt: int | None = None) -> None:
    """Surely not sent: back in the queue, consent is checked anew when it is claimed again.

    Of one `attempt` alone: another try may have claimed the text since, and be sending it.
    """
    text = _hold(tx, message_id)
    if text.status is MessageStatus.SENDING and attempt in (None, text.attempts):
        # A new slot, too: after an outage all that was tried in vain would go out at once.
        values = {"status": MessageStatus.QUEUED, "claimed_at": None, "slot_at": None}
        sends.update(tx, text.id, **values)


def give_up(tx: Tx, message_id: int) -> Settled:
    """Nobody can tell whether it was sent: shown as unknown, never sent a second time."""
    text = _hold(tx, message_id)
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.UNKNOWN, NO_ANSWER)
    return _settled(tx, text)


def _hold(tx: Tx, message_id: int) -> Sending:
    return windows.hold(tx, sends.read(tx, message_id))


def _finish(tx: Tx, text: Sending, status: MessageStatus, error: str | None, **learnt: Any) -> None:
    """The text's way ends here, or goes on with receipts; an outage's delay moves the window."""
    went_out = status in (MessageStatus.SENT, MessageStatus.UNKNOWN)
    sent_at = tx.now if went_out else None
    sends.update(tx, text.id, status=status, error=error, sent_at=sent_at, **learnt)
    agent_id = None
    if text.chat_id is not None:
        agent_id = chats.agent_of(tx, text.tenant_id, text.chat_id)
    if went_out:
        windows.text_went_out(tx, text)
    events.message_changed(tx, text.tenant_id, text.chat_id, text.id, status, agent_id)


def _settled(tx: Tx, text: Sending) -> Settled:
    """With the chat's deadline as this transaction leaves it, and the pointer that it goes with."""
    if text.chat_id is None:
        return Settled()
    chat = tx.open_chats.get(text.chat_id) or chats.read(tx, text.tenant_id, text.chat_id)
    assert chat is not None
    due = min(windows.deadlines_of(tx, chat).values(), default=None)
    return Settled(due, chat.ptr + chat.changed)
