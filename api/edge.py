"""Around all requests: body limit, security headers, one log line, counts; no error escapes it."""

from __future__ import annotations

import time
import traceback
from pathlib import Path

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import refusal
from api.metrics import Metrics
from carriers.protocol import WEBHOOK_LIMIT

BODY_LIMIT = WEBHOOK_LIMIT
# A whole tenant: 2,000 queues and 5,000 agents are 2 MiB.
CONFIGURATION_LIMIT = 8 * 1024 * 1024
_CONFIGURATION = "/admin/api/v1/configuration/"
_SILENT = frozenset({"/healthz", "/readyz", "/metrics"})
_log = structlog.stdlib.get_logger("threadline.api")

_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS = ((b"strict-transport-security", b"max-age=31536000"),)


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, https: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = _HEADERS + (_HSTS if https else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._headers)
        began = time.perf_counter()
        try:
            await self._answer(exchange)
        except ClientDisconnect:
            pass
        except Exception as error:
            _report(exchange.route, error)
            if exchange.status is None:
                broken = refusal(500, "Something went wrong on our side.")
                await broken(scope, exchange.receive, exchange.send)
        finally:
            self._note(exchange, time.perf_counter() - began)

    async def _answer(self, exchange: _Exchange) -> None:
        if exchange.announced > exchange.limit:
            too_large = refusal(413, _too_large(exchange.limit))
            await too_large(exchange.scope, exchange.receive, exchange.send)
            return
        await self._app(exchange.scope, exchange.receive, exchange.send)

    def _note(self, exchange: _Exchange, seconds: float) -> None:
        status = exchange.status or 499
        route, method = exchange.route, exchange.scope["method"]
        self._metrics.request(method, route, status, seconds)
        if route not in _SILENT:
            _log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
            )


class _Exchange:
    """One request and its answer, on their way through."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, headers: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        self.scope = scope
        self.status: int | None = None
        self.announced = _announced(scope)
        configuration = scope["path"].startswith(_CONFIGURATION)
        self.limit = CONFIGURATION_LIMIT if configuration else BODY_LIMIT
        self._receive = receive
        self._send = send
        self._headers = headers
        self._received = 0

    @property
    def route(self) -> str:
        """The template of the route, never the path: that may carry anything."""
        return str(getattr(self.scope.get("route"), "path", "")) or "unknown"

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self.limit:
            # A body in chunks announces no length. FastAPI passes on this kind of error alone.
            raise HTTPException(413, _too_large(self.limit))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(header for header in self._headers if header[0] not in given),
            ]
        await self._send(message)


def _too_large(limit: int) -> str:
    return f"body must have at most {limit} bytes"


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def _report(route: str, error: Exception) -> None:
    """Where it broke, without what it broke on: messages of errors quote texts and numbers."""
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    _log.error("unexpected error", route=route, error=type(error).__name__, at=frames[-12:])
