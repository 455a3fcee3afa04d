"""What shortcuts must keep to: keywords of their own, variables that can be filled in,
a length that agents can send (C1)."""

from __future__ import annotations

from collections.abc import Iterator

from domain import shortcuts as rules
from domain.commands import folded
from domain.config.document import Configuration
from domain.config.problems import Problem
from domain.variables import TextRefused


def shortcuts(c: Configuration) -> Iterator[Problem]:
    """Clashing keywords, unknown variables, too long texts, and none that asks for consent."""
    seen: dict[str, str] = {}
    for key, shortcut in c.shortcuts.items():
        other = seen.setdefault(folded(shortcut.keyword), key)
        if other != key:
            yield Problem(("shortcuts", key, "keyword"), f"is that of {other} already")
        for lang, wording in shortcut.text.items():
            try:
                rules.check(wording, c.name)
            except TextRefused as refused:
                yield Problem(("shortcuts", key, "text", lang), f"is refused: {refused}")
    if c.shortcuts and not any(shortcut.opt_in for shortcut in c.shortcuts.values()):
        yield Problem(("shortcuts",), "must have one with opt_in: true, offered first for outbound")
