"""The chat's deadlines (product D): what is counted, from when, and what it means when it rings.

Every chat has one window, counted from `window_from`; its status says how long the window is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from domain.statuses import ENDED, ChatStatus

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(minutes=10_080)
# A text that waited longer than this to be sent was held up by an outage, and the consumer's
# window starts anew when it went out (architecture rule 5).
HELD_UP = timedelta(minutes=1)


@dataclass(frozen=True)
class Timers:
    """The expirations of a tenant; each 1 to 10,080 minutes (product D)."""

    queue_selecting_expiration: timedelta = timedelta(minutes=1440)
    unanswered_expiration: timedelta = timedelta(minutes=240)
    chat_timeout: timedelta = timedelta(minutes=1440)

    def __post_init__(self) -> None:
        for field in fields(self):
            if not SHORTEST <= getattr(self, field.name) <= LONGEST:
                raise ValueError(f"{field.name} must be 1 to 10080 minutes")


def deadline(status: ChatStatus, window_from: datetime, timers: Timers) -> datetime | None:
    """When a chat in this status ends by itself; None for one that has ended."""
    if status in ENDED:
        return None
    length = {
        ChatStatus.SELECTING: timers.queue_selecting_expiration,
        ChatStatus.QUEUED: timers.unanswered_expiration,
        ChatStatus.ASSIGNED: timers.chat_timeout,
    }[status]
    return window_from + length


def window_after_sending(
    window_from: datetime, due: datetime | None, written: datetime, sent: datetime
) -> datetime:
    """The window's start once a text went out: moved only when an outage held the text up."""
    held_up = sent - written > HELD_UP or (due is not None and sent >= due)
    return max(window_from, sent) if held_up else window_from


def not_retroactive(
    due: datetime, before: datetime | None, window_from: datetime, changed_at: datetime | None
) -> datetime:
    """A deadline under new settings that takes no time back which the old ones had given.

    `before` is the deadline as last reckoned. A timer that was shortened at `changed_at`, while
    the window ran, counts its new length from then, and never past the old deadline.
    """
    if before is None or changed_at is None or changed_at <= window_from or due >= before:
        return due
    return min(before, changed_at + (due - window_from))
