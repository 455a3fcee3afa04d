"""Taking one text for sending: the claim commits before the carrier is asked (rule 11).

So a text whose answer never came is known as such: it is looked up or left to its receipt, never
blindly sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from domain import health as rules
from domain.decisions import GOODBYES
from domain.health import Breaker, Health
from domain.reasons import CHAT_ENDED, NUMBER_GONE, OPTED_OUT
from domain.statuses import UNSENT, MessageStatus
from services import consent, events, health, receipts, slots, windows
from store import chats, numbers, recipients, sends
from store import health as known_health
from store.chats import OpenChat
from store.database import Tx
from store.numbers import Account
from store.sends import Sending

# A claim that waited longer than this for the store is not handed over any more: the carrier's
# answer could come after the grace, when another try has judged the text as lost.
FRESH = timedelta(seconds=5)
# A carrier that cannot be asked at all is waited for so long, if other texts of the chat could go
# out meanwhile: its agent and consumer must not be kept apart by one text.
DOUBT_PATIENCE = timedelta(minutes=5)
# A text waits for those of the pair's chat before, and looks again so often.
BEHIND_PAUSE = timedelta(seconds=2)
# But not for ever: a process may hang. Longer than any pause that a carrier may ask for.
BEHIND_PATIENCE = timedelta(minutes=10)


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
    """It is not its turn yet."""

    wait: timedelta
    why: str = "the number's next slot is not due"


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
    """From and to which number, and the accounts that may carry it, each with its health; none
    where the number is not ours any more."""

    sender: str
    recipient: str
    ways: list[tuple[Account, Health]]


def claim(tx: Tx, tenant_id: int, message_id: int, incarnation: int | None) -> Claim:
    """Take a text for sending. Consent is checked once more, in this same transaction."""
    text = sends.to_claim(tx, tenant_id, message_id)
    if text is None:
        return Settled()
    chat = None if text.chat_id is None else chats.seen(tx, text.tenant_id, text.chat_id)
    if chat is not None and incarnation is not None and chat.incarnation > incarnation:
        return Superseded()
    if text.status not in UNSENT:
        return settled(tx, text)
    recipient = recipients.get(tx, text.tenant_id, text.consumer_id, text.number_id)
    sender, ways = numbers.ways_out(tx, text.tenant_id, text.number_id)
    route = _Route(sender, recipient.number, ways)
    if text.status is MessageStatus.SENDING:
        return _in_doubt(tx, text, route)
    if not route.ways:
        finish(tx, text, MessageStatus.FAILED, NUMBER_GONE)
        return settled(tx, text)
    if text.kind not in consent.ANSWERS and recipient.opted_out:
        finish(tx, text, MessageStatus.BLOCKED, OPTED_OUT)
        return settled(tx, text)
    if chat is not None and _left_behind(chat, text):
        finish(tx, text, MessageStatus.FAILED, CHAT_ENDED)
        return Settled()
    return _take(tx, text, route)


def _take(tx: Tx, text: Sending, route: _Route) -> Claim:
    """Claim it for the first account that takes texts, in the number's next slot."""
    way = rules.way_out(route.ways, tx.now)
    if way is None:
        healths = [known for _, known in route.ways]
        return OutOfOrder(rules.wait(healths, tx.now, text.id))
    since = {account.id: known.since for account, known in route.ways}[way.account.id]
    if text.behind and _keeps_behind(tx, text, since):
        return NotDue(BEHIND_PAUSE, "a text of the consumer's chat before goes first")
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


def _keeps_behind(tx: Tx, text: Sending, carried_since: datetime | None) -> bool:
    """Whether it goes on waiting for the pair's chats before: the consumer reads one thread.

    They have ended, and wait for older ones alone, so no two wait for each other. The time counts
    in which it could have gone out itself, and so they, too: no outage is part of it.
    """
    if text.behind_since is None:
        sends.update(tx, text, behind_since=tx.now)
        return True
    return tx.now - max(text.behind_since, carried_since or text.behind_since) < BEHIND_PATIENCE


def _in_doubt(tx: Tx, text: Sending, route: _Route) -> Claim:
    """Its own account alone can tell; one that is out of order is not asked meanwhile."""
    assert text.claimed_at is not None
    account = numbers.account_by_id(tx, account_of(tx, text))
    known = known_health.read(tx, account.id)
    askable = known.breaker is not Breaker.OPEN
    late = tx.now - text.claimed_at > DOUBT_PATIENCE
    overdue = late and rules.way_out(route.ways, tx.now) is not None
    if not (askable or overdue):
        return OutOfOrder(rules.wait([known], tx.now, text.id))
    hand_over = _hand_over(text, route, account)
    return InDoubt(hand_over, sends.known_ids(tx, text), askable, overdue)


def account_of(tx: Tx, text: Sending) -> int:
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


def finish(tx: Tx, text: Sending, status: MessageStatus, error: str | None, **learnt: Any) -> None:
    """The text's way ends here, or goes on with receipts; an outage's delay moves the window."""
    went_out = status in (MessageStatus.SENT, MessageStatus.UNKNOWN)
    sent_at = tx.now if went_out else None
    sends.update(tx, text, status=status, error=error, sent_at=sent_at, **learnt)
    if went_out:
        windows.text_went_out(tx, text)
    events.message_changed(tx, text.tenant_id, text.chat_id, text.id, status, text.agent_id)


def settled(tx: Tx, text: Sending) -> Settled:
    """With the chat's deadline as this transaction leaves it, and the pointer that it goes with."""
    if text.chat_id is None:
        return Settled()
    chat = chats.seen(tx, text.tenant_id, text.chat_id)
    due = min(windows.deadlines_of(tx, chat).values(), default=None)
    return Settled(due, chat.ptr + chat.changed)
