"""What one routing decision costs, however many chats wait."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from benchmarks.engine import Store, empty_database
from benchmarks.machine import cpu_seconds, tree_seconds
from benchmarks.sizes import Sizes
from benchmarks.tables import median, ms, show
from domain.statuses import AgentStatus, ChatStatus
from services.commit import flush
from store import tables as t
from store.database import Database, Tx, WallClock
from store.migrations import upgrade
from tests.world import VIP_NUMBER, World, build

# No agent reaches it: each takes one chat after the other.
ROOM = 1_000


@dataclass(frozen=True)
class Cost:
    """Of one decision: processor seconds here and in the database, and statements."""

    process: float
    database: float
    statements: float


async def run(store: Store, sizes: Sizes) -> None:
    """An agent takes a waiting chat: it is taken from all others, and the next one is offered to
    them. And a text opens a chat, which is offered to whoever has room for an offer."""
    taken, opened = [], []
    for waiting in sizes.waiting:
        with TemporaryDirectory(prefix="threadline-bench-") as folder:
            url = empty_database(store, Path(folder))
            upgrade(url)
            db = Database(url, WallClock(), flush)
            decisions = _Decisions(db, store, await _company(db, sizes, waiting))
            # By turns, so that as many wait for the last decision as for the first.
            costs = [
                (await decisions.open(), await decisions.take()) for _ in range(sizes.decisions)
            ]
            opened.append([cost for cost, _ in costs])
            taken.append([cost for _, cost in costs])
            await db.close()
    _report("An agent takes one of many waiting chats", sizes, taken)
    _report("A new chat begins to wait", sizes, opened)


async def _company(db: Database, sizes: Sizes, waiting: int) -> World:
    """Agents with room for many chats, all available, and chats that wait, as rows."""
    world = await build(db, agents=sizes.waiting_agents - 3)
    staff = t.users.c.tenant_id == world.tenant_id
    room = sa.update(t.users).where(staff).values(concurrency_limit=ROOM)
    await db.write(lambda tx: tx.conn.execute(room))
    await db.write(_wait, world, waiting)
    for agent in world.agents:
        await world.status(agent, AgentStatus.AVAILABLE)
    return world


def _wait(tx: Tx, world: World, count: int) -> None:
    mine = {"tenant_id": world.tenant_id}
    phones = [mine | {"number": f"+1999{n:07}", "created_at": tx.now} for n in range(count)]
    met = sa.insert(t.consumers).returning(t.consumers.c.id)
    ids = list(tx.conn.execute(met, phones).scalars())
    queue = world.queues["VIP"]
    times = ("window_from", "created_at", "updated_at", "queued_at")
    chat = (
        mine
        | dict.fromkeys(times, tx.now)
        | {
            "status": ChatStatus.QUEUED,
            "lang": "en",
            "entry_queue_id": queue,
            "queue_id": queue,
            "number_id": max(world.numbers.values()),
        }
    )
    rows = [chat | {"consumer_id": consumer_id} for consumer_id in ids]
    tx.conn.execute(sa.insert(t.chats), rows)


class _Decisions:
    """Decisions one by one, each measured."""

    def __init__(self, db: Database, store: Store, world: World) -> None:
        self._db, self._store, self._world = db, store, world
        self._agents = list(world.agents)
        self._made = 0

    async def take(self) -> Cost:
        agent = self._agents[self._made % len(self._agents)]
        chat_id = (await self._world.offers(agent))[0]
        with self._measured() as costs:
            await self._world.accept(agent, chat_id)
        return costs[0]

    async def open(self) -> Cost:
        with self._measured() as costs:
            await self._world.text("Hello", sender=f"+1888{self._made:07}", to=VIP_NUMBER)
        return costs[0]

    @contextmanager
    def _measured(self) -> Iterator[list[Cost]]:
        costs: list[Cost] = []
        said = 0

        def note(*_: Any) -> None:
            nonlocal said
            said += 1

        sa.event.listen(self._db._writer, "before_cursor_execute", note)
        process, database = self._spent()
        yield costs
        now_process, now_database = self._spent()
        sa.event.remove(self._db._writer, "before_cursor_execute", note)
        self._made += 1
        costs.append(Cost(now_process - process, now_database - database, said))

    def _spent(self) -> tuple[float, float]:
        postmaster = self._store.postmaster
        return cpu_seconds(os.getpid()), 0.0 if postmaster is None else tree_seconds(postmaster)


def _report(title: str, sizes: Sizes, columns: Sequence[Sequence[Cost]]) -> None:
    rows = []
    for waiting, costs in zip(sizes.waiting, columns, strict=True):
        whole = sum(cost.process + cost.database for cost in costs) / len(costs)
        rows.append([waiting, whole, median([cost.statements for cost in costs])])
    # The kernel counts in hundredths: the smallest sizes may cost none.
    fewest = rows[0][1] or 0.01
    show(
        f"{title}, {sizes.waiting_agents} agents available",
        ("chats that wait", "processor time, mean", "beside the fewest", "statements, median"),
        [[f"{n:,}", ms(cpu), f"{cpu / fewest:.2f}", f"{said:.0f}"] for n, cpu, said in rows],
    )
