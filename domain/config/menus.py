"""That whoever texts a number can be shown a menu, or needs none (product A3, A4)."""

from __future__ import annotations

from collections.abc import Iterator

from domain.config.document import Configuration, Queue
from domain.config.problems import Problem


def menus(c: Configuration) -> Iterator[Problem]:
    """A queue without a visible queue below it leads on only if it leads to a single leaf."""
    known = {keys[-1]: queue for keys, queue in c.walk()}
    # Once for all numbers of a queue, which are many in a large company.
    silent: dict[str | None, list[str]] = {}
    for number, settings in c.numbers.items():
        if settings.queue in known and settings.queue not in silent:
            silent[settings.queue] = list(_silent(settings.queue, known[settings.queue]))
        for key in silent.get(settings.queue, ()):
            rule = f"leads to {key}, below which all is hidden, and more than one leaf: no menu"
            yield Problem(("numbers", number, "queue"), f"{rule} can be shown there")


def _silent(key: str, queue: Queue) -> Iterator[str]:
    """Where whoever comes in by this queue would have to be asked, and cannot be."""
    for reached, one in _reached(key, queue):
        if all(below.hidden for below in one.queues.values()) and _leaves(one) > 1:
            yield reached


def _reached(key: str, queue: Queue, leads: bool = True) -> Iterator[tuple[str, Queue]]:
    """The queues that menus and keywords lead to, from one that is reached if it `leads`."""
    if leads:
        yield key, queue
    for below, child in queue.queues.items():
        shown = leads and not child.hidden
        yield from _reached(below, child, shown or bool(child.keywords))


def _leaves(queue: Queue) -> int:
    return sum(_leaves(child) for child in queue.queues.values()) or 1
