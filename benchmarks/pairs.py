"""Pairs: a consumer's text, the agent's reply, and the carrier's receipts."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks.company import Chat
from benchmarks.engine import Engine
from domain.statuses import MessageStatus

# The pace at which costs are measured, and how long an agent thinks at it: so long that text and
# reply are two signals, as they are between people.
PAIRS_PER_SECOND = 16
THINKS = 1.0
_runs = itertools.count()


@dataclass
class Traffic:
    """What went through an engine, and how long each step took in seconds."""

    engine: Engine
    run: int = field(default_factory=lambda: next(_runs))
    webhooks: list[float] = field(default_factory=list)
    to_carrier: list[float] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)

    async def pair(self, chat: Chat, n: int, thinks: float = 0.0) -> None:
        """Until the reply is at the carrier; its receipts follow by themselves."""
        question, answer = f"Question {self.run}-{n}", f"Answer {self.run}-{n}"
        carrier = self.engine.carrier
        status, seconds = await carrier.text(chat.phone, self.engine.company.number, question)
        if status != 204:
            self.refused[status] += 1
            return
        self.webhooks.append(seconds)
        self.written.add(question)
        await asyncio.sleep(thinks)
        arrival = carrier.arrival(answer)
        body = json.dumps({"text": answer, "client_id": answer}).encode()
        headers = {"authorization": f"Bearer {chat.token}", "content-type": "application/json"}
        path = f"/agent/api/v1/chats/{chat.id}/messages"
        began = asyncio.get_running_loop().time()
        told = await self.engine.api.request("POST", path, headers, body)
        if told.status != 201:
            self.refused[told.status] += 1
            return
        self.answered.add(answer)
        self.to_carrier.append(await arrival - began)

    async def steadily(self, chats: list[Chat], seconds: float, rate: float) -> int:
        """So many pairs a second, chat after chat; how many there were, receipts and all."""
        count = int(seconds * rate)
        await at_rate(rate, count, lambda n: self.pair(chats[n % len(chats)], n, THINKS))
        await self.engine.carrier.reported()
        return count

    async def missing(self) -> str:
        """What of the acknowledged texts the store or the phones do not have, or have twice."""
        await self.engine.company.quiet()
        await self.engine.carrier.reported()
        texts = self.engine.company.texts
        received = await texts("inbound", MessageStatus.RECEIVED)
        delivered = await texts("outbound", MessageStatus.DELIVERED)
        taken = self.engine.carrier.taken
        lost = len(self.written - received) + len(self.answered - delivered)
        twice = sum(taken[answer] > 1 for answer in self.answered)
        refused = sum(self.refused.values()) + sum(self.engine.carrier.refused.values())
        if lost or twice or refused:
            return f"{lost} lost, {twice} twice, {refused} refused"
        return f"none of {len(self.written) + len(self.answered)}"


async def at_rate(rate: float, count: int, one: Callable[[int], Awaitable[None]]) -> None:
    """Begin `one` so many times a second, whether or not earlier ones have ended."""
    loop = asyncio.get_running_loop()
    start, tasks = loop.time(), []
    for n in range(count):
        await asyncio.sleep(max(0.0, start + n / rate - loop.time()))
        tasks.append(asyncio.ensure_future(one(n)))
    await asyncio.gather(*tasks)


async def in_lanes(lanes: int, each: int, one: Callable[[int, int], Awaitable[None]]) -> float:
    """As quickly as it goes: so many lanes side by side, each one after the other; the seconds."""

    async def lane(number: int) -> None:
        for n in range(each):
            await one(number, n)

    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(lane(number) for number in range(lanes)))
    return loop.time() - began
