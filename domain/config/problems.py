"""What is wrong with a configuration: all of it at once, each with its place and its rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One mistake. `line` and `column` count from 1, and are None for what was no file."""

    path: Path
    rule: str
    line: int | None = None
    column: int | None = None

    @property
    def field(self) -> str:
        """The path in words: `queues.main.keywords[0]`."""
        words = ""
        for part in self.path:
            words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
        return words or "the file"

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}, column {self.column}: "
        return f"{place}{self.field} {self.rule}"


def queue_path(keys: Iterable[str]) -> Path:
    """Where a queue stands in the file."""
    return tuple(part for key in keys for part in ("queues", key))


def counted(problems: Sequence[object]) -> str:
    """How many, in words."""
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"


class Refused(Exception):
    """The configuration is not applied; every problem is told, not only the first."""

    status = 400

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"The configuration has {counted(problems)}.")
        self.problems = sorted(
            problems, key=lambda p: (p.line or 0, p.column or 0, [str(part) for part in p.path])
        )
