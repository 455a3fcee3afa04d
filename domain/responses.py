"""How quickly an agent answers what a consumer wrote (product F3, J, K)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Turn:
    """A consumer wrote first at `asked`, and the next text of an agent was at `answered`."""

    asked: datetime
    answered: datetime


@dataclass(frozen=True)
class ResponseTimes:
    """Of a chat's answers; None while there is none."""

    average: timedelta | None = None
    longest: timedelta | None = None


def response_times(turns: Iterable[Turn], joined: Sequence[datetime]) -> ResponseTimes:
    """Each counts from the consumer's first text that nobody had answered, and not before the agent
    who answers joined: until then the consumer waits, which is another figure."""
    took = []
    for turn in turns:
        since = max((at for at in joined if at <= turn.answered), default=turn.asked)
        took.append(turn.answered - max(turn.asked, since))
    if not took:
        return ResponseTimes()
    return ResponseTimes(sum(took, timedelta()) / len(took), max(took))
