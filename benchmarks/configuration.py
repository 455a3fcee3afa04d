"""How long a large tenant's configuration takes, and whether texts notice that it is applied."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.engine import Store, empty_database
from benchmarks.sizes import Sizes, Tenant
from benchmarks.tables import median, percentile, show
from carriers.protocol import InboundText
from domain.config.document import Configuration, as_data
from domain.config.file import parse, validate, write
from services import configuration, intake
from services.commit import flush
from services.configuration import Draft
from services.projection import VOUCHED, Known
from store import numbers
from store.configurations import Actor
from store.database import Database, Tx, WallClock
from store.migrations import upgrade
from store.numbers import Account

FAN = 12
TEXT_EVERY = 1 / 16
ACTOR = Actor("file", "benchmark")


def document(size: Tenant) -> dict[str, Any]:
    """A tenant of this size: a tree in which each menu has at most twelve choices."""
    users = {
        f"agent{n}": {"name": f"Agent {n}", "email": f"agent{n}@big.example"}
        for n in range(size.agents)
    }
    users["root"] = {"name": "Root", "email": "root@big.example", "role": "administrator"}
    nodes: list[dict[str, Any]] = [{"name": f"Queue {n}"} for n in range(size.queues)]
    for n, node in enumerate(nodes[1:], start=1):
        nodes[(n - 1) // FAN].setdefault("queues", {})[f"queue{n}"] = node
    leaves = [node for node in nodes if "queues" not in node]
    for n in range(size.agents):
        for seat in (n, n * 7 + 1, n * 13 + 2):
            seats = leaves[seat % len(leaves)].setdefault("agents", [])
            if f"agent{n}" not in seats:
                seats.append(f"agent{n}")
    return {
        "tenant": "big",
        "name": "Big",
        "accounts": {"main": {"carrier": "simulator", "url": "http://127.0.0.1:1"}},
        "users": users,
        "queues": {"queue0": nodes[0]},
        "numbers": {
            f"+1415555{n:04}": {"account": "main", "queue": f"queue{n % size.queues}"}
            for n in range(1, size.numbers + 1)
        },
    }


def known(wanted: Configuration) -> Known:
    """Carriers that know every number."""
    return Known(
        dict.fromkeys(wanted.numbers, VOUCHED),
        dict.fromkeys(wanted.accounts, "http://127.0.0.1:1"),
    )


@dataclass
class Texts:
    """Consumers who text all the while; how long each text took to be taken, in milliseconds."""

    db: Database
    account: Account
    numbers: int
    took: list[float] = field(default_factory=list)
    sent: int = 0

    async def flow(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as together:
            while True:
                together.create_task(self._text())
                await asyncio.sleep(TEXT_EVERY)

    async def _text(self) -> None:
        self.sent += 1
        phone = f"+1415666{self.sent:04}"
        number = f"+1415555{self.sent % self.numbers + 1:04}"
        began = time.perf_counter()
        text = InboundText(f"text-{self.sent}", phone, number, "Hello")
        await self.db.write(intake.receive, self.account, text)
        self.took.append((time.perf_counter() - began) * 1000)


Work = Callable[[], Awaitable[object]]


async def timed(work: Work) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def beside(texts: Texts, work: Work) -> tuple[float, list[float]]:
    """How long the work took while texts came in, and how long these took meanwhile."""
    texts.took.clear()
    flowing = asyncio.create_task(texts.flow())
    await asyncio.sleep(0.2)
    seconds = await timed(work)
    await asyncio.sleep(0.5)
    flowing.cancel()
    await asyncio.gather(flowing, return_exceptions=True)
    return seconds, sorted(texts.took)


async def run(store: Store, sizes: Sizes) -> None:
    """Plans and applies a whole tenant, then three changes of it while texts come in."""
    with TemporaryDirectory(prefix="threadline-bench-") as folder:
        url = empty_database(store, Path(folder))
        upgrade(url)
        db = Database(url, WallClock(), flush)
        rows = await _whole(db, sizes) + await _changes(db, sizes)
        await db.close()
    size = sizes.tenant
    title = f"{size.queues:,} queues, {size.agents:,} agents, {size.numbers} numbers"
    show(title, ("what", "seconds", "lock held s", "texts p50 ms", "p99", "longest"), rows)


async def _whole(db: Database, sizes: Sizes) -> list[list[str]]:
    wanted = validate(document(sizes.tenant))
    text = write(as_data(wanted))
    read = await timed(lambda: asyncio.to_thread(parse, text))
    return [
        _row(f"read the file ({len(text) / 1e6:.1f} MB)", read),
        _row("plan all of it", await timed(_plan(db, wanted))),
        _row("apply all of it", await timed(apply := Apply(db, wanted)), held=apply.held),
    ]


async def _changes(db: Database, sizes: Sizes) -> list[list[str]]:
    account = await db.read(numbers.account, "simulator", "big-main")
    assert account is not None
    texts = Texts(db, account, sizes.tenant.numbers)
    alone = min(2.0, sizes.live_seconds)
    rows = [_row("texts alone", *await beside(texts, lambda: asyncio.sleep(alone)))]
    for what, edit in CHANGES.items():
        changed = document(sizes.tenant)
        edit(changed)
        new = validate(changed)
        rows.append(_row(f"plan: {what}", *await beside(texts, _plan(db, new))))
        apply = Apply(db, new)
        took = await beside(texts, apply)
        rows.append(_row(f"apply: {what}", *took, held=apply.held))
    return rows


def _row(
    what: str, seconds: float, took: list[float] | None = None, held: float | None = None
) -> list[str]:
    shown = ["", "", ""]
    if took:
        shown = [f"{one:.0f}" for one in (median(took), percentile(took, 99), took[-1])]
    return [what, f"{seconds:.2f}", "" if held is None else f"{held:.2f}", *shown]


def _plan(db: Database, new: Configuration) -> Work:
    async def planned() -> None:
        draft = await db.read(configuration.draft, new)
        await db.read(configuration.plan, draft, known(new))

    return planned


@dataclass
class Apply:
    """Applies a configuration; `held` is how long, in seconds, the lock was held for it."""

    db: Database
    new: Configuration
    held: float = 0.0

    async def __call__(self) -> None:
        draft = await self.db.read(configuration.draft, self.new)
        await self.db.write(self._apply, draft)

    def _apply(self, tx: Tx, draft: Draft) -> None:
        began = time.perf_counter()
        configuration.apply(tx, draft, ACTOR, known(self.new))
        self.held = time.perf_counter() - began


def _rename_one(data: dict[str, Any]) -> None:
    data["queues"]["queue0"]["queues"]["queue1"]["name"] = "Renamed"


def _rename_all(data: dict[str, Any]) -> None:
    for user in data["users"].values():
        user["name"] += " II"
    data["settings"] = {"chat_timeout": 700}


def _move_agents(data: dict[str, Any]) -> None:
    _rename_all(data)
    left = [data["queues"]["queue0"]]
    while left:
        queue = left.pop()
        if "agents" in queue:
            queue["agents"] = queue["agents"][1:]
        left += queue.get("queues", {}).values()


CHANGES = {
    "one queue's name": _rename_one,
    "every name, and a timer": _rename_all,
    "one agent off each leaf": _move_agents,
}
