"""That whoever texts a number can be shown a menu, or needs none (product A3, A4)."""

from __future__ import annotations

from collections.abc import Iterator

from domain.config.document import Configuration, Queue
from domain.config.problems import Problem


def menus(c: Configuration) -> Iterator[Problem]:
    """A queue without a visible queue below it leads on only if it leads to a single leaf."""
    known = {keys[-1]: queue for keys, queue in c.walk()}
    for number, settings in c.numbers.items():
        if settings.queue not in known:
            continue
        for key, queue in _reached(settings.queue, known[settings.queue]):
            if all(below.hidden for below in queue.queues.values()) and _leaves(queue) > 1:
                rule = f"leads to {key}, below which all is hidden, and more than one leaf: no menu"
                yield Problem(("numbers", number, "queue"), f"{rule} can be shown there")


def _reached(key: str, queue: Queue, leads: bool = True) -> Iterator[tuple[str, Queue]]:
    """The queues that menus and keywords lead to, from one that is reached if it `leads`."""
    if leads:
        yield key, queue
    for below, child in queue.queues.items():
        shown = leads and not child.hidden
        yield from _reached(below, child, shown or bool(child.keywords))


def _leaves(queue: Queue) -> int:
    return sum(_leaves(child) for child in queue.queues.values()) or 1
