"""Opening hours: a weekly expression, holidays and a time zone (product C5, D "After hours").

The expression is OpenStreetMap's (wiki.openstreetmap.org/wiki/Key:opening_hours), read by a
library. Time is evaluated in the schedule's zone, across DST. Too heavy for a workflow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

from domain import clocks, holidays

# Days after which a change is as good as none; looking to the end of the calendar takes seconds.
_FORESEEN = 10 * 366


class InvalidHours(ValueError):
    """Not an expression, or one that needs a place on the map to be understood."""


@dataclass(frozen=True)
class Schedule:
    """When a queue is open. `holidays` are (day, hours or None for closed)."""

    zone: str
    expression: str
    holidays: tuple[tuple[date, str | None], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As the store keeps it."""
        days = [[day.isoformat(), hours] for day, hours in self.holidays]
        return {"zone": self.zone, "expression": self.expression, "holidays": days}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Schedule:
        """As the store kept it."""
        holidays = tuple((date.fromisoformat(day), hours) for day, hours in data["holidays"])
        return cls(data["zone"], data["expression"], holidays)

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this moment (aware): whether it is at what the clocks show then,
        so that an hour that they show twice is open twice."""
        return _compiled(self).is_open(clocks.shown(at, ZoneInfo(self.zone)))

    def next_change(self, at: datetime) -> datetime | None:
        """When it next opens or closes, in UTC; None: never."""
        zone, was_open = ZoneInfo(self.zone), self.is_open(at)
        next_at: datetime | None = at
        while next_at is not None and self.is_open(next_at) == was_open:
            wall = _compiled(self).next_change(clocks.shown(next_at, zone))
            moments = [
                None if wall is None else clocks.next_showing(wall, next_at, zone),
                clocks.put_back(next_at, zone),
            ]
            next_at = min((moment for moment in moments if moment), default=None)
        return next_at

    def next_opening(self, at: datetime) -> datetime | None:
        """When it is open again: `at` itself if it is open; None: never."""
        while not self.is_open(at):
            change = self.next_change(at)
            if change is None:
                return None
            at = change
        return at

    def local(self, at: datetime) -> datetime:
        """The moment as the clocks of the schedule's zone show it."""
        return at.astimezone(ZoneInfo(self.zone))


def check_zone(zone: str) -> None:
    """Refuses what is no IANA zone. Raises `InvalidHours`."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise InvalidHours("must be an IANA time zone such as America/New_York") from None


def check_expression(expression: str) -> None:
    """Refuses what cannot be read, or depends on the sun or on public holidays of a country."""
    words = {"PH", "SH", "sunrise", "sunset", "dawn", "dusk", "unknown"}
    found = sorted(word for word in words if word in expression)
    if found:
        raise InvalidHours(f"must not use {', '.join(found)}: list holidays by their day")
    if not validate(expression):
        raise InvalidHours("must be opening hours such as Mo-Fr 09:00-17:00; Sa 10:00-14:00")


_TIMES = re.compile(r"\d\d:\d\d-\d\d:\d\d(, ?\d\d:\d\d-\d\d:\d\d)*")


def check_day(hours: str) -> None:
    """Refuses what is more than the times of one day: a rule of its own would hold on others."""
    if not (_TIMES.fullmatch(hours) and validate(hours)):
        raise InvalidHours("must be hours such as 10:00-12:00, 14:00-16:00")


@lru_cache(maxsize=1024)
def _compiled(schedule: Schedule) -> OpeningHours:
    """Read without a zone: with one, the library loses the second pass of a repeated hour."""
    rules = holidays.rules(schedule.expression, dict(schedule.holidays))
    return OpeningHours("; ".join(rules), max_interval_days=_FORESEEN)
