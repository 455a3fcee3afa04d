"""When each queue of a configuration is open (product C5): its own hours, or those above it."""

from __future__ import annotations

from domain.config.checks import schedule
from domain.config.document import Configuration
from domain.hours import Schedule


def schedules(c: Configuration) -> dict[str, Schedule | None]:
    """The opening hours that hold on each queue, by its key; None: it is always open."""
    named = {key: schedule(c, key) for key in c.hours}
    found: dict[str, Schedule | None] = {}
    for keys, queue in c.walk():
        above = found[keys[-2]] if len(keys) > 1 else None
        found[keys[-1]] = named[queue.hours] if queue.hours else above
    return found


def rescheduled(old: Configuration, new: Configuration) -> set[str]:
    """The queues, in both of the two, on which other hours hold."""
    before, after = schedules(old), schedules(new)
    return {key for key in before.keys() & after.keys() if before[key] != after[key]}
