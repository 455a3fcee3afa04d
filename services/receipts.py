"""Delivery receipts: per segment, only forward, whatever order they come in (rule 11)."""

from __future__ import annotations

from datetime import timedelta

from carriers.protocol import Receipt
from domain.receipts import WHOLE, SegmentStatus, later, message_status
from domain.statuses import UNSENT, MessageStatus
from services import consent, events, windows
from store import locks, sends
from store.database import Again, Tx
from store.numbers import Account
from store.sends import EarlyReceipt, Sending

PREFIX = "threadline-"
REPORTED = frozenset(map(str, SegmentStatus))
# Carriers report for up to three days after a text.
KEPT = timedelta(days=7)
LOST = (MessageStatus.FAILED, MessageStatus.UNDELIVERED)


def reference(message_id: int) -> str:
    """Our name for a text, which the carrier repeats in receipts and answers look-ups by."""
    return f"{PREFIX}{message_id}"


def apply(tx: Tx, account: Account, receipts: list[Receipt]) -> None:
    """Apply what the carrier reports; a receipt without a match is kept for later."""
    found = [(receipt, _find(tx, account, receipt)) for receipt in receipts]
    for receipt, text in found:
        if text is not None and receipt.opted_out:
            consent.hold_chats(tx, text.tenant_id, text.consumer_id)
    for receipt, text in found:
        if text is None:
            continue
        _advance(tx, windows.hold(tx, text), _early(receipt), account.id, receipt.provider_id)
        _take_block(tx, text, _early(receipt))
    # After the texts' locks, and in one order: two reports of the same texts must not cross.
    unknown = [receipt for receipt, text in found if text is None]
    for receipt in sorted(unknown, key=lambda each: each.provider_id):
        _keep(tx, account, receipt)


def _keep(tx: Tx, account: Account, receipt: Receipt) -> None:
    """Keep a receipt, unless its text became known while the lock was waited for."""
    locks.receipts(tx, account.id, receipt.provider_id)
    text = sends.by_provider(tx, account.tenant_id, account.id, receipt.provider_id)
    if text is None:
        sends.keep_receipt(tx, account.tenant_id, account.id, receipt.provider_id, _early(receipt))
    elif receipt.opted_out:
        # It ends chats, whose locks come before: found at once, the second time.
        raise Again
    else:
        _advance(tx, windows.hold(tx, text), _early(receipt), account.id, receipt.provider_id)


def _take_block(tx: Tx, text: Sending, receipt: EarlyReceipt) -> None:
    """What the carrier holds back goes into the ledger. Needs `consent.hold_chats`."""
    if receipt.opted_out:
        consent.blocked_by_carrier(tx, text, f"{receipt.error} in a receipt")


def apply_early(tx: Tx, tenant_id: int, account_id: int, message_id: int, provider_id: str) -> None:
    """Apply the receipts that came before the carrier's id was known.

    Where one tells of a block and what that may end is not held, it is all done again (`Again`):
    the caller holds the chats from the second attempt on.
    """
    locks.receipts(tx, account_id, provider_id)
    for early in sends.take_receipts(tx, tenant_id, account_id, provider_id):
        text = sends.by_id(tx, tenant_id, message_id)
        assert text is not None
        if early.opted_out and not tx.attempt:
            raise Again
        _advance(tx, text, early, account_id, provider_id)
        _take_block(tx, text, early)


def forget_old(tx: Tx) -> None:
    """Drop the receipts of texts that nobody will name any more: not ours, or given up."""
    sends.forget_receipts(tx, tx.now - KEPT)


def _find(tx: Tx, account: Account, receipt: Receipt) -> Sending | None:
    """By our reference where the carrier repeats it, else by the carrier's id."""
    text = None
    if receipt.reference is not None and receipt.reference.startswith(PREFIX):
        number = receipt.reference.removeprefix(PREFIX)
        if number.isascii() and number.isdigit() and len(number) < 19:
            text = sends.by_id(tx, account.tenant_id, int(number))
    if text is None or not _may_speak_of(receipt, text):
        text = sends.by_provider(tx, account.tenant_id, account.id, receipt.provider_id)
    return text


def _may_speak_of(receipt: Receipt, text: Sending) -> bool:
    """Whether the carrier can know the text. One that was never handed over would otherwise be
    taken for delivered, and never be sent; one that another id stands for has receipts of its own.
    """
    return text.attempts > 0 and text.provider_id in (None, receipt.provider_id)


def _early(receipt: Receipt) -> EarlyReceipt:
    return EarlyReceipt(receipt.segment, receipt.status, receipt.error, receipt.opted_out)


def _advance(
    tx: Tx, text: Sending, receipt: EarlyReceipt, account_id: int, provider_id: str
) -> None:
    if text.account_id not in (None, account_id):
        # It says that it never took the text, which was then given to another account.
        return
    known = sends.segments(tx, text)
    before = known.get(receipt.segment)
    after = receipt.status if before is None else later(before, receipt.status)
    if after is not before:
        sends.set_segment(tx, text.tenant_id, text.id, receipt.segment, after, receipt.error)
        known[receipt.segment] = after
    if text.status in (MessageStatus.FAILED, MessageStatus.BLOCKED):
        return
    many = max(text.segments, max(known) + 1)
    said = known.get(WHOLE) or message_status([known.get(n) for n in range(many)])
    # The message too only goes forward: a segment that is delivered after all does not make
    # an undelivered text "sent" again while other segments are still on their way.
    if text.status in REPORTED:
        said = later(SegmentStatus(text.status), said)
    status = MessageStatus(said)
    if status is text.status:
        return
    values: dict[str, object] = {"status": status, "provider_id": text.provider_id or provider_id}
    values["account_id"] = account_id
    values["error"] = receipt.error if status in LOST else None
    if text.status in UNSENT:
        values["sent_at"] = tx.now
        windows.text_went_out(tx, text)
    if status is MessageStatus.DELIVERED:
        values["delivered_at"] = tx.now
    sends.update(tx, text, **values)
    events.message_changed(tx, text.tenant_id, text.chat_id, text.id, status, text.agent_id)
