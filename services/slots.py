"""A number's slots: so many segments a second, and who goes first (architecture rule 11)."""

from __future__ import annotations

from datetime import timedelta

from domain.statuses import RANK, Priority
from store import numbers, sends
from store.database import Tx
from store.sends import Sending

BULK_PAUSE = timedelta(seconds=1)
# A slot that was not used for so long is lost: after an outage all would be used at once.
STALE_SLOT = timedelta(seconds=30)


def take(tx: Tx, text: Sending) -> timedelta:
    """Take the number's next slot for a text, or say how long to wait for it.

    Agents' replies reserve their slot ahead, so that they overtake what only waits for a free
    one: system texts, and bulk, which waits for everything more urgent, too. An answer to a
    command waits for nothing.
    """
    if text.slot_at is not None and text.slot_at > tx.now - STALE_SLOT:
        return text.slot_at - tx.now
    number = numbers.lock(tx, text.tenant_id, text.number_id)
    slot = max(tx.now, number.next_slot_at or tx.now)
    if text.priority > RANK[Priority.REPLY] and slot > tx.now:
        return slot - tx.now
    if text.priority >= RANK[Priority.BULK] and sends.more_urgent_waits(
        tx, text.tenant_id, text.number_id
    ):
        return BULK_PAUSE
    takes = timedelta(seconds=text.segments / number.segments_per_second)
    numbers.move_slot(tx, number, slot + takes)
    if text.priority <= RANK[Priority.CONSENT] or slot <= tx.now:
        return timedelta(0)
    sends.update(tx, text, slot_at=slot)
    return slot - tx.now
