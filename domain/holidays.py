"""Holidays in a weekly expression (product C5): a shift belongs to the day on which it begins.

A holiday replaces the hours of its day. What began the evening before goes on to its end, and
what does not begin on the holiday does not go on after it. The expression alone would close and
open at midnight, so each holiday and the day after it are written out in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from opening_hours import OpeningHours, State

# English, whatever the language of the machine is.
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")

# Hours of one day, as its clocks show them; the end may be the next midnight.
Spans = list[tuple[datetime, datetime]]


def rules(expression: str, holidays: Mapping[date, str | None]) -> Iterator[str]:
    """The expression's rules, and one for each day on which holidays change something."""
    yield expression
    whole, within = OpeningHours(expression), OpeningHours(_SPAN.sub(_until_midnight, expression))
    for day in sorted(holidays.keys() | {day + _DAY for day in holidays}):
        before = day - _DAY
        if before in holidays:
            left = _spans(_alone(before, holidays[before]), day)
        else:
            left = _left_over(whole, within, day)
        own = _alone(day, holidays[day]) if day in holidays else within
        yield _rule(day, ", ".join(_written(day, span) for span in [*left, *_spans(own, day)]))


def _alone(day: date, hours: str | None) -> OpeningHours:
    """A holiday's hours without anything around them."""
    return OpeningHours(_rule(day, hours or ""))


def _rule(day: date, hours: str) -> str:
    month = _MONTHS[3 * day.month - 3 : 3 * day.month]
    return f"{day.year} {month} {day.day:02} {hours or 'off'}"


def _until_midnight(span: re.Match[str]) -> str:
    """A span that is cut off where its day ends."""
    begins, ends = (60 * int(span[i]) + int(span[i + 1]) for i in (1, 3))
    over = ends <= begins or ends > 24 * 60
    return f"{span[1]}:{span[2]}-24:00" if over else span[0]


def _left_over(whole: OpeningHours, within: OpeningHours, day: date) -> Spans:
    """What the evening before this day leaves to it."""
    midnight = _midnight(day)
    if not whole.is_open(midnight) or within.is_open(midnight):
        return []
    ends = [next(hours.intervals(midnight, midnight + _DAY))[1] for hours in (whole, within)]
    return [(midnight, min(ends))]


def _spans(hours: OpeningHours, day: date) -> Spans:
    found = hours.intervals(_midnight(day), _midnight(day) + _DAY)
    return [(begins, ends) for begins, ends, state, _ in found if state == State.OPEN]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _written(day: date, span: tuple[datetime, datetime]) -> str:
    begins, ends = (divmod((at - _midnight(day)) // timedelta(minutes=1), 60) for at in span)
    return f"{begins[0]:02}:{begins[1]:02}-{ends[0]:02}:{ends[1]:02}"
