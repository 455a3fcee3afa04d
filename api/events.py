"""The event stream: server-sent events, resumable by position (architecture rules 9 and 14)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Send

from api.deps import EventFeeds, Parts
from api.errors import documented
from api.presence import Presence
from api.session import basic, claim
from api.stream import Feeds, Line
from domain.statuses import Role
from services import auth, clients
from services.errors import InvalidField, Refused
from store import events
from store.database import StoreUnavailable, Tx

routes = APIRouter(prefix="/events/v1", tags=["events"])

KEEP_ALIVE_SECONDS = 15.0
# A stream outlives the session that opened it by no more than this.
CHECK_SECONDS = 30.0
# Whoever does not read for so long is cut off, and resumes.
SEND_SECONDS = 30.0
_POSITION = re.compile("[0-9]{1,18}")


@dataclass(frozen=True)
class Reader:
    """Who reads: a tenant's API client or manager, or an agent who is shown only their own."""

    tenant_id: int
    agent_id: int | None
    log_ends: int
    session: str | None = None


Identify = Callable[[Tx], Reader]


class EventStream(StreamingResponse):
    """Sends the generator's chunks, closes it whatever happens, and waits for no slow reader."""

    media_type = "text/event-stream"

    def __init__(self, chunks: AsyncGenerator[str, None]) -> None:
        super().__init__(chunks, headers={"x-accel-buffering": "no"})
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        async with aclosing(self._chunks) as chunks:
            await send(start)
            async for chunk in chunks:
                body = {"type": "http.response.body", "body": chunk.encode(), "more_body": True}
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await send(body)
                except TimeoutError:
                    raise OSError("the reader does not read") from None
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@routes.get(
    "/stream",
    status_code=200,
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Events, as they happen."},
        **documented(400, 401, 404, 503),
    },
)
async def stream(
    request: Request,
    parts: Parts,
    feeds: EventFeeds,
    after: Annotated[str | None, Query(description="Resume behind this position.")] = None,
    last_event_id: Annotated[str | None, Header(description="The same; it wins.")] = None,
) -> EventStream:
    """All changes of the tenant; for agents, those that concern them. Without a position: from now.

    Each event is `{position, type, chat_id, data, at}`; `id` is the position to resume from.
    """
    wanted = _position("Last-Event-ID", last_event_id)
    if wanted is None:
        wanted = _position("after", after)
    identify = _identification(request)
    presence: Presence = request.app.state.presence

    async def who_reads() -> Reader:
        reader = await parts.db.read(identify)
        if reader.session is not None:
            presence.heard_of(reader.session)
        return reader

    reader = await who_reads()
    position = reader.log_ends if wanted is None else min(wanted, reader.log_ends)
    feeds.check_open()
    return EventStream(_chunks(who_reads, feeds, reader, position))


def _position(field: str, given: str | None) -> int | None:
    if given is None:
        return None
    if not _POSITION.fullmatch(given):
        raise InvalidField(field, "must be a position: a whole number, 0 or more")
    return int(given)


def _identification(request: Request) -> Identify:
    """How to find out who reads; asked again from time to time while the stream is open."""
    client = basic(request)
    if client is not None:

        def of_client(tx: Tx) -> Reader:
            tenant_id = clients.identify(tx, client.subdomain, client.token).tenant_id
            return Reader(tenant_id, None, events.last_position(tx, tenant_id))

        return of_client
    session = claim(request)

    def of_user(tx: Tx) -> Reader:
        user = auth.identify(tx, session).user
        agent_id = user.id if user.role is Role.AGENT else None
        position = events.last_position(tx, user.tenant_id)
        return Reader(user.tenant_id, agent_id, position, session.token_hash)

    return of_user


async def _chunks(
    who_reads: Callable[[], Awaitable[Reader]], feeds: Feeds, reader: Reader, position: int
) -> AsyncGenerator[str, None]:
    clock = asyncio.get_running_loop().time
    check_at = clock() + CHECK_SECONDS
    quiet_since = clock()
    async with feeds.open(reader.tenant_id, reader.log_ends) as feed:
        yield ": open\n\n"
        while not feed.stopped:
            try:
                lines = await feed.after(position)
                if clock() >= check_at:
                    await who_reads()
                    check_at = clock() + CHECK_SECONDS
            except (Refused, StoreUnavailable):
                return
            if lines:
                position = lines[-1].position
                text = "".join(line.text for line in lines if _concerns(line, reader))
                if text:
                    yield text
                    quiet_since = clock()
                continue
            await feed.wait(position, max(0.05, quiet_since + KEEP_ALIVE_SECONDS - clock()))
            if clock() >= quiet_since + KEEP_ALIVE_SECONDS:
                yield ": keep-alive\n\n"
                quiet_since = clock()


def _concerns(line: Line, reader: Reader) -> bool:
    return reader.agent_id is None or reader.agent_id in line.agent_ids
