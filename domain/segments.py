"""How a text travels as SMS segments: its encoding, its size, and where it may be cut.

`product.md` A8, after 3GPP TS 23.038 (the alphabets) and TS 23.040 9.2.3.24.1 (the six octets
that each segment of a concatenated text gives up for its header). The console's composer counts
by the same rules: `tests/domain/segment_cases.json` holds both to one table.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType

AGENT_MAX = 918
"""Unicode code points in an agent's message: six GSM-7 segments (A8)."""
API_MAX = 1600
"""Unicode code points in an API message (A8)."""

GSM_7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""TS 23.038 6.2.1: one septet each. Position 0x1B is the escape and no character of its own."""
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""TS 23.038 6.2.1.1: an escape and one more septet."""
GSM_7 = GSM_7_BASIC | GSM_7_EXTENSION


_LOOKALIKES = (
    ("'", "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02bc`\u00b4"),
    ('"', "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"),
    ("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7"),
    (
        " ",
        "\t\u00a0\u2007\u202f\u205f\u3000"
        + "".join(map(chr, range(0x2000, 0x2007)))
        + "\u2008\u2009\u200a\u2028\u2029",
    ),
    ("", "\u200b\u2060\ufeff\u00ad\u200e\u200f" + "".join(map(chr, range(0x202A, 0x202F)))),
)
_SPELLED = {
    "\u2026": "...",
    "\u00a9": "(c)",
    "\u00ae": "(R)",
    "\u2122": "(TM)",
    "\u2116": "No.",
    "\u00bc": "1/4",
    "\u00bd": "1/2",
    "\u00be": "3/4",
    "\u00d7": "x",
    "\u00f7": "/",
    "\u00b1": "+/-",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2190": "<-",
    "\u2192": "->",
    "\ufb01": "fi",
    "\ufb02": "fl",
}
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F) if chr(code) != "`"}

PLAIN: Mapping[str, str] = MappingProxyType(
    {char: plain for plain, chars in _LOOKALIKES for char in chars} | _SPELLED | _FULL_WIDTH
)
"""What typography can be written as in GSM-7 without changing what is said (X6).

Letters are not in it: without its accent a word may be another one. Joiners are not either: they
hold emoji and some scripts together. The console offers these replacements from this table.
"""


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_ALONE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_CONCATENATED = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


@dataclass(frozen=True)
class SegmentCount:
    """The size of a text.

    `units` are septets (GSM-7) or UTF-16 code units (UCS-2), without the units that stay empty
    before a pair that did not fit; `per_segment` is the room of one segment of this text.
    """

    encoding: Encoding
    units: int
    segments: int
    per_segment: int


def count(text: str) -> SegmentCount:
    """What a carrier will make of this text. An empty text is no segment."""
    encoding = Encoding.UCS_2 if first_ucs2_character(text) else Encoding.GSM_7
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    if units <= _ALONE[encoding]:
        return SegmentCount(encoding, units, 1 if text else 0, _ALONE[encoding])
    room = _CONCATENATED[encoding]
    return SegmentCount(encoding, units, _packed(widths, room), room)


def first_ucs2_character(text: str) -> tuple[int, str] | None:
    """The first character, with its code point index, that is outside GSM-7 (X6)."""
    return next(((at, char) for at, char in enumerate(text) if char not in GSM_7), None)


def split(text: str, *, segments: int | None = None, characters: int | None = None) -> list[str]:
    """The text in as few parts as fit a carrier's own limit, which may be either or both.

    Each part is a message of its own and chooses its own encoding. `characters` are code points.
    A cut falls between graphemes; only a single grapheme larger than a whole part is cut
    between its code points. Always at least one part; joined, the parts are the text.
    """
    if any(limit is not None and limit < 1 for limit in (segments, characters)):
        raise ValueError("A part must hold at least one segment and one character.")

    def fits(part: str) -> bool:
        if characters is not None and len(part) > characters:
            return False
        return segments is None or count(part).segments <= segments

    parts: list[str] = []
    rest = text
    while not fits(rest):
        cut = _last_cut(rest, _grapheme_ends(rest), fits) or _last_cut(
            rest, range(1, len(rest)), fits
        )
        parts.append(rest[:cut])
        rest = rest[cut:]
    return [*parts, rest]


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return 2 if character in GSM_7_EXTENSION else 1
    return 2 if character > "\uffff" else 1


def _packed(widths: Iterable[int], room: int) -> int:
    """How many segments of `room` units hold these characters, none of them cut in two."""
    segments, free = 0, 0
    for width in widths:
        if width > free:
            segments, free = segments + 1, room
        free -= width
    return segments


def _last_cut(text: str, cuts: Sequence[int], fits: Callable[[str], bool]) -> int:
    """The last of the ascending `cuts` before which the text fits; 0 when there is none.

    A text that fits keeps fitting when its end is taken away, so halving finds it.
    """
    at = bisect_right(cuts, False, key=lambda cut: not fits(text[:cut]))
    return cuts[at - 1] if at else 0


def _grapheme_ends(text: str) -> list[int]:
    # Reads a table when it is imported, and few texts are ever split.
    from grapheme import grapheme_lengths  # type: ignore[import-untyped]

    return list(accumulate(grapheme_lengths(text)))
