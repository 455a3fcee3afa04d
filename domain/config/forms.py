"""The forms of what stands in a configuration: keys, languages, addresses, numbers, words."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from domain.phones import InvalidNumber, parse

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
# Has to be in a queue's key: JavaScript puts names that are whole numbers before all others, and
# the order of queues is the menu's.
LETTER = "[a-z]"
# Language, script, region of BCP 47, in its usual spelling: `es-419`, `zh-Hant-TW`.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,250}")


def _matching(pattern: re.Pattern[str], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(rule)
        return value

    return AfterValidator(check)


def _support_number(value: str) -> str:
    try:
        number = parse(value)
    except InvalidNumber:
        raise ValueError("must be a phone number in E.164 or a short code") from None
    if number != value:
        # Not quoted: errors are logged, and numbers are not.
        raise ValueError("must be written in E.164 (+, country code, digits) or as a short code")
    return number


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    try:
        address = urlsplit(value)
    except ValueError:
        raise ValueError("must be an address such as https://example.com/path") from None
    if not address.hostname:
        raise ValueError("must name a host")
    if "@" in address.netloc:
        raise ValueError("must hold no user and no password: secrets are only referred to")
    return value


Key = Annotated[
    str, _matching(_KEY, "must be a key: small letters, digits, - _ . and at most 63 characters")
]
Language = Annotated[str, _matching(_LANGUAGE, "must be a language such as en, fr-CA or es-419")]
Email = Annotated[str, _matching(_EMAIL, "must be an e-mail address")]
Subdomain = Annotated[
    str, _matching(_SUBDOMAIN, "must be a subdomain: small letters, digits and -")
]
SupportNumber = Annotated[str, AfterValidator(_support_number)]
Url = Annotated[
    str, Field(max_length=2048, json_schema_extra={"format": "uri"}), AfterValidator(_url)
]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_not_blank)]
Word = Annotated[str, Field(min_length=1, max_length=50)]
Wording = Annotated[str, Field(min_length=1, max_length=1600)]
