"""Posts what the carrier owes, signed, until it is acknowledged: in order within a lane, at the
same time across lanes."""

import asyncio
import base64
import hmac
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Iterable
from functools import lru_cache

from httpx2 import URL, AsyncHTTPTransport, HTTPError, Limits, Request, Timeout

from simulators.carrier.database import Database
from simulators.carrier.faults import Faults
from simulators.carrier.messages import Owed, settle

_log = logging.getLogger("simulators.carrier")

_FIRST_WAIT = 0.2
_LONGEST_WAIT = {"inbound": 2.0, "status": 5.0}
_REFUSALS = frozenset({400, 404, 410, 413, 422})
"""Not 403: a wrong secret on either side is mended, and then the text is taken."""
_TRIES_AGAINST_REFUSAL = 5
_AT_ONCE = 64
_TIMEOUT = Timeout(10)
_LONGEST_UNREACHABLE = 1.0
_HOLD_BACK = 0.3
"""Seconds that a lonely webhook waits for another to overtake it, under `reorder`."""


class FaultSwitch:
    """The faults of this moment, and a way to wait for the end of an outage."""

    def __init__(self, faults: Faults) -> None:
        self.now = faults
        self._up = asyncio.Event()
        self.set(faults)

    def set(self, faults: Faults) -> None:
        self.now = faults
        if faults.outage:
            self._up.clear()
        else:
            self._up.set()

    async def outage_over(self) -> None:
        await self._up.wait()


class Webhooks:
    """Everything owed to the engine. A lane is a task that lives while it has something to post."""

    def __init__(self, database: Database, switch: FaultSwitch, secret: str) -> None:
        self._database = database
        self._switch = switch
        self._key = secret.encode()
        limits = Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
        # The transport alone: a client's cookies, redirects and defaults cost half of a post.
        self._transport = AsyncHTTPTransport(limits=limits, trust_env=False)
        self._lanes: dict[str, deque[Owed]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._unreachable_until = 0.0
        self._unreachable_wait = _FIRST_WAIT

    def post(self, owed: Iterable[Owed]) -> None:
        """Take webhooks over; they are already in the file."""
        for one in owed:
            if one.lane in self._lanes:
                self._lanes[one.lane].append(one)
                continue
            self._lanes[one.lane] = deque([one])
            task = asyncio.create_task(self._drain(one.lane))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._transport.aclose()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a lane of webhooks has died", exc_info=task.exception())

    async def _drain(self, lane: str) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                owed = await self._next(waiting)
                outcome = await self._deliver(owed)
                await self._settle(owed, outcome)
        finally:
            del self._lanes[lane]

    async def _settle(self, owed: Owed, outcome: str) -> None:
        try:
            await self._database.run(lambda connection: settle(connection, owed, outcome))
        except sqlite3.Error:
            # It stays in the file and is posted again after a restart: a repeat, no loss.
            _log.exception("cannot note that %s is settled", owed.webhook_id)

    async def _next(self, waiting: deque[Owed]) -> Owed:
        await self._switch.outage_over()
        if self._switch.now.happens("reorder"):
            if len(waiting) == 1:
                await asyncio.sleep(_HOLD_BACK)
            if len(waiting) > 1:
                overtaking = waiting[1]
                del waiting[1]
                return overtaking
        return waiting.popleft()

    async def _deliver(self, owed: Owed) -> str:
        """Post until the engine has it, or has said several times that it never will."""
        wait, refusals = _FIRST_WAIT, 0
        while True:
            await self._switch.outage_over()
            copies = 2 if self._switch.now.happens("duplicate") else 1
            posts = [self._post(owed) for _ in range(copies)]
            statuses = await asyncio.gather(*posts)
            if any(200 <= status < 300 for status in statuses):
                return "delivered"
            refusals += statuses[0] in _REFUSALS
            if refusals >= _TRIES_AGAINST_REFUSAL:
                _log.warning("%s refused for good: %s", owed.webhook_id, statuses[0])
                return "refused"
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT[owed.kind])

    async def _post(self, owed: Owed) -> int:
        """One post; its HTTP status, 0 if there was no answer."""
        await asyncio.sleep(self._switch.now.latency)
        async with self._slots:
            # A server that is down is asked by few and waited for by all, or a thousand lanes
            # would burn the processor on refused connections.
            await asyncio.sleep(max(0.0, self._unreachable_until - time.monotonic()))
            try:
                response = await self._transport.handle_async_request(self._signed(owed))
                await response.aread()
            except HTTPError:
                self._pause()
                return 0
            self._unreachable_wait = _FIRST_WAIT
            return response.status_code

    def _pause(self) -> None:
        """Let nobody post for a while; posts that failed together count once."""
        now = time.monotonic()
        if now >= self._unreachable_until:
            self._unreachable_until = now + self._unreachable_wait
            self._unreachable_wait = min(self._unreachable_wait * 2, _LONGEST_UNREACHABLE)

    def _signed(self, owed: Owed) -> Request:
        """With the headers of standardwebhooks.com; the key is the secret's own bytes."""
        timestamp = str(int(time.time()))
        signed = f"{owed.webhook_id}.{timestamp}.{owed.body}".encode()
        signature = base64.b64encode(hmac.digest(self._key, signed, "sha256")).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": owed.webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }
        extensions = {"timeout": _TIMEOUT.as_dict()}
        url = _url(owed.url)
        return Request("POST", url, headers=headers, content=owed.body, extensions=extensions)


@lru_cache(maxsize=1000)
def _url(url: str) -> URL:
    return URL(url)
