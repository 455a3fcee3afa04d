"""How an API client gets in: Basic authentication, and 10 calls a second per tenant (product F)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from api.deps import Deps
from api.errors import documented
from api.session import basic
from services import clients
from services.clients import Client
from services.errors import TooManyRequests, WrongToken
from store.database import Database

CLIENT_REFUSALS = documented(400, 401, 404, 413, 429, 503)


class Limiter:
    """Counts calls in the store, across processes; remembers which tenants have no room.

    Until a call of theirs falls out of the window no process can admit another, so a flood is
    refused from memory and costs the store nothing.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._full_until: dict[int, datetime] = {}

    async def admit(self, client: Client) -> None:
        """Count one call. Raises `TooManyRequests`."""
        now = await self._db.clock.now()
        until = self._full_until.get(client.tenant_id, now)
        if until > now:
            raise TooManyRequests(until - now)
        try:
            await self._db.write(clients.admit, client)
        except TooManyRequests as refused:
            self._full_until[client.tenant_id] = now + refused.retry_after
            raise


async def _client(request: Request) -> Client:
    given = basic(request)
    if given is None:
        raise WrongToken("An API credential is required.")
    deps: Deps = request.app.state.deps
    limiter: Limiter = request.app.state.limiter
    client = await deps.db.read(clients.identify, given.subdomain, given.token)
    await limiter.admit(client)
    return client


Calling = Annotated[Client, Depends(_client)]
"""The client of a route under `/apps` or `/manager`: known, and counted."""
