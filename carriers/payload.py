"""Reads a webhook's JSON field by field; each refusal names the field and the rule."""

import json
import re
from typing import Any, NoReturn

from carriers.protocol import WebhookRefused

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Payload:
    """A JSON object of a webhook. `path` is where it stands, for messages: `media[0].`."""

    def __init__(self, fields: dict[str, Any], path: str = "") -> None:
        self._fields = fields
        self._path = path

    @classmethod
    def of(cls, body: bytes) -> "Payload":
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError:
            raise WebhookRefused("body must be UTF-8") from None
        except (ValueError, RecursionError):
            raise WebhookRefused("body must be valid JSON") from None
        if not isinstance(value, dict):
            raise WebhookRefused("body must be a JSON object")
        return cls(value)

    def text(self, field: str) -> str:
        """What a person wrote, as it came: it is cleaned before it is stored, never refused."""
        value = self._fields.get(field)
        if not isinstance(value, str):
            self.refuse(field, "must be a string")
        return value

    def name(self, field: str, longest: int = 128) -> str:
        """A string that is not empty: an id, a code."""
        value = self._storable(field)
        if len(value) > longest:
            self.refuse(field, f"must have at most {longest} characters")
        if not value:
            self.refuse(field, "must not be empty")
        return value

    def optional_name(self, field: str) -> str | None:
        """Forms have no null: an empty field is none."""
        return None if self._fields.get(field) in (None, "") else self.name(field)

    def optional_code(self, field: str) -> str | None:
        """A carrier's error code; in JSON it may be a number."""
        value = self._fields.get(field)
        whole = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if whole else self.optional_name(field)

    @property
    def names(self) -> list[str]:
        """Which fields there are."""
        return list(self._fields)

    def number(self, field: str) -> str:
        """A phone number in E.164, or a short code of 3 to 8 digits."""
        value = self._storable(field)
        if not _NUMBER.fullmatch(value):
            self.refuse(field, "must be a number in E.164 or a short code")
        return value

    def _storable(self, field: str) -> str:
        """A string that every database can hold: no NUL, no half of a surrogate pair."""
        value = self.text(field)
        if "\x00" in value:
            self.refuse(field, "must not contain NUL")
        if _SURROGATE.search(value):
            self.refuse(field, "must not contain a lone surrogate")
        return value

    def count(self, field: str, most: int) -> int:
        value = self._fields.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            self.refuse(field, f"must be a whole number from 0 to {most}")
        return value

    def optional_count(self, field: str, most: int) -> int | None:
        return None if self._fields.get(field) is None else self.count(field, most)

    def objects(self, field: str, most: int) -> "list[Payload]":
        """A list of objects; a missing one is empty."""
        value = self._fields.get(field, [])
        if not isinstance(value, list):
            self.refuse(field, "must be a list")
        if len(value) > most:
            self.refuse(field, f"must have at most {most} items")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self.refuse(f"{field}[{index}]", "must be an object")
        return [Payload(item, f"{self._path}{field}[{i}].") for i, item in enumerate(value)]

    def refuse(self, field: str, rule: str) -> NoReturn:
        raise WebhookRefused(f"{self._path}{field} {rule}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
