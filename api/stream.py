"""Live events: one poller per tenant reads the log once for all its streams in this process.

A stream pulls: it knows its own position and reads from the poller's ring of recent events, or
from the store when it is further behind. So nothing is buffered per stream, and a reader that
falls behind costs nothing but its own reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.moments import iso
from store import events
from store.database import Database, StoreUnavailable
from store.events import Event

POLL_SECONDS = 0.5
# Commits of a burst are read together.
GATHER_SECONDS = 0.02
RING = 1000


class Notifier:
    """Told after each commit of this process that events may have been written."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake every poller; to be called in the event loop."""
        for event in self._waiting:
            event.set()

    def listen(self) -> asyncio.Event:
        """An event that each notification sets, until `leave`."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        self._waiting.discard(event)


@dataclass(frozen=True)
class Line:
    """An event as it goes over the wire, and the agents whom it concerns."""

    position: int
    text: str
    agent_ids: frozenset[int]


def line(event: Event) -> Line:
    """One block of server-sent events."""
    data = {
        "position": event.position,
        "type": event.type,
        "chat_id": event.chat_id,
        "data": event.data,
        "at": iso(event.at),
    }
    body = json.dumps(data, separators=(",", ":"))
    text = f"id: {event.position}\nevent: {event.type}\ndata: {body}\n\n"
    return Line(event.position, text, frozenset(event.data.get("agent_ids", ())))


class Feed:
    """The recent events of one tenant, kept up to date while anybody reads."""

    def __init__(self, db: Database, wake: Notifier, tenant_id: int, position: int) -> None:
        self._db = db
        self._wake = wake
        self._tenant_id = tenant_id
        self._ring: deque[Line] = deque(maxlen=RING)
        self._from = self._position = position
        self._arrived = asyncio.Event()
        self.readers = 0
        self.stopped = False

    async def after(self, position: int) -> list[Line]:
        """The events behind a position that are there now, in order; one page at most."""
        if position < self._from:
            found = await self._db.read(events.after, self._tenant_id, position)
            return [line(event) for event in found]
        fresh: list[Line] = []
        for recent in reversed(self._ring):
            if recent.position <= position:
                break
            fresh.append(recent)
        return fresh[::-1]

    async def wait(self, position: int, seconds: float) -> None:
        """Wait until there is something behind the position, or the feed stops, or so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._position <= position and not self.stopped:
                    await self._arrived.wait()

    def stop(self) -> None:
        """Nothing more is read: every stream ends, and its reader resumes elsewhere."""
        self.stopped = True
        self._arrived.set()

    async def run(self) -> None:
        """Read the log until cancelled."""
        woken = self._wake.listen()
        try:
            while True:
                woken.clear()
                if not await self._read():
                    await _woken(woken, POLL_SECONDS)
        finally:
            self._wake.leave(woken)
            self.stop()

    async def _read(self) -> bool:
        try:
            found = await self._db.read(events.after, self._tenant_id, self._position)
        except StoreUnavailable:
            return False
        if not found:
            return False
        self._ring.extend(line(event) for event in found)
        self._position = found[-1].position
        self._from = max(self._from, self._ring[0].position - 1)
        self._arrived.set()
        self._arrived = asyncio.Event()
        return True


async def _woken(woken: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
            await asyncio.sleep(GATHER_SECONDS)


class Stopping(Exception):
    """The server shuts down: no stream begins any more."""


class Feeds:
    """The feeds of this process: one per tenant that anybody reads, none when nobody does."""

    def __init__(self, db: Database, wake: Notifier) -> None:
        self._db = db
        self._wake = wake
        self._feeds: dict[int, tuple[Feed, asyncio.Task[None]]] = {}
        self._stopped = False
        self.streams = 0

    @property
    def pollers(self) -> int:
        return len(self._feeds)

    def check_open(self) -> None:
        """Refuse a stream that would end at once."""
        if self._stopped:
            raise Stopping

    @asynccontextmanager
    async def open(self, tenant_id: int, position: int) -> AsyncIterator[Feed]:
        """Read a tenant's feed; if nobody else does, it starts at `position`, the log's end."""
        feed = self._feed(tenant_id, position)
        feed.readers += 1
        self.streams += 1
        try:
            yield feed
        finally:
            self.streams -= 1
            feed.readers -= 1
            if feed.readers == 0:
                self._close(tenant_id, feed)

    def _feed(self, tenant_id: int, position: int) -> Feed:
        known = self._feeds.get(tenant_id)
        if known is not None and not known[0].stopped:
            return known[0]
        feed = Feed(self._db, self._wake, tenant_id, position)
        self._feeds[tenant_id] = feed, asyncio.create_task(feed.run())
        return feed

    def _close(self, tenant_id: int, feed: Feed) -> None:
        known = self._feeds.get(tenant_id)
        if known is not None and known[0] is feed:
            known[1].cancel()
            del self._feeds[tenant_id]

    def stop(self) -> None:
        """End every stream at once: the server shuts down."""
        self._stopped = True
        for feed, task in self._feeds.values():
            feed.stop()
            task.cancel()
