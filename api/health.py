"""For operators: how each carrier account does, as a page, as JSON and as figures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from api.access import check_allowed
from api.deps import Parts
from api.errors import documented
from domain.health import Breaker, Health, in_words
from services.shapes import Moment
from store import health
from store.health import AccountState

routes = APIRouter(prefix="/ops", tags=["operations"])

_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_SHORT = {
    Breaker.CLOSED: "In order",
    Breaker.OPEN: "Out of order",
    Breaker.HALF_OPEN: "Being tried",
}


@dataclass(frozen=True)
class AccountHealth:
    """A carrier account: whether texts go out by it, since when, and how many wait for it.

    `state` is `closed`, `open` or `half-open`, as of a circuit breaker; `asked_again_at` is when
    an account out of order is asked next; `numbers_as_second` are those whose second account it is;
    `texts_in_doubt` are in the carrier's hands, or nobody
    knows; `outages` are all there were.
    """

    tenant: str
    carrier: str
    account: str
    state: Breaker
    words: str
    since: Moment | None
    reason: str | None
    failures_in_a_row: int
    asked_again_at: Moment | None
    outages: int
    numbers: int
    numbers_as_second: int
    texts_queued: int
    texts_in_doubt: int
    oldest_text_at: Moment | None


@dataclass(frozen=True)
class CarriersHealth:
    """Every account of every tenant."""

    accounts: list[AccountHealth]


@routes.get("/carriers.json", responses=documented(403, 503))
async def carriers_json(request: Request, parts: Parts) -> CarriersHealth:
    """How each carrier account does; for loopback and the networks that settings allow."""
    check_allowed(request, parts.metrics_allow)
    known = await parts.db.read(health.overview)
    return CarriersHealth([_shown(one) for one in known])


@routes.get(
    "/carriers",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **documented(403, 503)},
)
async def carriers_page(request: Request, parts: Parts) -> Response:
    """The same for people to look at."""
    check_allowed(request, parts.metrics_allow)
    known = await parts.db.read(health.overview)
    rows = "\n".join(_row(one) for one in sorted(known, key=_worst_first))
    page = (_PAGES / "carriers.html").read_text()
    return HTMLResponse(page.replace("<!-- accounts -->", rows), headers=_HEADERS)


@routes.get("/carriers.{kind}", include_in_schema=False)
async def carriers_parts(kind: str) -> Response:
    """The page's style and script."""
    media_type = {"css": "text/css", "js": "text/javascript"}.get(kind)
    if media_type is None:
        return Response(status_code=404)
    return FileResponse(_PAGES / f"carriers.{kind}", headers=_HEADERS, media_type=media_type)


def _worst_first(one: AccountState) -> tuple[bool, str, str, str]:
    return one.health.breaker is Breaker.CLOSED, one.tenant, one.carrier, one.name


def _shown(one: AccountState) -> AccountHealth:
    return AccountHealth(
        tenant=one.tenant,
        carrier=one.carrier,
        account=one.name,
        state=one.health.breaker,
        words=in_words(one.health),
        since=one.health.since,
        reason=one.health.reason,
        failures_in_a_row=one.health.failures,
        asked_again_at=one.health.probe_at,
        outages=one.health.openings,
        numbers=one.numbers,
        numbers_as_second=one.second_for,
        texts_queued=one.queued,
        texts_in_doubt=one.in_doubt,
        oldest_text_at=one.oldest_at,
    )


def _told(health: Health) -> str:
    """The state in two words, and what more there is to say."""
    short, words = _SHORT[health.breaker], in_words(health)
    more = "" if words == f"{short}." else f"<br>{escape(words)}"
    return f"<strong>{short}</strong>{more}"


def _row(one: AccountState) -> str:
    oldest = "" if one.oldest_at is None else f"{one.oldest_at:%Y-%m-%d %H:%M:%S}"
    cells = (
        f'<th scope="row">{escape(one.carrier)}/{escape(one.name)}</th>',
        f"<td>{escape(one.tenant)}</td>",
        f'<td class="{one.health.breaker}">{_told(one.health)}</td>',
        *(f"<td>{n}</td>" for n in (one.queued, one.in_doubt)),
        f"<td>{oldest}</td>",
        f"<td>{one.numbers}" + (f"<br>second for {one.second_for}" if one.second_for else ""),
        f"</td><td>{one.health.openings}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"
