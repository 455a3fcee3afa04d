"""What came of handing a text over: recorded in one transaction each (architecture rule 11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from carriers.protocol import Accepted, Busy, Found, NoAnswer, Rejected
from domain.reasons import NO_ANSWER
from domain.statuses import UNSENT, MessageStatus
from services import consent, health, receipts, windows
from services.claims import HandOver, Settled, account_of, finish, settled
from services.health import Try
from store import sends
from store.database import Tx
from store.sends import Sending

# After an answer that never came: how long the carrier is given to know the text at all.
# Longer than the activity's start-to-close, so that no earlier try can still be under way.
GRACE = timedelta(seconds=15)
# Without a look-up, a receipt is waited for this long; then the text is shown as unknown.
RECEIPT_PATIENCE = timedelta(seconds=60)
# Of a carrier's own words so many characters are kept.
CARRIER_SAYS_MAX = 500


def accepted(tx: Tx, tenant_id: int, message_id: int, answer: Accepted | Found) -> Settled:
    """The carrier has it: note its id, and apply receipts that were quicker."""
    if tx.attempt:
        text = _read(tx, tenant_id, message_id)
        consent.hold_chats(tx, text.tenant_id, text.consumer_id)
    text = _hold(tx, tenant_id, message_id)
    account_id = account_of(tx, text)
    segments = answer.segments or text.segments
    values = {"provider_id": answer.provider_id, "segments": segments}
    if text.status in UNSENT:
        finish(tx, text, MessageStatus.SENT, None, **values)
    else:
        sends.update(tx, text, **values)
    if isinstance(answer, Accepted):
        health.answered(tx, Try(text.tenant_id, account_id, text.id, tx.now))
    receipts.apply_early(tx, text.tenant_id, account_id, text.id, answer.provider_id)
    return settled(tx, text)


def rejected(tx: Tx, tenant_id: int, message_id: int, answer: Rejected) -> Settled:
    """Refused for good. A carrier's block is a fact of consent, and goes into the ledger."""
    text = _read(tx, tenant_id, message_id)
    if answer.opted_out:
        consent.hold_chats(tx, text.tenant_id, text.consumer_id)
    text = windows.hold(tx, text)
    if text.status in UNSENT:
        finish(tx, text, MessageStatus.FAILED, answer.code)
        sends.update(tx, text, carrier_says=answer.reason[:CARRIER_SAYS_MAX] or None)
    if answer.opted_out:
        consent.blocked_by_carrier(tx, text, f"{answer.code} {answer.reason}")
    health.answered(tx, Try(text.tenant_id, account_of(tx, text), text.id, tx.now))
    return settled(tx, text)


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
        finish(tx, text, MessageStatus.UNKNOWN, NO_ANSWER)
    return settled(tx, text)


def _hold(tx: Tx, tenant_id: int, message_id: int) -> Sending:
    return windows.hold(tx, _read(tx, tenant_id, message_id))


def _read(tx: Tx, tenant_id: int, message_id: int) -> Sending:
    text = sends.by_id(tx, tenant_id, message_id)
    assert text is not None
    return text
