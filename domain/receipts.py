"""What a carrier's delivery receipts mean: per segment, and for the message as a whole.

Receipts come late, twice and in any order; a status only ever goes forward.
"""

from collections.abc import Iterable
from enum import StrEnum

# In place of a segment's number: the carrier reports on whole messages (Twilio).
WHOLE = -1


class SegmentStatus(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


_RANK = {
    SegmentStatus.SENT: 0,
    SegmentStatus.UNDELIVERED: 1,
    SegmentStatus.FAILED: 2,
    SegmentStatus.DELIVERED: 2,
}


def later(known: SegmentStatus, reported: SegmentStatus) -> SegmentStatus:
    """The status after a receipt: forward or unchanged.

    Delivered and failed are final. Undelivered is not: some carriers try again for days and
    report the success.
    """
    return reported if _RANK[reported] > _RANK[known] else known


def message_status(segments: Iterable[SegmentStatus | None]) -> SegmentStatus:
    """The status of a sent message from all its segments; None is a segment without a receipt.

    One lost segment makes the text unreadable, so the worst one speaks for the message.
    """
    known = list(segments)
    for hard in (SegmentStatus.FAILED, SegmentStatus.UNDELIVERED):
        if hard in known:
            return hard
    delivered = bool(known) and all(status is SegmentStatus.DELIVERED for status in known)
    return SegmentStatus.DELIVERED if delivered else SegmentStatus.SENT
