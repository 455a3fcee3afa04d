"""From the store's outbox to Temporal: at once after the commit, or by the sweep (rule 3).

One signal per chat is under way at a time and takes all that is pending for it; repeats and
disorder are harmless, because the process applies pointers by number. Nobody waits for this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from pydantic import TypeAdapter
from temporalio.client import Client

from domain.process import BATCH, ChatRef, Pointer, Pointers
from store import incarnations, outbox
from store.database import Database, StoreUnavailable
from store.outbox import Kind, Owed
from temporal import signals
from temporal.outages import is_outage

log = structlog.get_logger()

SWEEP_EVERY = 1.0
SWEEP_OLDER_THAN = timedelta(seconds=2)
# What was delivered is deleted together: each deletion is a commit, which a busy store feels.
DELETE_EVERY = 0.25
SHORTEST_BREAK, LONGEST_BREAK = 0.5, 5.0
# Signals under way at once: more only makes the server's queue longer.
PARALLEL = 32

POINTER = TypeAdapter(Pointer)
Connect = Callable[[], Awaitable[Client]]


class Relay:
    """Delivers the outbox of one process's commits, and sweeps what others left behind."""

    def __init__(
        self, db: Database, connect: Connect, *, delete_every: float = DELETE_EVERY
    ) -> None:
        self._db = db
        self._connect = connect
        self._delete_every = delete_every
        self._lanes: dict[tuple[Kind, int], list[Owed]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(PARALLEL)
        self._known: set[int] = set()
        self._delivered: list[int] = []
        self._claimed: set[int] = set()
        self._released: list[int] = []
        # Signals that failed for a reason of their own, since this process began.
        self.refused = 0
        self._broken_until = 0.0
        self._break = SHORTEST_BREAK

    async def run(self) -> None:
        """Delete what was delivered, and sweep, until cancelled."""
        await asyncio.gather(
            _for_ever(self._delete_every, self.tidy_once),
            _for_ever(SWEEP_EVERY, self.sweep_once),
        )

    async def close(self) -> None:
        """Drop what is under way: it stands in the store, and any process may take it."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def pending(self) -> int:
        """What this process still holds in memory."""
        return len(self._known)

    def deliver(self, owed: Sequence[Owed]) -> None:
        """Take rows over; called after the commit. They stay in the store until delivered."""
        if self._is_broken():
            self._release(owed)
            return
        for row in owed:
            if row.id in self._known:
                continue
            self._known.add(row.id)
            lane = (row.kind, row.target_id)
            if lane in self._lanes:
                self._lanes[lane].append(row)
            else:
                self._lanes[lane] = [row]
                task = asyncio.create_task(self._drain(lane))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _is_broken(self) -> bool:
        return asyncio.get_running_loop().time() < self._broken_until

    async def _drain(self, lane: tuple[Kind, int]) -> None:
        """One signal after the other for one chat, each with all that is pending by then."""
        rows: list[Owed] = []
        try:
            while self._lanes[lane]:
                async with self._slots:
                    rows, self._lanes[lane] = self._lanes[lane][:BATCH], self._lanes[lane][BATCH:]
                    await self._signal(rows)
                self._break = SHORTEST_BREAK
                self._delivered += [row.id for row in rows]
                rows = []
        except Exception as error:
            # Temporal or the store is away: the rows are still owed, the sweep takes them.
            if isinstance(error, StoreUnavailable) or is_outage(error):
                self._trip(error)
                self._release(rows + self._lanes[lane])
            else:
                # Its claim is kept: a row that never goes through is tried every 15 s, no oftener.
                self._refuse(lane, error)
        finally:
            for row in rows + self._lanes.pop(lane):
                self._known.discard(row.id)
                self._claimed.discard(row.id)

    def _trip(self, error: Exception) -> None:
        """Pause for an outage."""
        if not self._is_broken():
            log.warning("relay.paused", seconds=self._break, error=type(error).__name__)
            self._broken_until = asyncio.get_running_loop().time() + self._break
            self._break = min(self._break * 2, LONGEST_BREAK)

    def _refuse(self, lane: tuple[Kind, int], error: Exception) -> None:
        """A fault of one chat's own, which must not hold the others up."""
        self.refused += 1
        kind, target = lane
        name = type(error).__name__
        log.error("relay.refused", kind=kind, target_id=target, error=name, exc_info=error)

    def _release(self, rows: Sequence[Owed]) -> None:
        """What the sweep had claimed is free again for every process, at the next tidying."""
        mine = self._claimed.intersection(row.id for row in rows)
        self._claimed -= mine
        self._released += mine

    async def _signal(self, rows: list[Owed]) -> None:
        client = await self._connect()
        first = rows[0]
        match first.kind:
            case Kind.CHAT:
                await self._signal_chat(client, rows)
            case Kind.SEND:
                await signals.start_send(client, first.tenant_id, first.target_id)
            case Kind.ROUTER:
                at = min(datetime.fromisoformat(row.payload["at"]) for row in rows)
                await signals.wake_router(client, first.target_id, at)

    async def _signal_chat(self, client: Client, rows: list[Owed]) -> None:
        pointers = Pointers([POINTER.validate_python(row.payload["pointer"]) for row in rows])
        incarnation = max(row.payload["incarnation"] for row in rows)
        ref: ChatRef | None = ChatRef(rows[0].tenant_id, rows[0].target_id, incarnation)
        while ref is not None and not await signals.signal_chat(client, ref, pointers):
            # Closed: settled, or terminated by hand and to be rebuilt (rule 8).
            ref = await self._db.write(incarnations.succeed, ref)

    async def tidy_once(self) -> None:
        """Delete what was delivered, and release what could not be."""
        done, self._delivered = self._delivered, []
        free, self._released = self._released, []
        try:
            if done:
                await self._db.write(outbox.delete, done)
            if free:
                await self._db.write(outbox.release, free)
        finally:
            self._known.difference_update(done)
            self._claimed.difference_update(done)

    async def sweep_once(self) -> None:
        """Take over what no process delivered within two seconds."""
        if self._is_broken():
            return
        owed = await self._db.write(outbox.claim_old, SWEEP_OLDER_THAN)
        self._claimed.update(row.id for row in owed)
        self.deliver(owed)


async def _for_ever(every: float, step: Callable[[], Awaitable[None]]) -> None:
    """Nobody watches these loops: whatever goes wrong in one round, the next one is run."""
    while True:
        await asyncio.sleep(every)
        try:
            await step()
        except StoreUnavailable:
            log.warning("relay.store_unavailable")
        except Exception as error:
            log.error("relay.failed", error=type(error).__name__, exc_info=error)
