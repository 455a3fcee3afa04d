"""What a company's own texts must keep to (product A2, B, D "System texts")."""

from __future__ import annotations

from collections.abc import Iterator

from domain.config.document import Configuration
from domain.config.problems import Path, Problem, queue_path
from domain.texts import CATALOGUE, TextKey, check
from domain.variables import TextRefused, Variable, names


def texts(c: Configuration) -> Iterator[Problem]:
    """Texts there are none of, variables they do not have, and what could not be sent."""
    for lang, wordings in c.texts.items():
        for key, wording in wordings.items():
            path: Path = ("texts", lang, key)
            if key not in list(TextKey):
                yield Problem(path, f"is no system text: {', '.join(TextKey)}")
                continue
            yield from _wording(c, path, TextKey(key), wording)
    for index, key in enumerate(c.silent):
        if key not in list(TextKey) or not CATALOGUE[TextKey(key)].switchable:
            switchable = ", ".join(k for k, text in CATALOGUE.items() if text.switchable)
            yield Problem(
                ("silent", index), f"must be a text that can be switched off: {switchable}"
            )
    for keys, queue in c.walk():
        path = queue_path(keys)
        if queue.greeting is not None:
            yield from _wording(c, (*path, "greeting"), TextKey.GREETING, queue.greeting)
            if queue.queues and names(queue.greeting, Variable.EWT_MINUTES):
                rule = f"must not use @{{{Variable.EWT_MINUTES}}}: only a leaf has a wait"
                yield Problem((*path, "greeting"), rule)
        if queue.after_hours is not None:
            where = (*path, "after_hours")
            yield from _wording(c, where, TextKey.AFTER_HOURS, queue.after_hours)


def _wording(c: Configuration, path: Path, key: TextKey, wording: str) -> Iterator[Problem]:
    try:
        check(key, wording, c.name)
    except TextRefused as refused:
        yield Problem(path, f"is refused: {refused}")
