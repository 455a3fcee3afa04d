"""Opening hours over changes of the clocks, and shifts over midnight beside holidays (C5, D)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.config.document import Holiday
from domain.hours import Schedule

MINUTE = timedelta(minutes=1)
# Changes by an hour, by half of one, by two, at midnight, twice a year about Ramadan, and by a day.
ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kolkata",
]


def changes_of(zone: str) -> list[datetime]:
    """Every change of the offset in sixteen years, to the minute."""
    found, end = [], datetime(2027, 1, 1, tzinfo=UTC)
    low = datetime(2011, 1, 1, tzinfo=UTC)
    while low < end:
        high = low + timedelta(days=1)
        if offset(low, zone) != offset(high, zone):
            before, after = low, high
            while after - before > MINUTE:
                middle = before + (after - before) // (2 * MINUTE) * MINUTE
                same = offset(middle, zone) == offset(low, zone)
                before, after = (middle, after) if same else (before, middle)
            found.append(after)
        low = high
    return found or [low]


def offset(at: datetime, zone: str) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()


CHANGES = [(zone, change) for zone in ZONES for change in changes_of(zone)]
clock = st.integers(0, 23 * 4 + 3).map(lambda q: f"{q // 4:02}:{15 * (q % 4):02}")
spans = st.tuples(clock, clock).filter(lambda s: s[0] != s[1]).map("-".join)


@given(
    st.sampled_from(CHANGES),
    st.lists(spans, min_size=1, max_size=3),
    st.integers(-300 * 60, 90 * 60),
)
@example(("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)), ["01:15-01:45"], -3600)
@example(("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)), ["02:15-02:45"], -3600)
def test_nothing_changes_until_the_next_change_and_something_does_at_it(
    around: tuple[str, datetime], open_: list[str], seconds: int
) -> None:
    zone, change = around
    now = change + timedelta(seconds=seconds)
    hours = Schedule(zone, "Mo-Su " + ",".join(open_))
    is_open, then = hours.is_open(now), hours.next_change(now)
    watched_to = now + timedelta(hours=5) if then is None else min(then, now + timedelta(hours=5))
    at = now
    while at < watched_to:
        assert hours.is_open(at) is is_open, at
        at = at.replace(second=0, microsecond=0) + MINUTE
    if then is not None:
        assert then > now
        assert then.tzinfo is UTC
        assert hours.is_open(then) is not is_open


@pytest.mark.parametrize(
    ("expression", "changes"),
    [
        # The clocks of New York show 01:00 to 02:00 twice, at 05:00 and at 06:00 UTC.
        ("Su 01:15-01:45", ["05:15", "05:45", "06:15", "06:45"]),
        ("Su 01:30-10:00", ["05:30", "06:00", "06:30", "15:00"]),
        ("Su 00:00-01:30", ["04:00", "05:30", "06:00", "06:30"]),
        ("Su 01:00-02:00", ["05:00", "07:00"]),
        ("Su 00:30-02:30", ["04:30", "07:30"]),
    ],
)
def test_what_opens_or_closes_in_a_repeated_hour_does_so_twice(
    expression: str, changes: list[str]
) -> None:
    hours = Schedule("America/New_York", expression)
    at: datetime | None = datetime(2026, 11, 1, 3, tzinfo=UTC)
    found = []
    for _ in changes:
        at = hours.next_change(at) if at else None
        found.append(f"{at:%H:%M}")
    assert found == changes


def test_what_is_open_for_ever_stays_so_in_the_last_minute_of_a_repeated_hour() -> None:
    assert Schedule("America/New_York", "24/7").is_open(datetime(2026, 11, 1, 5, 59, tzinfo=UTC))


def test_what_opens_in_a_skipped_hour_opens_when_the_clocks_go_forward() -> None:
    hours = Schedule("America/New_York", "Su 02:30-10:00")
    forward = datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert hours.next_change(forward - timedelta(hours=3)) == forward


def open_in(hours: Schedule, begin: str, end: str) -> list[str]:
    """When it is open between two days, as its clocks show it."""
    zone = ZoneInfo(hours.zone)
    at, until = (datetime.fromisoformat(day).replace(tzinfo=zone) for day in (begin, end))
    found, opened = [], at if hours.is_open(at) else None
    while (change := hours.next_change(at)) is not None and change < until:
        at = change
        if opened is not None:
            found.append(f"{hours.local(opened):%d %H:%M}-{hours.local(at):%d %H:%M}")
        opened = at if hours.is_open(at) else None
    return found


NIGHTS = "Mo-Su 22:00-06:00"
CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("expression", "holidays", "expected"),
    [
        # The night before goes on to its end; that of the holiday is off, to its end.
        (NIGHTS, {25: None}, ["23 22:00-24 06:00", "24 22:00-25 06:00", "26 22:00-27 06:00"]),
        (NIGHTS, {24: None, 25: None}, ["23 22:00-24 06:00", "26 22:00-27 06:00"]),
        # The holiday has a night of its own.
        (NIGHTS, {25: "20:00-02:00"},
         ["23 22:00-24 06:00", "24 22:00-25 06:00", "25 20:00-26 02:00", "26 22:00-27 06:00"]),
        (NIGHTS, {24: "20:00-02:00", 25: None},
         ["23 22:00-24 06:00", "24 20:00-25 02:00", "26 22:00-27 06:00"]),
        ("Mo-Su 22:00-30:00", {25: None},
         ["23 22:00-24 06:00", "24 22:00-25 06:00", "26 22:00-27 06:00"]),
        # What follows upon the night without a pause is the holiday's.
        ("Mo-Su 22:00-06:00, 06:00-08:00", {25: None},
         ["23 22:00-24 08:00", "24 22:00-25 06:00", "26 06:00-26 08:00", "26 22:00-27 08:00"]),
        ("Mo-Su 08:00-12:00", {25: None},
         ["24 08:00-24 12:00", "26 08:00-26 12:00", "27 08:00-27 12:00"]),
    ],
)  # fmt: skip
def test_a_shift_belongs_to_the_day_on_which_it_begins(
    expression: str, holidays: dict[int, str | None], expected: list[str]
) -> None:
    days = tuple((date(2026, 12, day), hours) for day, hours in holidays.items())
    hours = Schedule("America/New_York", expression, days)
    assert open_in(hours, "2026-12-23T12:00", "2026-12-27T20:00") == expected


@pytest.mark.parametrize("always", ["24/7", "Mo-Su 00:00-24:00"])
def test_hours_without_a_pause_end_at_midnight_before_a_holiday(always: str) -> None:
    hours = Schedule("America/New_York", always, ((CHRISTMAS, None),))
    assert not hours.is_open(datetime(2026, 12, 25, 5, tzinfo=UTC))
    assert hours.is_open(datetime(2026, 12, 26, 5, tzinfo=UTC))


@pytest.mark.parametrize("day", [date(1900, 1, 2), date(9998, 12, 31)])
def test_every_day_that_may_be_a_holiday_can_be_one(day: date) -> None:
    hours = Schedule("America/New_York", NIGHTS, ((Holiday(day=day).day, None),))
    assert hours.is_open(datetime(2026, 12, 25, 5, tzinfo=UTC))
    with pytest.raises(ValidationError):
        Holiday(day=day + timedelta(days=1 if day.year > 2000 else -1))
