"""Requests and answers of the simulator: JSON that may carry any character, clear refusals."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

BODY_LIMIT = 32 * 1024 * 1024
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
_ID = re.compile(r"[!-~]{1,128}")
_URL = re.compile(
    r"https?://([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(:(?P<port>[0-9]{1,5}))?(/[!-~]{0,2000})?"
)
_LAST_PORT = 65535
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
_MOST_MEDIA = 10


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, **more}


class BadRequest(Refusal):
    """A field that breaks a rule."""

    def __init__(self, field: str, rule: str) -> None:
        message = f"{field} {rule}"
        super().__init__(400, message, errors=[{"field": field, "message": message}])


@dataclass(frozen=True)
class Media:
    content_type: str
    content: bytes


@dataclass(frozen=True)
class PhoneText:
    """A text that a phone sends."""

    id: str | None
    phone: str
    support: str
    text: str
    media: tuple[Media, ...]


@dataclass(frozen=True)
class EngineText:
    """A text that the engine hands over."""

    reference: str
    support: str
    phone: str
    text: str
    status_url: str


def is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def is_url(value: str) -> bool:
    """Whether a webhook can be posted there: another one would end the lane that it is in."""
    url = _URL.fullmatch(value)
    return url is not None and int(url["port"] or 0) <= _LAST_PORT


def answer(value: Any, status: int = 200, **headers: str) -> Response:
    """JSON in pure ASCII: the only form in which a lone surrogate can travel."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return Response(body, status, headers, media_type="application/json")


async def read_object(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Refusal(413, f"body must have at most {BODY_LIMIT} bytes")
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refusal(400, "body must be JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise Refusal(400, "body must be a JSON object")
    return value


def read_phone_text(given: dict[str, Any]) -> PhoneText:
    message_id = given.get("id")
    if isinstance(message_id, int) and not isinstance(message_id, bool):
        message_id = str(message_id)
    if message_id is not None and not (isinstance(message_id, str) and _ID.fullmatch(message_id)):
        raise BadRequest("id", "must be 1 to 128 printable ASCII characters")
    media = [] if given.get("media") is None else given["media"]
    if not isinstance(media, list) or len(media) > _MOST_MEDIA:
        raise BadRequest("media", f"must be a list of at most {_MOST_MEDIA}")
    return PhoneText(
        id=message_id,
        phone=_number(given, "from"),
        support=_number(given, "to"),
        text=_text(given, "text"),
        media=tuple(_media(item, f"media[{index}]") for index, item in enumerate(media)),
    )


def read_engine_text(given: dict[str, Any]) -> EngineText:
    status_url = _text(given, "status_url")
    if not is_url(status_url):
        raise BadRequest("status_url", "must be an HTTP URL")
    reference = _text(given, "reference")
    if not _ID.fullmatch(reference):
        raise BadRequest("reference", "must be 1 to 128 printable ASCII characters")
    return EngineText(
        reference, _number(given, "from"), _number(given, "to"), _text(given, "text"), status_url
    )


def read_search(given: dict[str, Any]) -> tuple[str, str, str]:
    """The reference, sender and recipient of a text that is looked for."""
    return _text(given, "reference"), _text(given, "from"), _text(given, "to")


def read_question(given: dict[str, Any]) -> str:
    """The number that somebody asks about, as it was written."""
    return _text(given, "number")


def _number(given: dict[str, Any], field: str) -> str:
    value = given.get(field)
    if not isinstance(value, str) or not is_number(value):
        raise BadRequest(field, "must be a number in E.164 or a short code")
    return value


def _text(given: dict[str, Any], field: str) -> str:
    value = given.get(field)
    if not isinstance(value, str):
        raise BadRequest(field, "must be a string")
    return value


def _media(item: Any, field: str) -> Media:
    if not isinstance(item, dict):
        raise BadRequest(field, "must be an object")
    content_type = item.get("content_type")
    if not isinstance(content_type, str) or not _CONTENT_TYPE.fullmatch(content_type):
        raise BadRequest(f"{field}.content_type", "must be a content type")
    try:
        content = base64.b64decode(str(item.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{field}.base64", "must be base64") from None
    if not content:
        raise BadRequest(f"{field}.base64", "must not be empty")
    return Media(content_type, content)
