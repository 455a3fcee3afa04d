"""What a consumer would read under a configuration that nobody has applied yet.

The engine's own decisions are taken on the queue tree as the configuration has it, so that a
preview cannot say anything else than the chats of that configuration will.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.chat import decide, open_chat
from domain.config.document import Configuration
from domain.config.document import Queue as ConfiguredQueue
from domain.decisions import Decision, Say, World
from domain.facts import ConsumerWrote
from domain.menu_text import MORE
from domain.queues import Queue, QueueTree
from domain.segments import Encoding, count
from domain.speech import words_of
from domain.spoken_times import span
from domain.statuses import ChatStatus, Direction
from domain.texts import TextKey
from domain.timers import timers_of
from domain.variables import SAMPLES, Variable


@dataclass(frozen=True)
class Bubble:
    """A text as a phone shows it, and what it costs."""

    kind: TextKey
    lang: str
    text: str
    segments: int
    encoding: Encoding


@dataclass(frozen=True)
class Exchange:
    """What the consumer answered (None: their first text, whatever it says), and what they read."""

    answer: str | None
    texts: tuple[Bubble, ...]


@dataclass(frozen=True)
class Preview:
    """A conversation that begins with a text to a number of the queue `entry`; `reached`: a number
    leads to the queue that was asked for, else it is what one would begin; `waits`: the leaf that
    the chat waits on at its end, if it does. Both are names."""

    entry: str
    reached: bool
    exchanges: tuple[Exchange, ...]
    waits: str | None


def way_to(c: Configuration, key: str, at: datetime) -> Preview:
    """What is read by who chooses their way to a queue, and all parts of its menu there.

    It begins at the highest queue whose number leads there, by menus or else by a keyword (product
    A3, A4). If none does it begins at the top, or at what is hidden. KeyError for no queue.
    """
    tree = queue_tree(c)
    way = tree.way_up(_id_of(tree, key))
    numbered = {number.queue for number in c.numbers.values()}
    entries = [queue_id for queue_id in reversed(way) if tree[queue_id].key in numbered]
    for keywords, entry in itertools.product((False, True), entries):
        told = _tell(_Telling(c, tree, entry, at), way, keywords=keywords)
        if told.arrived(way):
            return told.preview(reached=True)
    entry = next((queue_id for queue_id in way if tree[queue_id].hidden), way[-1])
    return _tell(_Telling(c, tree, entry, at), way, keywords=False).preview(reached=False)


def _tell(told: _Telling, way: tuple[int, ...], *, keywords: bool) -> _Telling:
    """The whole conversation of a consumer who wants to the first queue of the way."""
    while (answer := told.next_answer(way, keywords=keywords)) is not None:
        told.hear(answer)
    return told


class _Telling:
    """The chat of a preview: it comes in by a text, and finds every queue open."""

    def __init__(self, c: Configuration, tree: QueueTree, entry: int, at: datetime) -> None:
        self._c, self._at, self._tree = c, at, tree
        self._world = World(tree, c.language, c.texts)
        self._exchanges: list[Exchange] = []
        self._take(None, open_chat(entry, "", at, self._world))

    def hear(self, answer: str) -> None:
        fact = ConsumerWrote(answer, None, self._at)
        self._take(answer, decide(self.state, fact, self._world))

    def next_answer(self, way: tuple[int, ...], *, keywords: bool) -> str | None:
        """The next step of a consumer who reads on until they have seen their choice."""
        state = self.state
        if state.status is not ChatStatus.SELECTING:
            return None
        below = itertools.takewhile(lambda queue_id: queue_id != state.queue_id, way)
        words = (word for queue_id in below for word in self._tree[queue_id].keywords)
        if keywords and (word := next(words, None)) is not None:
            return word
        chosen = next((n for n, each in enumerate(state.menu_sent, start=1) if each in way), None)
        if chosen is not None and chosen <= state.menu_shown:
            return str(chosen)
        return str(MORE) if state.menu_shown < len(state.menu_sent) else None

    def arrived(self, way: tuple[int, ...]) -> bool:
        """At the first queue of the way, or at what it leads to."""
        return way[0] in self._tree.way_up(self.state.queue_id)

    def preview(self, *, reached: bool) -> Preview:
        entry = self._tree[self.state.entry_queue_id].name
        if not self._c.settings.sms:
            # The text is kept, and no chat begins (C2).
            return Preview(entry, reached, (Exchange(None, ()),), None)
        waits = self.state.status is ChatStatus.QUEUED
        leaf = self._tree[self.state.queue_id].name if waits else None
        return Preview(entry, reached, tuple(self._exchanges), leaf)

    def _take(self, answer: str | None, decision: Decision) -> None:
        self.state = decision.state
        self._exchanges.append(Exchange(answer, tuple(self._bubbles(decision.say))))

    def _bubbles(self, said: tuple[Say, ...]) -> Iterator[Bubble]:
        for text in said:
            if text.key in self._c.silent:
                continue
            words = self._words(text)
            if words:
                counted = count(words)
                yield Bubble(text.key, text.lang, words, counted.segments, counted.encoding)

    def _words(self, text: Say) -> str:
        def value_of(variable: Variable) -> str | None:
            match variable:
                case Variable.COMPANY_NAME:
                    return self._c.name
                case Variable.QUEUE_NAME:
                    return self._tree[text.queue_id].name
                case Variable.EWT_MINUTES if self.state.status is ChatStatus.QUEUED:
                    return SAMPLES[variable]
                case Variable.TIME_UNTIL_DISMISSAL:
                    return self._until_dismissal(text)
            return None

        return words_of(text, self._tree, self._c.texts, self._c.language, value_of)

    def _until_dismissal(self, text: Say) -> str | None:
        tenant = self._c.settings.model_dump(mode="json")
        timers = timers_of(self._tree[text.queue_id].settings, tenant, Direction.INBOUND)
        silence = timers.dismissal_timeout
        return span(silence, text.lang, self._c.language) if timers.dismissal else None


def queue_tree(c: Configuration) -> QueueTree:
    """The queues as the engine would read them, without the hours: ids in the file's order."""
    return QueueTree(_queues(c.queues, None, {}, itertools.count(1)))


def _queues(
    queues: dict[str, ConfiguredQueue],
    parent_id: int | None,
    inherited: Mapping[str, object],
    ids: Iterator[int],
) -> Iterator[Queue]:
    for position, (key, queue) in enumerate(queues.items()):
        effective = {**inherited, **queue.settings.model_dump(mode="json", exclude_none=True)}
        made = Queue(
            next(ids),
            parent_id,
            queue.name,
            position,
            queue.language,
            queue.hidden,
            queue.keywords,
            queue.greeting,
            settings=effective,
            key=key,
        )
        yield made
        yield from _queues(queue.queues, made.id, effective, ids)


def _id_of(tree: QueueTree, key: str) -> int:
    for queue in tree.walk():
        if queue.key == key:
            return queue.id
    raise KeyError(key)
