"""How a menu reads: a line for each choice, and no more lines than a message should have (A3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from domain.segments import count
from domain.texts import ENGLISH, Overrides, TextKey, render, wording_of
from domain.variables import Variable, fill

# A menu fills at most so many segments; what is longer is asked for with the number MORE.
MENU_SEGMENTS = 3
MORE = 0


def menu_text(
    lang: str,
    names: Sequence[str],
    overrides: Overrides | None = None,
    default_lang: str = ENGLISH,
    *,
    first: int = 1,
    more: bool = False,
) -> str:
    """A line for each queue, counted from `first` (A3), and how to see the rest, if there is."""
    wording = wording_of(TextKey.MENU, lang, overrides, default_lang)
    lines = [
        fill(wording, {Variable.CHOICE_NUMBER: str(number), Variable.QUEUE_NAME: name})
        for number, name in enumerate(names, start=first)
    ]
    if more:
        number = {Variable.CHOICE_NUMBER: str(MORE)}
        lines.append(render(TextKey.MENU_MORE, lang, number, overrides, default_lang))
    return "\n".join(lines)


def menu_length(
    lang: str,
    names: Sequence[str],
    overrides: Overrides | None = None,
    default_lang: str = ENGLISH,
    *,
    first: int = 1,
) -> int:
    """How many of these lines one message holds: all, or as many as leave room for the way to the
    rest. At least one, however long it is."""

    def fits(length: int) -> bool:
        more = length < len(names)
        text = menu_text(lang, names[:length], overrides, default_lang, first=first, more=more)
        return count(text).segments <= MENU_SEGMENTS

    # A line is at least a character and its end, so that more cannot fit, however many there are.
    most = min(len(names), MENU_SEGMENTS * 80)
    if most == len(names) and fits(most):
        return most
    return max(1, bisect_right(range(1, most), False, key=lambda length: not fits(length)))
