"""An hour's worth of mixed traffic in minutes, with faults, and an audit of what came of it.

    python -m benchmarks.soak --chats 400 --minutes 15

Starts `threadline dev` in a folder of its own. Prints the memory of every process over time, what
was done, and a verdict; exits with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from httpx2 import HTTPError

from benchmarks import audit, report
from benchmarks.desk import Desk
from benchmarks.memory import Watch
from benchmarks.stories import crowd
from benchmarks.timers import shorten_timers
from benchmarks.traffic import Consumer
from domain.statuses import ENDED
from temporal.server import connect_when_up
from tests.system.product import Phones, Product, agents_of, http, phones_of, running, until
from tests.system.record import Record, running_of

FAULTS: dict[str, Any] = {
    "duplicate": 0.05,
    "reorder": 0.05,
    "drop_receipts": 0.02,
    "lose_answer": 0.005,
    "latency_ms": 30,
}
# Seconds between two outages of the carrier, and how long one is.
BETWEEN_OUTAGES = (20, 50)
OUTAGE = (2, 5)
AT_ONCE = 24
# Consumers and minutes.
QUICK = 16, 3.0
# Of the time that is allowed, how much the consumers' first texts are spread over.
SPREAD = 0.7
TELLS_EVERY = 15.0
SETTLES_WITHIN = 200.0
# Receipts are dropped: "sent" is as far as some texts come.
UNFINISHED = frozenset({"queued", "sending"})
LIMIT = 3
LOGS = ("api", "worker", "simulator")


@dataclass
class Soak:
    """One run: what takes part in it, and what was seen."""

    product: Product
    phones: Phones
    consumers: Sequence[Consumer]
    desk: Desk
    watch: Watch
    dice: random.Random
    outages: int = 0
    # Positions in the event stream, as a listener got them.
    streamed: list[int] = field(default_factory=list)

    async def drive(self, within: float) -> list[str]:
        """All stories to their ends, spread over the time; what is wrong if it did not suffice."""
        slots = asyncio.Semaphore(AT_ONCE)
        pause = SPREAD * within / len(self.consumers)
        try:
            async with asyncio.timeout(within), asyncio.TaskGroup() as together:
                for one in self.consumers:
                    await slots.acquire()
                    story = together.create_task(one.live())
                    story.add_done_callback(lambda _: slots.release())
                    await asyncio.sleep(self.dice.expovariate(1 / pause))
        except TimeoutError:
            through = sum(one.through for one in self.consumers)
            return [f"only {through} of {len(self.consumers)} consumers were through in time"]
        return []

    async def break_things(self) -> None:
        """The faults all the time, and outages between, until cancelled."""
        while True:
            await self.phones.set_faults(**FAULTS)
            await asyncio.sleep(self.dice.uniform(*BETWEEN_OUTAGES))
            await self.phones.set_faults(**FAULTS, outage=True)
            await asyncio.sleep(self.dice.uniform(*OUTAGE))
            self.outages += 1

    async def listen(self) -> None:
        """Read the event stream as an integrator does, until cancelled."""
        told = self.product.told
        tenant = told["tenants"][0]
        login = (tenant["subdomain"], tenant["api_token"])
        async with http(told["base_url"]) as api:
            while True:
                path = f"/events/v1/stream?after={max(self.streamed, default=0)}"
                with contextlib.suppress(HTTPError):
                    async with api.stream("GET", path, auth=login, timeout=60) as answer:
                        async for line in answer.aiter_lines():
                            if line.startswith("id: "):
                                self.streamed.append(int(line[4:]))
                await asyncio.sleep(0.5)

    async def settle(self, record: Record) -> list[str]:
        """Let all that is under way come to its end: nothing owed, every ended chat settled."""

        async def at_rest() -> bool:
            return (
                record.owed() == 0
                and not any(m.status in UNFINISHED for m in record.texts("outbound"))
                and all(chat.settled or chat.status not in ENDED for chat in record.chats())
                and max(self.streamed, default=0) == sum(record.events().values())
            )

        try:
            await until(at_rest, SETTLES_WITHIN)
        except AssertionError:
            return [f"not everything was at rest {SETTLES_WITHIN:.0f} s after the traffic"]
        return []

    async def check(self, record: Record) -> list[str]:
        """Everything that is wrong in the store, on the phones, in Temporal and in the logs."""
        temporal = await connect_when_up(
            self.product.told["temporal_address"],
            self.product.told["temporal_namespace"],
            within=timedelta(seconds=30),
        )
        chats, outbound = record.chats(), record.texts("outbound")
        live = {chat.id: await running_of(temporal, chat) for chat in chats}
        screens = {one.phone: await self.phones.shown(one.phone) for one in self.consumers}
        dropped = FAULTS["drop_receipts"] > 0
        missing = await record.missing_offers()
        return [
            *audit.every_story_ended(self.consumers),
            *audit.nothing_said_is_lost_or_doubled(self.consumers, record.texts("inbound")),
            *audit.nothing_written_is_lost_doubled_or_swapped(outbound, screens),
            *audit.every_text_came_to_its_end(outbound, receipts_dropped=dropped),
            *audit.opted_out_phones_got_nothing(outbound, screens),
            *audit.every_chat_ended_as_it_should(self.consumers, chats),
            *audit.every_chat_is_settled_or_live(chats, live),
            *audit.events_have_no_gap("the log", record.positions()),
            *audit.events_have_no_gap("the stream", self.streamed),
            *audit.no_agent_had_too_many(record.most_chats_at_once(), LIMIT),
            *([f"{missing} offers are missing"] if missing else []),
            *audit.logs_are_clean({part: self.product.log(part) for part in LOGS}),
        ]


def pids(product: Product) -> dict[str, int]:
    """The processes of the product by name."""
    return {
        name: pid[0] if isinstance(pid, list) else pid
        for name, pid in product.told["processes"].items()
    }


@asynccontextmanager
async def prepared(data: Path, options: argparse.Namespace) -> AsyncIterator[Soak]:
    """The product with its timers set, its agents logged in, and a crowd that has not begun."""
    database = ["--database-url", options.database_url] if options.database_url else []
    async with running(data, *database) as product, phones_of(product) as phones:
        await asyncio.to_thread(shorten_timers, product)
        consumers = crowd(options.chats, phones, options.seed)
        dice = random.Random(options.seed)
        async with agents_of(product) as agents:
            desk = Desk(agents, {one.phone: one for one in consumers}, dice)
            yield Soak(product, phones, consumers, desk, Watch(lambda: pids(product)), dice)


async def soak(data: Path, options: argparse.Namespace) -> list[str]:
    """Run, print, and tell all that was wrong."""
    began = time.monotonic()
    async with prepared(data, options) as run:
        record = Record(run.product.told["database_url"])
        listening = asyncio.create_task(run.listen())
        works = (run.desk.work(), run.break_things(), run.watch.run(), progress(run))
        background = [asyncio.create_task(work) for work in works]
        wrong = await run.drive(options.minutes * 60)
        wrong += await stopped(background)
        await run.phones.set_faults()
        wrong += await run.settle(record)
        wrong += await stopped([listening])
        wrong += await run.check(record)
        grown = report.memory(run.watch)
        # In a quick run processes still warm up.
        wrong += [] if options.quick else grown
        report.traffic(run.consumers, record, time.monotonic() - began)
        print(f"Outages of the carrier: {run.outages}; absences of agents: {run.desk.absences}.")
    return wrong


async def progress(run: Soak) -> None:
    """A line now and then, until cancelled."""
    while True:
        await asyncio.sleep(TELLS_EVERY)
        begun = sum(bool(one.said) for one in run.consumers)
        print(f"  {begun} of {len(run.consumers)} consumers have begun …", flush=True)


async def stopped(tasks: Sequence[asyncio.Task[None]]) -> list[str]:
    """End what never ends by itself; one that has died is a fault of its own."""
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return [f"the soak itself failed: {one!r}" for one in ended if isinstance(one, Exception)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chats", type=int, default=400, help="consumers, each with a story")
    parser.add_argument("--minutes", type=float, default=15, help="at most, for the traffic")
    parser.add_argument("--quick", action="store_true", help="each story once: does it run at all?")
    parser.add_argument("--database-url", help="an empty PostgreSQL database; else SQLite")
    parser.add_argument("--seed", type=int, default=1, help="another one gives another mixture")
    options = parser.parse_args()
    if options.quick:
        options.chats, options.minutes = QUICK
    with tempfile.TemporaryDirectory(prefix="threadline-soak-") as folder:
        wrong = asyncio.run(soak(Path(folder, "data"), options))
    report.verdict(wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
