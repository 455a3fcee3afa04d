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
from domain.decisions import ChatState, Decision, Say, World
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
    """A conversation that begins with a text to a number of the queue `entry`; `waits`: the leaf
    that the chat waits on at its end, if it does. Both are names."""

    entry: str
    exchanges: tuple[Exchange, ...]
    waits: str | None


def way_to(c: Configuration, key: str, at: datetime) -> Preview:
    """What is read by who chooses their way to a queue, and all parts of its menu there.

    It begins at the top; what is hidden is reached by a number of its own (product A4). KeyError
    for no queue.
    """
    tree = queue_tree(c)
    target = _id_of(tree, key)
    way = tree.way_up(target)
    entry = next((queue_id for queue_id in way if tree[queue_id].hidden), way[-1])
    told = _Telling(c, tree, entry, at)
    while (answer := _next_answer(told.state, way)) is not None:
        told.hear(answer)
    return told.preview()


def _next_answer(state: ChatState, way: tuple[int, ...]) -> str | None:
    """The next step of a consumer who reads on until they have seen their choice."""
    if state.status is not ChatStatus.SELECTING:
        return None
    chosen = next((n for n, each in enumerate(state.menu_sent, start=1) if each in way), None)
    if chosen is not None and chosen <= state.menu_shown:
        return str(chosen)
    return str(MORE) if state.menu_shown < len(state.menu_sent) else None


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

    def preview(self) -> Preview:
        waits = self.state.status is ChatStatus.QUEUED
        entry = self._tree[self.state.entry_queue_id].name
        leaf = self._tree[self.state.queue_id].name if waits else None
        return Preview(entry, tuple(self._exchanges), leaf)

    def _take(self, answer: str | None, decision: Decision) -> None:
        self.state = decision.state
        self._exchanges.append(Exchange(answer, tuple(self._bubbles(decision.say))))

    def _bubbles(self, said: tuple[Say, ...]) -> Iterator[Bubble]:
        for text in said:
            if text.key in self._c.silent or not self._c.settings.sms:
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
