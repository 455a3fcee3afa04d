"""The HTTP application: every audience's routes behind one edge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI

from api import agent, apps, carriers, docs, errors, events, health, login, manager, openapi, ops
from api.admin import audit, configuration, consent, credentials, kept, numbers, objects, people
from api.clients import Limiter
from api.deps import Deps
from api.edge import Edge
from api.metrics import Metrics
from api.presence import Presence
from api.stream import Feeds

Beside = Callable[[], AbstractAsyncContextManager[None]]


def create_app(deps: Deps, beside: Beside = nullcontext) -> FastAPI:
    """The application; pages and other routes may be mounted on it before it serves.

    `beside` runs as long as it serves: entered before the first request, left after the last.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with beside():
            present = asyncio.create_task(app.state.presence.run())
            yield
            app.state.feeds.stop()
            present.cancel()
            await asyncio.gather(present, return_exceptions=True)

    app = FastAPI(
        title="Threadline",
        version="1",
        description=openapi.ABOUT,
        lifespan=lifespan,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Ours are in api/metrics.py and the log; asking for providers costs on every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.deps = deps
    app.state.metrics = Metrics()
    app.state.feeds = Feeds(deps.db, deps.wake)
    app.state.presence = Presence(deps.db)
    app.state.limiter = Limiter(deps.db)
    app.state.accounts = carriers.Accounts(deps.db)
    # Routes are tried one after the other: what is asked for most comes first.
    admin = (configuration, audit, consent, credentials, kept, numbers, objects, people)
    for room in (carriers, agent, events, login, apps, manager, *admin, ops, health, docs):
        app.include_router(room.routes)
    errors.install(app)
    openapi.install(app)
    app.add_middleware(Edge, metrics=app.state.metrics, https=deps.secure_cookies)
    return app
