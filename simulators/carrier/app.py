"""The simulated carrier as a web application."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulators.carrier.carrier import Carrier
from simulators.carrier.engine_api import engine_routes
from simulators.carrier.phones_api import page_routes, phone_routes
from simulators.carrier.wire import Refusal, answer

_log = logging.getLogger("simulators.carrier")

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

    return Edge(app)


class Edge:
    """Around all requests: security headers, no calls from foreign pages, the raw connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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

        if _from_foreign_page(dict(scope["headers"])):
            refusal = answer({"message": "Pages of other sites may not call this."}, 403)
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


def _with_policy(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in headers}
    if b"content-security-policy" not in names:
        headers.append((b"content-security-policy", _POLICY))
    if b"cache-control" not in names:
        headers.append((b"cache-control", b"no-cache"))
    headers.append((b"x-content-type-options", b"nosniff"))
    headers.append((b"referrer-policy", b"no-referrer"))
    return headers


def _from_foreign_page(headers: dict[bytes, bytes]) -> bool:
    """Whether a browser says that the request comes from a page that is not ours."""
    origin = headers.get(b"origin")
    if origin is None:
        return False
    return urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode("latin-1")
