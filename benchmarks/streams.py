"""What it costs to tell every change to open consoles, and how soon they know."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from benchmarks.engine import Engine, Store, engine
from benchmarks.pairs import Traffic
from benchmarks.sizes import Sizes
from benchmarks.tables import ms, percentile, show
from benchmarks.wire import send_head
from services import auth
from store import credentials, events
from store import tables as t

NOBODY, AGENTS, EVERYTHING = "nobody", "{} agents, each their own", "{} readers of everything"


@dataclass
class Console:
    """One open stream: which changes it heard of, and how old they were by then, in seconds."""

    agent_id: int | None
    authorization: str
    heard: list[int] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    async def listen(self, running: Engine, opened: asyncio.Semaphore) -> None:
        """Until cancelled."""
        link = await running.api.connect()
        headers = {"authorization": self.authorization}
        send_head(link.writer, "GET", "/events/v1/stream", headers)
        try:
            async for line in link.reader:
                if line.startswith(b": open"):
                    opened.release()
                elif line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    self.heard.append(event["position"])
                    self.lags.append(time.time() - datetime.fromisoformat(event["at"]).timestamp())
        finally:
            link.writer.close()


async def run(store: Store, sizes: Sizes) -> None:
    """The same traffic with nobody listening, with agents, and with readers of everything."""
    rows = []
    many = sizes.streams
    async with engine(store, agents=many, chats_per_agent=1) as running:
        chats = await running.company.connect_chats(many)
        for whom in (NOBODY, AGENTS, EVERYTHING):
            async with _consoles(running, whom, many) as consoles:
                first = await _last_position(running)
                traffic, before = Traffic(running), running.cpu()
                count = await traffic.steadily(chats, sizes.stream_seconds, sizes.stream_rate)
                missing = await traffic.missing()
                spent = running.cpu().since(before, count)
                unheard = await _unheard(running, consoles, first)
            heard = sum(len(one.heard) for one in consoles)
            lags = [lag for one in consoles for lag in one.lags] or [0.0]
            rows.append(
                [
                    whom.format(many),
                    f"{heard / count:.0f}",
                    ms(spent.api),
                    f"{ms(percentile(lags, 50))} / {ms(percentile(lags, 99))}" if heard else "",
                    f"{unheard} of {heard + unheard}",
                    missing,
                ]
            )
    show(
        f"Live events at {sizes.stream_rate:g} pairs/s",
        ("who listens", "events out/pair", "API/pair", "lag p50 / p99", "unheard", "missing texts"),
        rows,
    )


@asynccontextmanager
async def _consoles(running: Engine, whom: str, many: int) -> AsyncIterator[list[Console]]:
    """Streams that are open, all of them, until the end of the block."""
    consoles: list[Console] = []
    if whom == AGENTS:
        for name, agent_id in list(running.company.world.agents.items())[:many]:
            token = await running.company.session(name)
            consoles.append(Console(agent_id, f"Bearer {token}"))
    elif whom == EVERYTHING:
        credential = await _credential(running)
        consoles = [Console(None, f"Basic {credential}") for _ in range(many)]
    opened = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(one.listen(running, opened)) for one in consoles]
    for _ in consoles:
        await asyncio.wait_for(opened.acquire(), 30)
    yield consoles
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _credential(running: Engine) -> str:
    token, world = auth.new_token(), running.company.world
    token_hash = auth.token_hash(token)
    await running.company.db.write(credentials.add, world.tenant_id, "bench", token_hash, None)
    return base64.b64encode(f"{world.account.name}:{token}".encode()).decode()


async def _last_position(running: Engine) -> int:
    company = running.company
    return await company.db.read(events.last_position, company.world.tenant_id)


async def _unheard(running: Engine, consoles: list[Console], first: int) -> int:
    """How many events did not come to a console that they concern; a moment is given."""
    e = t.events.c
    mine = sa.select(e.position, e.data).where(
        e.tenant_id == running.company.world.tenant_id, e.position > first
    )
    rows = await running.company.world.rows(mine)
    told = {row.position: row.data["agent_ids"] for row in rows}

    def count() -> int:
        return sum(
            len(
                {at for at, whom in told.items() if one.agent_id is None or one.agent_id in whom}
                - set(one.heard)
            )
            for one in consoles
        )

    gives_up = time.monotonic() + 5
    while count() and time.monotonic() < gives_up:  # noqa: ASYNC110 - streams fill it
        await asyncio.sleep(0.2)
    return count()
