"""The clocks of a time zone, over changes of its offset (PEP 495): from moments to what the clocks
show, and back. What they show is a datetime without a zone here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks show at this moment."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def next_showing(wall: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after this one, at which they show less, to show so late a time, in UTC:
    where they skip it, the one at which they go forward."""
    first, second = _moments(wall, zone)
    if first > second:
        return _change(second, first, zone)
    return first if first > after else second


def put_back(at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the clocks are put back over what they show at this moment, in UTC; None: they show it
    for the last time."""
    first, second = _moments(shown(at, zone), zone)
    return _change(at, second, zone) if first <= at < second else None


def _moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the clocks show this, read with the offset before a change and with the one after it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two at which the offset changes; it is a whole second."""
    before = before.replace(microsecond=0)
    offset = before.astimezone(zone).utcoffset()
    seconds = -((before - after) // _SECOND)
    low, high = 0, seconds
    while high - low > 1:
        middle = (low + high) // 2
        changed = (before + middle * _SECOND).astimezone(zone).utcoffset() != offset
        low, high = (low, middle) if changed else (middle, high)
    return before + high * _SECOND
