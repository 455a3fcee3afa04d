"""Carriers' webhooks: verified, read, and stored in one transaction before they are answered."""

from __future__ import annotations

import asyncio
import re

import structlog
from fastapi import APIRouter, Request, Response, status

from api.deps import Deps, Parts
from api.errors import documented
from carriers.protocol import WebhookRequest
from services import intake, receipts
from services.errors import NotFound
from store import numbers
from store.database import Database
from store.numbers import Account

routes = APIRouter(
    prefix="/carriers",
    tags=["carriers"],
    responses=documented(400, 403, 404, 413, 503),
)
log = structlog.get_logger()
REMEMBER_SECONDS = 10.0
_NAME = re.compile("[^\0\ud800-\udfff]{1,100}")


class Accounts:
    """Carrier accounts by name, remembered for a while: each webhook asks, and few ever change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[str, str], tuple[float, Account]] = {}

    async def find(self, carrier: str, name: str) -> Account:
        """The account, no older than `REMEMBER_SECONDS`; one that was removed is read each time,
        since it may be back. Raises `NotFound`."""
        now = asyncio.get_running_loop().time()
        read_at, known = self._known.get((carrier, name), (now, None))
        if known is not None and now - read_at < REMEMBER_SECONDS:
            return known
        found = await self._db.read(numbers.account, carrier, name)
        if found is None:
            self._known.pop((carrier, name), None)
            raise NotFound
        # Only what exists is remembered, so that made-up names take no memory.
        if not found.removed:
            self._known[carrier, name] = now, found
        return found


@routes.post(
    "/{carrier}/{account}/inbound",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={200: {"description": "Taken, in the words that this carrier wants."}},
)
async def inbound(request: Request, parts: Parts, carrier: str, account: str) -> Response:
    """A text from a phone. Signed by the carrier; repeated until it gets 2xx."""
    known, webhook = await _webhook(request, parts, carrier, account)
    if known.removed:
        raise NotFound
    opened = parts.carriers(known)
    text = opened.parse_inbound(webhook)
    try:
        await parts.db.write(intake.receive, known, text)
    except NotFound as error:
        # Signed, and yet not for us: most likely a number that was moved in one place only.
        log.warning("carrier.text_refused", account=f"{carrier}/{account}", reason=str(error))
        raise
    said = opened.inbound_acknowledgement
    if not said.body:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    return Response(said.body, media_type=said.content_type)


@routes.post("/{carrier}/{account}/status", status_code=status.HTTP_204_NO_CONTENT)
async def delivery_status(request: Request, parts: Parts, carrier: str, account: str) -> Response:
    """What became of a text of ours. Signed by the carrier; repeated until it gets 2xx."""
    known, webhook = await _webhook(request, parts, carrier, account)
    found = parts.carriers(known).parse_status(webhook)
    await parts.db.write(receipts.apply, known, found)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


async def _webhook(
    request: Request, parts: Deps, carrier: str, account: str
) -> tuple[Account, WebhookRequest]:
    if not (_NAME.fullmatch(carrier) and _NAME.fullmatch(account)):
        raise NotFound
    accounts: Accounts = request.app.state.accounts
    known = await accounts.find(carrier, account)
    # The address that the carrier was given and signs, as it was asked for, byte by byte; the
    # Host header is anybody's to write.
    asked = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    webhook = WebhookRequest(
        url=f"{parts.public_base_url}{asked}" + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )
    return known, webhook
