"""The simulated carrier, spoken to as a real one: its HTTP API and its signed webhooks.

Webhooks are signed as standardwebhooks.com says; API calls carry a token made of the secret.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx2 import AsyncClient, Response
from standardwebhooks import Webhook

from carriers.http import ask, busy
from carriers.payload import Payload
from carriers.protocol import (
    WEBHOOK_LIMIT,
    Accepted,
    Acknowledgement,
    Busy,
    CarrierAccount,
    CarrierAccountRefused,
    Found,
    InboundMedia,
    InboundText,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    NotOwned,
    OutboundText,
    Owned,
    Ownership,
    Receipt,
    Rejected,
    SendResult,
    Unsupported,
    WebhookRefused,
    WebhookRequest,
)
from domain.receipts import SegmentStatus

TOLERANCE = timedelta(minutes=5)
OPTED_OUT_CODES = frozenset({"21610", "40300"})
_MOST_MEDIA = 50
_MOST_SEGMENTS = 255


class SimulatorCarrier:
    """One account with the simulated carrier."""

    name = "simulator"
    home = "http://127.0.0.1:8081"
    # Longer than a send can take: what it has not got by then, it never gets.
    looks_up_after = timedelta(seconds=15)
    inbound_acknowledgement = Acknowledgement()

    def __init__(
        self,
        account: CarrierAccount,
        client: AsyncClient | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._url = account.base_url.rstrip("/") + "/carrier/v1"
        secret = account.secrets.get("secret", "")
        if not secret:
            raise CarrierAccountRefused("secret", "must be given, and not be empty")
        self._headers = {"authorization": f"Bearer {api_token(secret)}"}
        self._webhook = Webhook(secret.encode())
        self._now = now

    async def send(self, text: OutboundText) -> SendResult:
        body = {
            "reference": text.reference,
            "from": text.sender,
            "to": text.recipient,
            "text": text.text,
            "status_url": text.status_url,
        }
        answer = await self._ask("messages", body)
        return _send_result(answer) if isinstance(answer, Response) else answer

    async def look_up(self, text: InDoubtText) -> LookupResult:
        query = {"reference": text.reference, "from": text.sender, "to": text.recipient}
        answer = await self._ask("messages/search", query)
        if isinstance(answer, Busy):
            return NoAnswer(answer.reason)
        return _lookup_result(answer) if isinstance(answer, Response) else answer

    async def owns(self, number: str) -> Ownership:
        answer = await self._ask("numbers/search", {"number": number})
        if isinstance(answer, Busy):
            return NoAnswer(answer.reason)
        if not isinstance(answer, Response):
            return answer
        if answer.status_code == 404 and _json_object(answer).get("code") == "not_owned":
            return NotOwned()
        sms = _json_object(answer).get("sms")
        if not answer.is_success or not isinstance(sms, bool):
            return NoAnswer(f"HTTP {answer.status_code}")
        return Owned(sms=sms)

    def parse_inbound(self, request: WebhookRequest) -> InboundText:
        payload = self._verified(request)
        return InboundText(
            provider_id=payload.name("id"),
            sender=payload.number("from"),
            recipient=payload.number("to"),
            text=payload.text("text"),
            media=tuple(_media(item) for item in payload.objects("media", _MOST_MEDIA)),
        )

    def parse_status(self, request: WebhookRequest) -> list[Receipt]:
        payload = self._verified(request)
        status = payload.name("status")
        if status not in list(SegmentStatus):
            payload.refuse("status", f"must be one of {', '.join(SegmentStatus)}")
        receipt = Receipt(
            reference=payload.optional_name("reference"),
            provider_id=payload.name("id"),
            segment=payload.count("segment", _MOST_SEGMENTS - 1),
            status=SegmentStatus(status),
            error=payload.optional_name("error"),
        )
        return [receipt]

    async def _ask(self, path: str, body: dict[str, str]) -> Response | Busy | NoAnswer:
        """Questions are posted, too: a phone number in an address would end up in access logs."""
        if self._client is None:
            raise RuntimeError("this carrier was opened without a client: it only reads webhooks")
        headers = {**self._headers, "content-type": "application/json"}
        url = f"{self._url}/{path}"
        content = json.dumps(body).encode()
        return await ask(self._client, "POST", url, headers=headers, content=content)

    def _verified(self, request: WebhookRequest) -> Payload:
        """The payload of a webhook whose signature and time stamp are right.

        The package's own verify reads base64 and time stamps leniently, so that some changed
        bytes pass; here the signature is compared as it is written.
        """
        if len(request.body) > WEBHOOK_LIMIT:
            raise WebhookRefused(f"body must have at most {WEBHOOK_LIMIT} bytes", 413)
        webhook_id = request.headers.get("webhook-id", "")
        timestamp = request.headers.get("webhook-timestamp", "")
        signatures = request.headers.get("webhook-signature", "")
        if not (webhook_id and timestamp and signatures):
            raise WebhookRefused("webhook-id, -timestamp and -signature are required", 403)
        if not re.fullmatch(r"[1-9][0-9]{0,10}", timestamp):
            raise WebhookRefused("webhook-timestamp must be seconds since 1970", 403)
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
        if abs(self._now() - signed_at) > TOLERANCE:
            raise WebhookRefused("webhook-timestamp is more than 5 minutes off", 403)
        try:
            text = request.body.decode("utf-8")
            expected = self._webhook.sign(webhook_id, signed_at, text).encode()
        except UnicodeError:
            raise WebhookRefused("webhook-signature does not match", 403) from None
        given = signatures.encode("utf-8", "surrogatepass").split(b" ")
        if not any(hmac.compare_digest(expected, one) for one in given):
            raise WebhookRefused("webhook-signature does not match", 403)
        return Payload.of(request.body)


def api_token(secret: str) -> str:
    """The bearer token of the carrier's API, made of the shared webhook secret."""
    return hmac.new(secret.encode(), b"carrier-api", hashlib.sha256).hexdigest()


def _media(item: Payload) -> InboundMedia:
    url = item.name("url", longest=2048)
    if not url.startswith(("http://", "https://")):
        item.refuse("url", "must be an HTTP URL")
    return InboundMedia(url, item.name("content_type"), item.optional_count("size", most=2**40))


def _send_result(response: Response) -> SendResult:
    answer = _json_object(response)
    if response.is_success:
        taken = _taken(answer)
        return Accepted(*taken) if taken else NoAnswer("an answer without an id")
    if response.status_code in (429, 503):
        return busy(response)
    if response.status_code in (401, 403, 404, 405) or response.is_redirect:
        # Our address or secret is wrong: nothing was taken, and the text can wait for the repair.
        return Busy(None, f"HTTP {response.status_code}")
    if response.is_client_error and response.status_code != 408:
        code = str(answer.get("code") or response.status_code)
        return Rejected(code, str(answer.get("message") or ""), code in OPTED_OUT_CODES)
    return NoAnswer(f"HTTP {response.status_code}")


def _lookup_result(response: Response) -> LookupResult:
    answer = _json_object(response)
    if response.status_code == 404 and answer.get("code") == "unsupported":
        return Unsupported()
    messages = answer.get("messages")
    if not response.is_success or not isinstance(messages, list):
        return NoAnswer(f"HTTP {response.status_code}")
    if not messages:
        return NotFound()
    taken = _taken(messages[0]) if isinstance(messages[0], dict) else None
    return Found(*taken) if taken else NoAnswer("an answer without an id")


def _taken(answer: dict[str, Any]) -> tuple[str, int | None] | None:
    """The carrier's id and its count of segments, if the answer names an id."""
    provider_id, segments = answer.get("id"), answer.get("segments")
    if not isinstance(provider_id, str) or not provider_id:
        return None
    known = isinstance(segments, int) and not isinstance(segments, bool) and segments > 0
    return provider_id, segments if known else None


def _json_object(response: Response) -> dict[str, Any]:
    """The answer as an object, or an empty one if it is anything else."""
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
