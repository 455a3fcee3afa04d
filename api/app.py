"""The HTTP application: every audience's routes behind one edge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import agent, carriers, docs, errors, events, openapi, ops
from api.deps import Deps
from api.edge import Edge
from api.metrics import Metrics
from api.stream import Feeds


def create_app(deps: Deps) -> FastAPI:
    """The application; pages and other routes may be mounted on it before it serves."""
    app = FastAPI(
        title="Threadline",
        version="1",
        description=openapi.ABOUT,
        lifespan=_lifespan,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.deps = deps
    app.state.metrics = Metrics()
    app.state.feeds = Feeds(deps.db, deps.wake)
    for room in (agent, carriers, events, ops, docs):
        app.include_router(room.routes)
    errors.install(app)
    openapi.install(app)
    app.add_middleware(Edge, metrics=app.state.metrics, https=deps.secure_cookies)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.feeds.stop()
