"""How long a large tenant's configuration takes, and whether texts notice that it is applied.

`python -m benchmarks.configuration [--database-url URL]`: an empty database is made on SQLite, or
the given empty PostgreSQL is used.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

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

QUEUES, AGENTS, NUMBERS = 2_000, 5_000, 500
FAN = 12
TEXT_EVERY = 1 / 16
ACTOR = Actor("file", "benchmark")


def document(queues: int = QUEUES, agents: int = AGENTS, numbers: int = NUMBERS) -> dict[str, Any]:
    """A tenant of this size: a tree in which each menu has at most twelve choices."""
    users = {
        f"agent{n}": {"name": f"Agent {n}", "email": f"agent{n}@big.example"} for n in range(agents)
    }
    users["root"] = {"name": "Root", "email": "root@big.example", "role": "administrator"}
    nodes: list[dict[str, Any]] = [{"name": f"Queue {n}"} for n in range(queues)]
    for n, node in enumerate(nodes[1:], start=1):
        nodes[(n - 1) // FAN].setdefault("queues", {})[f"queue{n}"] = node
    leaves = [node for node in nodes if "queues" not in node]
    for n in range(agents):
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
            f"+1415555{n:04}": {"account": "main", "queue": f"queue{n % queues}"}
            for n in range(1, numbers + 1)
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
        number = f"+1415555{self.sent % NUMBERS + 1:04}"
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


async def measure(url: str, table: Table) -> None:
    db = Database(url, WallClock(), flush)
    data = document()
    wanted = validate(data)
    text = write(as_data(wanted))

    held = 0.0

    def row(what: str, seconds: float, took: list[float] | None = None) -> None:
        shown = ["", "", ""]
        locked = f"{held:.2f}" if what.startswith("apply") else ""
        if took:
            shown = [f"{statistics.median(took):.0f}", f"{took[int(len(took) * 0.99)]:.0f}",
                     f"{took[-1]:.0f}"]  # fmt: skip
        table.add_row(what, f"{seconds:.2f}", locked, *shown)

    def plan(new: Configuration) -> Work:
        async def planned() -> None:
            draft = await db.read(configuration.draft, new)
            await db.read(configuration.plan, draft, known(new))

        return planned

    def timed_apply(tx: Tx, draft: Draft, new: Configuration) -> None:
        nonlocal held
        began = time.perf_counter()
        configuration.apply(tx, draft, ACTOR, known(new))
        held = time.perf_counter() - began

    def apply(new: Configuration) -> Work:
        async def applied() -> None:
            draft = await db.read(configuration.draft, new)
            await db.write(timed_apply, draft, new)

        return applied

    row(
        f"read the file ({len(text) / 1e6:.1f} MB)",
        await timed(lambda: asyncio.to_thread(parse, text)),
    )
    row("plan all of it", await timed(plan(wanted)))
    row("apply all of it", await timed(apply(wanted)))
    account = await db.read(numbers.account, "simulator", "big-main")
    assert account is not None
    texts = Texts(db, account)
    _, took = await beside(texts, lambda: asyncio.sleep(2))
    row("texts alone", 2, took)
    for what, edit in CHANGES.items():
        changed = document()
        edit(changed)
        new = validate(changed)
        row(f"plan: {what}", *await beside(texts, plan(new)))
        row(f"apply: {what}", *await beside(texts, apply(new)))
    await db.close()


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
    "5,000 names and a timer": _rename_all,
    "one agent off each leaf": _move_agents,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url")
    url = parser.parse_args().database_url
    table = Table(title=f"{QUEUES:,} queues, {AGENTS:,} agents, {NUMBERS} numbers")
    for name in ("what", "seconds", "lock held s", "texts p50 ms", "p99", "longest"):
        table.add_column(name, justify="left" if name == "what" else "right")
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"sqlite:///{folder}/store.db"
        upgrade(url)
        asyncio.run(measure(url, table))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
