"""The simulated carrier as a web application."""

import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.carrier.carrier import Carrier
from simulators.carrier.engine_api import engine_routes
from simulators.carrier.phones_api import page_routes, phone_routes
from simulators.carrier.wire import Refusal, answer

_log = logging.getLogger("simulators.carrier")

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PORT = re.compile(r":[0-9]{1,5}\Z")
_SOON = {"retry-after": "1"}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    b" media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    b" frame-ancestors 'none'"
)


def build_app(carrier: Carrier) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await carrier.open()
        try:
            yield
        finally:
            await carrier.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    for routes in (phone_routes(carrier), engine_routes(carrier), page_routes()):
        app.include_router(routes)

    @app.get("/healthz")
    async def healthz() -> Response:
        return answer({"status": "ok"})

    @app.exception_handler(Refusal)
    async def refuse(_: Request, refusal: Refusal) -> Response:
        more = _SOON if refusal.status == 503 else {}
        return answer(refusal.body, refusal.status, **more)

    @app.exception_handler(sqlite3.Error)
    async def refuse_for_now(_: Request, error: sqlite3.Error) -> Response:
        _log.error("the file cannot be used: %s", error)
        return answer({"message": "The simulator's file cannot be used."}, 503, **_SOON)

    @app.exception_handler(HTTPException)
    async def refuse_route(_: Request, error: HTTPException) -> Response:
        return answer({"message": str(error.detail)}, error.status_code)

    return Edge(app, carrier.addresses.own_url)


class Edge:
    """Around all requests: security headers, no calls from foreign pages, the raw connection.

    Only own names are answered: a foreign page could point a name of its own at this address
    (DNS rebinding) and would then be of the same origin.
    """

    def __init__(self, app: ASGIApp, own_url: str) -> None:
        self._app = app
        self._names = _LOOPBACK | {_name(_authority(own_url))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # uvicorn's `send` is a method of the request's cycle, which holds the connection.
        connection = getattr(getattr(send, "__self__", None), "transport", None)
        scope["extensions"] = {**scope.get("extensions", {}), "simulator.connection": connection}

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_policy(list(message["headers"]))
            await send(message)

        refusal = self._refusal(scope["headers"])
        if refusal is not None:
            await answer({"message": refusal}, 403)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
        if len(hosts) != 1 or _name(hosts[0]) not in self._names:
            return "The simulator has another name: see its option --url."
        if any(_authority(origin) != hosts[0] for origin in origins):
            return "Pages of other sites may not call this."
        return None


def _with_policy(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in headers}
    if b"content-security-policy" not in names:
        headers.append((b"content-security-policy", _POLICY))
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-cache"))
    headers.append((b"x-content-type-options", b"nosniff"))
    headers.append((b"referrer-policy", b"no-referrer"))
    return headers


def _authority(url: str) -> str:
    """Host and port of a URL or an origin; empty for the origin `null`."""
    return url.partition("://")[2].partition("/")[0]


def _name(authority: str) -> str:
    return _PORT.sub("", authority).lower()
