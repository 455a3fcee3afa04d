"""Phone numbers: what a carrier or a client writes, as E.164 or as the short code it is.

Imports `phonenumbers`, which is too heavy for a workflow: nothing that `workflows/` needs may
import this module.
"""

import re
from functools import lru_cache

import phonenumbers

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_SEPARATORS = re.compile(r"[\s\-.()/\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060-\u2069]")


class InvalidNumber(ValueError):
    """Neither a phone number nor a short code. The message never quotes the number."""

    status = 400

    def __init__(self) -> None:
        super().__init__("The phone number is invalid.")


@lru_cache(maxsize=10_000)
def parse(raw: str, region: str = "US") -> str:
    """The number in E.164, or a short code of 3 to 8 digits as it stands (`product.md` C4, F1).

    `region` (ISO 3166) reads numbers without a country code. A number must be possible, not
    assigned: the library's tables are older than some numbers that text us.
    Raises `InvalidNumber`.
    """
    number = _SEPARATORS.sub("", raw.strip().removeprefix("tel:"))
    if is_short_code(number):
        return number
    # The library would turn the letters of an alphanumeric sender into digits.
    if any(char.isalpha() for char in number):
        raise InvalidNumber
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise InvalidNumber from None
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(parsed) or not is_valid_e164(written):
        raise InvalidNumber
    return written


def is_valid_e164(number: str) -> bool:
    """A plus and 7 to 15 digits, the first not zero (ITU-T E.164)."""
    return _E164.fullmatch(number) is not None


def is_short_code(number: str) -> bool:
    return _SHORT_CODE.fullmatch(number) is not None


def mask(number: str) -> str:
    """The number for logs: its last two digits, and neither the others nor how many they are."""
    plus = "+" if number.startswith("+") else ""
    shown = number[-2:] if len(number) >= 5 else ""
    return f"{plus}•••{shown}"
