"""A Twilio to send to: an HTTP server that keeps Twilio's own specification where it lies
beside the checkout, and signs its callbacks with Twilio's own package."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from tests.carriers.twilio_account import SID, TOKEN
from tests.served import served

SPECIFICATION = Path(__file__).parents[3] / "shared" / "specs" / "twilio_api_v2010.json"
_ROOT = f"/2010-04-01/Accounts/{SID}"


@dataclass
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass
class FakeTwilio:
    """Takes texts, unless `answers` (status, body) are queued or it is `down`.

    `lose`: that many texts are taken and their requests then answered 500. `reached`: where the
    public address that we told Twilio is in truth.
    """

    user: str = SID
    password: str = TOKEN
    url: str = ""
    down: bool = False
    lose: int = 0
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    numbers: dict[str, dict[str, bool]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    callbacks: dict[str, str] = field(default_factory=dict)
    reached: Callable[[str], str] = lambda url: url
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def texts(self) -> list[str]:
        return [message["body"] for message in self.messages]

    def app(self) -> Starlette:
        routes = [
            Route(f"{_ROOT}/Messages.json", self._messages, methods=["GET", "POST"]),
            Route(f"{_ROOT}/IncomingPhoneNumbers.json", self._numbers),
            Route(f"{_ROOT}/SMS/ShortCodes.json", self._short_codes),
        ]
        return Starlette(routes=routes)

    async def _refused(self, request: Request) -> Response | None:
        raw = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.url.path, request.url.query, headers, raw))
        if self.down:
            return Response("upstream is away", 503)
        basic = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if headers.get("authorization") != f"Basic {basic}":
            return error(401, 20003, "Authenticate")
        return None

    async def _messages(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        if request.method == "GET":
            return self._listed(request)
        if self.answers:
            status, body = self.answers.pop(0)
            return JSONResponse(body, status)
        message = self._take(dict(self.seen[-1].form))
        if self.lose > 0:
            self.lose -= 1
            return error(500, 20500, "An internal server error has occurred")
        return JSONResponse(message, 201)

    def _take(self, form: dict[str, str]) -> dict[str, Any]:
        sid = f"SM{len(self.messages) + 1:032x}"
        made = format_datetime(self.now())
        message = {
            "account_sid": SID,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "date_created": made,
            "date_sent": None,
            "date_updated": made,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form["From"],
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{_ROOT}/Messages/{sid}/Media.json"},
            "to": form["To"],
            "uri": f"{_ROOT}/Messages/{sid}.json",
        }
        self.messages.append(message)
        self.callbacks[sid] = form["StatusCallback"]
        return message

    def _listed(self, request: Request) -> Response:
        asked = request.query_params
        found = [
            message
            for message in reversed(self.messages)
            if (message["to"], message["from"]) == (asked["To"], asked["From"])
        ]
        size = int(asked["PageSize"])
        page = page_of("Messages.json", size) | {"messages": found[:size]}
        if len(found) > size:
            page["next_page_uri"] = f"{_ROOT}/Messages.json?Page=1"
        return JSONResponse(page)

    async def _numbers(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        # Twilio's filter takes parts of numbers, too.
        part = request.query_params["PhoneNumber"].lstrip("+")
        found = [
            {"sid": f"PN{n:032x}", "phone_number": number, "capabilities": capabilities}
            for n, (number, capabilities) in enumerate(self.numbers.items())
            if part in number
        ]
        return JSONResponse(
            page_of("IncomingPhoneNumbers.json", 50) | {"incoming_phone_numbers": found}
        )

    async def _short_codes(self, request: Request) -> Response:
        if refused := await self._refused(request):
            return refused
        code = request.query_params["ShortCode"]
        found = [{"sid": "SC" + "0" * 32, "short_code": code}] if code in self.numbers else []
        return JSONResponse(page_of("SMS/ShortCodes.json", 50) | {"short_codes": found})

    async def post(self, url: str, params: dict[str, str]) -> httpx2.Response:
        """A webhook of ours is called, signed for the public address that we told Twilio."""
        headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, params)}
        async with httpx2.AsyncClient(timeout=60) as client:
            return await client.post(self.reached(url), data=params, headers=headers)

    async def text(self, url: str, sender: str, to: str, body: str, **more: str) -> httpx2.Response:
        """A phone texts one of our numbers."""
        sid = more.pop("MessageSid", f"SM{id(body) + len(self.seen):032x}")
        told = {"MessageSid": sid, "From": sender, "To": to, "Body": body, "NumMedia": "0"}
        return await self.post(url, told | more)

    async def report(self, sid: str, status: str, **more: str) -> None:
        """What became of a text, posted to the callback that came with it."""
        told = {"MessageSid": sid, "MessageStatus": status, "AccountSid": SID} | more
        answer = await self.post(self.callbacks[sid], told)
        assert answer.status_code == 204, answer.text


def error(status: int, code: int, message: str) -> JSONResponse:
    """As Twilio tells its errors."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    told = {"code": code, "message": message, "more_info": more, "status": status}
    return JSONResponse(told, status)


def page_of(path: str, size: int) -> dict[str, Any]:
    """What stands around every list."""
    uri = f"{_ROOT}/{path}?Page=0&PageSize={size}"
    return {
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
        "uri": uri,
        "page": 0,
        "page_size": size,
        "start": 0,
        "end": 0,
    }


@asynccontextmanager
async def serving(fake: FakeTwilio) -> AsyncIterator[FakeTwilio]:
    """The fake on a free port of loopback."""
    async with served(fake.app()) as fake.url:
        yield fake


def specification() -> dict[str, Any] | None:
    """Twilio's OpenAPI document, where it lies beside the checkout."""
    if not SPECIFICATION.exists():
        return None
    found: dict[str, Any] = json.loads(SPECIFICATION.read_text())
    return found
