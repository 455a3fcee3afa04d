"""How many SMS segments a text takes, by 3GPP TS 23.038 and 23.040.

Written without a look at the engine, so that each of the two checks the other.
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")


def encoding(text: str) -> str:
    return "GSM-7" if _BASIC.issuperset(set(text) - _ESCAPED) else "UCS-2"


def count(text: str) -> int:
    """Segments of the text; an empty one still takes one."""
    if encoding(text) == "GSM-7":
        return _pack([2 if character in _ESCAPED else 1 for character in text], 160, 153)
    return _pack([2 if character > "\uffff" else 1 for character in text], 70, 67)


def _pack(units: list[int], alone: int, joined: int) -> int:
    """Fill segments in order; what takes two units is never cut in half."""
    if sum(units) <= alone:
        return 1
    segments, used = 1, 0
    for size in units:
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments
