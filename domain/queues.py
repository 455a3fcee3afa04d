"""The queue tree: which queues a consumer can reach from a number (product A3, A4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.commands import folded, readings
from domain.hours import Schedule


@dataclass(frozen=True)
class Queue:
    """A node of the menu tree; agents sit on leaves."""

    id: int
    parent_id: int | None
    name: str
    position: int = 0
    lang: str | None = None
    hidden: bool = False
    keywords: tuple[str, ...] = ()
    greeting: str | None = None
    after_hours: str | None = None
    # When it is open, inherited hours included; None: always.
    hours: Schedule | None = None
    # What holds here of the settings that a queue may override, inherited ones included.
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    # As the configuration names it.
    key: str | None = None


class QueueTree:
    """A tenant's whole tree, read once for a decision."""

    def __init__(self, queues: Iterable[Queue]) -> None:
        self._by_id = {queue.id: queue for queue in queues}
        self._children: dict[int | None, list[Queue]] = {}
        for queue in sorted(self._by_id.values(), key=lambda q: (q.position, q.id)):
            self._children.setdefault(queue.parent_id, []).append(queue)

    def __getitem__(self, queue_id: int) -> Queue:
        return self._by_id[queue_id]

    def get(self, queue_id: int) -> Queue | None:
        """The queue, or None for one that was deleted."""
        return self._by_id.get(queue_id)

    def walk(self) -> Iterator[Queue]:
        """Every queue, parents before children, in the menu's order."""
        for top in self._children.get(None, ()):
            yield from self.subtree(top.id)

    def __contains__(self, queue_id: int) -> bool:
        return queue_id in self._by_id

    def named(self, name: str) -> list[Queue]:
        """The queues of this name, or of this path: `Support / Orders`."""
        path = [folded(part) for part in name.split("/")]
        return [
            queue
            for queue in self._by_id.values()
            if folded(queue.name) == folded(name) or self._path(queue)[-len(path) :] == path
        ]

    def _path(self, queue: Queue) -> list[str]:
        above = [] if queue.parent_id is None else self._path(self._by_id[queue.parent_id])
        return [*above, folded(queue.name)]

    def is_leaf(self, queue_id: int) -> bool:
        """Whether agents may sit here."""
        return not self._children.get(queue_id)

    def options(self, queue_id: int) -> tuple[Queue, ...]:
        """The children that a menu shows, in order; hidden ones are left out (A4)."""
        return tuple(q for q in self._children.get(queue_id, ()) if not q.hidden)

    def subtree(self, queue_id: int) -> Iterator[Queue]:
        """This queue and all below it, hidden ones too."""
        yield self._by_id[queue_id]
        for child in self._children.get(queue_id, ()):
            yield from self.subtree(child.id)

    def only_leaf(self, queue_id: int) -> Queue | None:
        """The single leaf that a menu could lead to, for which no menu is sent (A3).

        Of several that are all hidden it is the first: a configuration that leads to them is
        refused, but one of before must not leave consumers without an answer.
        """
        if self.is_leaf(queue_id):
            return self._by_id[queue_id]
        options = self.options(queue_id)
        if len(options) == 1:
            return self.only_leaf(options[0].id)
        if options:
            return None
        leaves = [q for q in self.subtree(queue_id) if self.is_leaf(q.id)]
        return leaves[0]

    def by_keyword(self, entry_id: int, text: str) -> Queue | None:
        """The queue of the number's subtree whose keyword is the whole message (A3)."""
        wanted = readings(text)
        for queue in self.subtree(entry_id):
            if any(folded(keyword) in wanted for keyword in queue.keywords):
                return queue
        return None

    def above(self, queue_id: int, top_id: int) -> tuple[int, ...]:
        """The queues above, the nearest first, up to the top; none if it is not below the top."""
        way = self.way_up(queue_id)
        return way[1 : way.index(top_id) + 1] if top_id in way else ()

    def top(self, queue_id: int) -> int:
        """The top-level queue above this one, or itself."""
        return self.way_up(queue_id)[-1]

    def way_up(self, queue_id: int) -> tuple[int, ...]:
        """This queue and all above it, the nearest first."""
        way = [queue_id]
        while (parent := self._by_id[way[-1]].parent_id) is not None:
            way.append(parent)
        return tuple(way)

    def lang(self, queue_id: int) -> str | None:
        """The language of the nearest queue upwards that has one (A5)."""
        return next((queue.lang for queue in self._upwards(queue_id) if queue.lang), None)

    def after_hours(self, queue_id: int, default_lang: str) -> str | None:
        """The after-hours message of the nearest queue upwards that has one of its own (C5), and
        speaks the language of this one: no wording is inherited into another language (A5)."""
        spoken = _primary(self.lang(queue_id) or default_lang)
        for queue in self._upwards(queue_id):
            if _primary(self.lang(queue.id) or default_lang) != spoken:
                return None
            if queue.after_hours:
                return queue.after_hours
        return None

    def is_open(self, queue_id: int, at: datetime) -> bool:
        """Whether chats of this queue are answered now; one without hours always is."""
        queue = self.get(queue_id)
        return queue is None or queue.hours is None or queue.hours.is_open(at)

    def _upwards(self, queue_id: int) -> Iterator[Queue]:
        queue: Queue | None = self._by_id[queue_id]
        while queue is not None:
            yield queue
            queue = self._by_id.get(queue.parent_id) if queue.parent_id else None


def _primary(lang: str) -> str:
    """`es` of `es-MX`."""
    return lang.partition("-")[0]
