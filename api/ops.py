"""For operators: is the process alive, are its parts there, and what do the figures say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import check_allowed
from api.deps import Deps, EventFeeds, Parts
from api.errors import documented
from api.metrics import Metrics, owed
from store import tenants
from store.database import StoreUnavailable, Tx

routes = APIRouter(tags=["operations"])

READY_SECONDS = 2.0
OK, DOWN = "ok", "down"


@dataclass(frozen=True)
class Health:
    """The process answers."""

    status: str = OK


@dataclass(frozen=True)
class Readiness:
    """`ok`, `degraded` (a part is down, the API serves) or `down`, and what each part says."""

    status: str
    parts: dict[str, str] = field(default_factory=dict)


@routes.get("/healthz")
async def healthz() -> Health:
    """Whether this process is alive."""
    return Health()


@routes.get("/readyz", responses={503: {"model": Readiness, "description": "The store is down."}})
async def readyz(parts: Parts) -> Readiness:
    """Whether this process can serve. Without Temporal it can: what it accepts is kept."""
    store = await _store(parts)
    report = {"store": store, **await _others(parts)}
    if store != OK:
        report["store"] = store
    if report["store"] != OK:
        answer = {"status": DOWN, "parts": report}
        return JSONResponse(answer, 503, {"retry-after": "2"})  # type: ignore[return-value]
    fine = all(said == OK for said in report.values())
    return Readiness(OK if fine else "degraded", report)


async def _store(parts: Deps) -> str:
    try:
        async with asyncio.timeout(READY_SECONDS):
            await parts.db.read(_any_tenant)
    except Exception:  # whatever keeps a query from being answered, the store is not ready
        return DOWN
    return OK


def _any_tenant(tx: Tx) -> bool:
    """A query on a table of ours: it fails where the migrations have not run."""
    return tenants.by_subdomain(tx, "") is None


async def _others(parts: Deps) -> dict[str, str]:
    try:
        async with asyncio.timeout(READY_SECONDS):
            return dict(await parts.ready())
    except TimeoutError:
        return {"temporal": "no answer"}


@routes.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, **documented(403)},
)
async def metrics(request: Request, parts: Parts, feeds: EventFeeds) -> Response:
    """Figures for Prometheus; for loopback and the networks that settings allow."""
    check_allowed(request, parts.metrics_allow)
    try:
        backlog = await parts.db.read(owed)
    except StoreUnavailable:
        backlog = None
    known: Metrics = request.app.state.metrics
    page = known.page(feeds.streams, backlog)
    return Response(page, headers={"content-type": CONTENT_TYPE_LATEST})
