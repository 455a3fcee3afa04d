"""Sending one text: claim it, hand it over, record what came of it (architecture rule 11).

The claim commits before the carrier is asked, so a text whose answer never came is known as
such: it is looked up or left to its receipt, never blindly sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from carriers.protocol import Accepted, Busy, Found, NoAnswer, Rejected
from domain import health as rules
from domain.decisions import GOODBYES
from domain.health import Breaker, Health
from domain.reasons import CHAT_ENDED, NO_ANSWER, OPTED_OUT
from domain.statuses import UNSENT, MessageStatus
from services import consent, events, health, receipts, slots, windows
from services.health import Try
from store import chats, numbers, sends
from store import health as known_health
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
# A carrier that cannot be asked at all is waited for so long, if other texts of the chat could go
# out meanwhile: its agent and consumer must not be kept apart by one text.
DOUBT_PATIENCE = timedelta(minutes=5)
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
class OutOfOrder:
    """No account that owns the number takes texts now."""

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

    `known`: the carrier's ids of other texts from this number to this consumer. `overdue`: the
    chat's other texts could go out, and wait for this one longer than they should.
    """

    hand_over: HandOver
    known: frozenset[str]
    askable: bool = True
    overdue: bool = False

    @property
    def since(self) -> datetime:
        """When it was claimed."""
        return self.hand_over.claimed_at


Claim = Settled | Superseded | NotDue | OutOfOrder | HandOver | InDoubt


@dataclass(frozen=True)
class _Route:
    """From and to which number, and the accounts that may carry it, each with its health."""

    sender: str
    recipient: str
    ways: list[tuple[Account, Health]]


def claim(tx: Tx, tenant_id: int, message_id: int, incarnation: int | None) -> Claim:
    """Take a text for sending. Consent is checked once more, in this same transaction."""
    text = sends.lock(tx, tenant_id, message_id)
    if text is None:
        return Settled()
    chat = None if text.chat_id is None else chats.seen(tx, text.tenant_id, text.chat_id)
    if chat is not None and incarnation is not None and chat.incarnation > incarnation:
        return Superseded()
    if text.status not in UNSENT:
        return _settled(tx, text)
    recipient = numbers.recipient(tx, text.tenant_id, text.consumer_id, text.number_id)
    sender, ways = numbers.ways_out(tx, text.tenant_id, text.number_id)
    route = _Route(sender, recipient.number, ways)
    if text.status is MessageStatus.SENDING:
        return _in_doubt(tx, text, route)
    if text.kind not in consent.ANSWERS and recipient.opted_out:
        _finish(tx, text, MessageStatus.BLOCKED, OPTED_OUT)
        return _settled(tx, text)
    if chat is not None and _left_behind(chat, text):
        _finish(tx, text, MessageStatus.FAILED, CHAT_ENDED)
        return Settled()
    return _take(tx, text, route)


def _take(tx: Tx, text: Sending, route: _Route) -> Claim:
    """Claim it for the first account that takes texts, in the number's next slot."""
    way = rules.way_out(route.ways, tx.now)
    if way is None:
        healths = [known for _, known in route.ways]
        return OutOfOrder(rules.wait(healths, tx.now, text.id))
    wait = slots.take(tx, text)
    if wait > timedelta(0):
        return NotDue(wait)
    if way.trial and not health.take_trial(tx, way.account, text.id):
        return OutOfOrder(rules.SHORTEST_WAIT)
    claimed = replace(
        text, claimed_at=tx.now, attempts=text.attempts + 1, account_id=way.account.id
    )
    sends.update(
        tx,
        text,
        status=MessageStatus.SENDING,
        claimed_at=claimed.claimed_at,
        attempts=claimed.attempts,
        account_id=claimed.account_id,
    )
    return _hand_over(claimed, route, way.account)


def _in_doubt(tx: Tx, text: Sending, route: _Route) -> Claim:
    """Its own account alone can tell; one that is out of order is not asked meanwhile."""
    assert text.claimed_at is not None
    account = numbers.account_by_id(tx, _account_of(tx, text))
    known = known_health.read(tx, account.id)
    askable = known.breaker is not Breaker.OPEN
    late = tx.now - text.claimed_at > DOUBT_PATIENCE
    overdue = late and rules.way_out(route.ways, tx.now) is not None
    if not (askable or overdue):
        return OutOfOrder(rules.wait([known], tx.now, text.id))
    hand_over = _hand_over(text, route, account)
    return InDoubt(hand_over, sends.known_ids(tx, text), askable, overdue)


def _account_of(tx: Tx, text: Sending) -> int:
    """Who was given the text. A process of the version before did not note it."""
    return text.account_id or numbers.by_id(tx, text.tenant_id, text.number_id).account_id


def _left_behind(chat: OpenChat, text: Sending) -> bool:
    """Whether the chat's end gave the text up, which was tried in vain just then (rule 4)."""
    return chat.state.forsakes_unsent and text.kind not in GOODBYES


def _hand_over(text: Sending, route: _Route, account: Account) -> HandOver:
    assert text.claimed_at is not None
    return HandOver(
        message_id=text.id,
        attempt=text.attempts,
        claimed_at=text.claimed_at,
        reference=receipts.reference(text.id),
        account=account,
        sender=route.sender,
        recipient=route.recipient,
        text=text.text,
    )


def accepted(tx: Tx, tenant_id: int, message_id: int, answer: Accepted | Found) -> Settled:
    """The carrier has it: note its id, and apply receipts that were quicker."""
    text = _hold(tx, tenant_id, message_id)
    account_id = _account_of(tx, text)
    segments = answer.segments or text.segments
    values = {"provider_id": answer.provider_id, "segments": segments}
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.SENT, None, **values)
    else:
        sends.update(tx, text, **values)
    if isinstance(answer, Accepted):
        health.answered(tx, Try(text.tenant_id, account_id, text.id, tx.now))
    receipts.apply_early(tx, text.tenant_id, account_id, text.id, answer.provider_id)
    return _settled(tx, text)


def rejected(tx: Tx, tenant_id: int, message_id: int, answer: Rejected) -> Settled:
    """Refused for good. A carrier's block is a fact of consent, and goes into the ledger."""
    text = _read(tx, tenant_id, message_id)
    if answer.opted_out:
        consent.hold_chats(tx, text.tenant_id, text.consumer_id)
    text = windows.hold(tx, text)
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.FAILED, answer.code)
        sends.update(tx, text, carrier_says=answer.reason[:CARRIER_SAYS_MAX] or None)
    if answer.opted_out:
        consent.blocked_by_carrier(tx, text, f"{answer.code} {answer.reason}")
    health.answered(tx, Try(text.tenant_id, _account_of(tx, text), text.id, tx.now))
    return _settled(tx, text)


def not_taken(tx: Tx, tenant_id: int, message_id: int, attempt: int | None = None) -> None:
    """Surely not sent: back in the queue, consent is checked anew when it is claimed again.

    Of one `attempt` alone: another try may have claimed the text since, and be sending it.
    """
    text = _hold(tx, tenant_id, message_id)
    if text.status is MessageStatus.SENDING and attempt in (None, text.attempts):
        # A new slot, too: after an outage all that was tried in vain would go out at once.
        nobodys = dict.fromkeys(("claimed_at", "slot_at", "account_id"))
        sends.update(tx, text, status=MessageStatus.QUEUED, **nobodys)


def busy(tx: Tx, text: HandOver, answer: Busy) -> timedelta | None:
    """Not taken: back in the queue, and held against the account, unless it only asked us to be
    slower. The pause until the next try; None: the usual back-off."""
    not_taken(tx, text.account.tenant_id, text.message_id, text.attempt)
    tried = _try(text, text.claimed_at)
    if answer.throttled:
        health.answered(tx, tried)
    elif health.failed(tx, tried, answer):
        # The next claim finds another way, or says how long to wait for this one.
        return timedelta(0)
    return answer.retry_after


def unanswered(tx: Tx, text: HandOver, answer: NoAnswer, asked_at: datetime) -> None:
    """A hand-over or a look-up without an answer: in doubt, and held against the account."""
    health.failed(tx, _try(text, asked_at), answer)


def _try(text: HandOver, began_at: datetime) -> Try:
    return Try(text.account.tenant_id, text.account.id, text.message_id, began_at)


def give_up(tx: Tx, tenant_id: int, message_id: int) -> Settled:
    """Nobody can tell whether it was sent: shown as unknown, never sent a second time."""
    text = _hold(tx, tenant_id, message_id)
    if text.status in UNSENT:
        _finish(tx, text, MessageStatus.UNKNOWN, NO_ANSWER)
    return _settled(tx, text)


def _hold(tx: Tx, tenant_id: int, message_id: int) -> Sending:
    return windows.hold(tx, _read(tx, tenant_id, message_id))


def _read(tx: Tx, tenant_id: int, message_id: int) -> Sending:
    text = sends.by_id(tx, tenant_id, message_id)
    assert text is not None
    return text


def _finish(tx: Tx, text: Sending, status: MessageStatus, error: str | None, **learnt: Any) -> None:
    """The text's way ends here, or goes on with receipts; an outage's delay moves the window."""
    went_out = status in (MessageStatus.SENT, MessageStatus.UNKNOWN)
    sent_at = tx.now if went_out else None
    sends.update(tx, text, status=status, error=error, sent_at=sent_at, **learnt)
    agent_id = None
    if text.chat_id is not None:
        agent_id = chats.seen(tx, text.tenant_id, text.chat_id).state.agent_id
    if went_out:
        windows.text_went_out(tx, text)
    events.message_changed(tx, text.tenant_id, text.chat_id, text.id, status, agent_id)


def _settled(tx: Tx, text: Sending) -> Settled:
    """With the chat's deadline as this transaction leaves it, and the pointer that it goes with."""
    if text.chat_id is None:
        return Settled()
    chat = chats.seen(tx, text.tenant_id, text.chat_id)
    due = min(windows.deadlines_of(tx, chat).values(), default=None)
    return Settled(due, chat.ptr + chat.changed)
