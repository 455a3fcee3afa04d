"""What Twilio's API answers, judged: taken, refused, surely not taken, or in doubt."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from httpx2 import Response

from carriers.http import busy
from carriers.protocol import (
    Accepted,
    Busy,
    Found,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    NotOwned,
    Owned,
    Ownership,
    Rejected,
    SendResult,
    Unsupported,
)
from carriers.twilio.webhooks import OPTED_OUT

# About us and not about the text: wrong credentials, no such account, a suspended one.
# (twilio.com/docs/api/errors)
_OURS = frozenset({"20003", "20004", "20005", "20006", "20403", "20404"})
# Twilio's times are whole seconds of another clock.
_SKEW = timedelta(seconds=30)


def send_result(response: Response) -> SendResult:
    """What became of a text that was handed over."""
    answer = _object(response)
    if response.is_success:
        sid = answer.get("sid")
        if not isinstance(sid, str) or not sid:
            return NoAnswer("an answer without a sid")
        return Accepted(sid, _segments(answer))
    if response.status_code in (429, 503):
        return busy(response)
    code = str(answer.get("code") or response.status_code)
    if response.is_redirect or _refuses_us(response, code):
        # Nothing was taken, and the text can wait for the repair.
        return Busy(None, f"HTTP {response.status_code}, error {code}")
    if response.is_client_error and response.status_code != 408:
        return Rejected(code, str(answer.get("message") or ""), code == OPTED_OUT)
    return NoAnswer(f"HTTP {response.status_code}")


def lookup_result(response: Response, text: InDoubtText) -> LookupResult:
    """Which of the messages to this phone is the text in doubt.

    Twilio cannot be asked by our reference. A message that we know of no other text of ours,
    made since the hand-over, with the same words, is it; none at all is proof that it was not
    taken. Anything else proves nothing, for a Messaging Service may change characters.
    """
    answer = _object(response)
    listed = answer.get("messages")
    if not response.is_success or not isinstance(listed, list):
        return NoAnswer(f"HTTP {response.status_code}")
    ours = [item for item in listed if isinstance(item, dict) and _may_be(item, text)]
    if not ours:
        return Unsupported() if answer.get("next_page_uri") else NotFound()
    same = [item for item in ours if item.get("body") == text.text]
    return Found(str(same[0]["sid"]), _segments(same[0])) if len(same) == 1 else Unsupported()


def ownership(response: Response, number: str) -> Ownership:
    """Whether the number is among those that the account has, and can do SMS."""
    answer = _object(response)
    listed = answer.get("incoming_phone_numbers", answer.get("short_codes"))
    if not response.is_success or not isinstance(listed, list):
        code = answer.get("code")
        return NoAnswer(f"HTTP {response.status_code}" + (f", error {code}" if code else ""))
    for item in listed:
        if isinstance(item, dict) and number in (item.get("phone_number"), item.get("short_code")):
            # A short code has no list of capabilities: text messages are what it is for.
            can = item.get("capabilities", {"sms": True})
            return Owned(sms=isinstance(can, dict) and can.get("sms", can.get("SMS")) is True)
    return NotOwned()


def _refuses_us(response: Response, code: str) -> bool:
    return response.status_code in (401, 405) or (
        response.status_code in (403, 404) and code in (*_OURS, str(response.status_code))
    )


def _may_be(item: Mapping[str, Any], text: InDoubtText) -> bool:
    sid = item.get("sid")
    if not isinstance(sid, str) or not sid or sid in text.known:
        return False
    if item.get("direction") == "inbound":
        return False
    made = _time(item.get("date_created"))
    return made is None or made >= text.since - _SKEW


def _time(value: object) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(value))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _segments(answer: Mapping[str, Any]) -> int | None:
    """Twilio's own count, as a string; 0 while a Messaging Service has not decided."""
    told = str(answer.get("num_segments") or "")
    return int(told) if told.isascii() and told.isdigit() and 0 < int(told) < 256 else None


def _object(response: Response) -> dict[str, Any]:
    """The answer as an object, or an empty one if it is anything else."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
