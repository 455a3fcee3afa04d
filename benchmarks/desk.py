"""Agents at work: they take what is offered, answer what is asked, and are away now and then."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.traffic import Consumer
from tests.system.product import AgentClient

LOOKS_EVERY = 0.5
# Between two absences, and how long they are, in seconds.
AT_WORK = (15, 45)
AWAY = (1, 4)
QUESTION = re.compile(r"^question (\d+) of (<\d+>)\.", re.MULTILINE)
LONG = 500
# 918 characters are the most that an agent may send; the last kind does not fit GSM-7.
FILLERS = ("It is like this: [€]. " * 45, "Kurz gesagt: ✓ и так далее. " * 40)
MOST = 918


@dataclass
class Desk:
    """All agents. One at a time is away, so that somebody can always take a chat."""

    agents: list[AgentClient]
    consumers: Mapping[str, Consumer]
    dice: random.Random
    absences: int = 0
    _away: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def work(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as together:
            for agent in self.agents:
                together.create_task(self._serve(agent))
                together.create_task(self._come_and_go(agent))

    async def _come_and_go(self, agent: AgentClient) -> None:
        """Offline gives the chats back to their queues; on a break they are kept."""
        while True:
            await asyncio.sleep(self.dice.uniform(*AT_WORK))
            async with self._away:
                await agent.set_status(self.dice.choice(("Offline", "Offline", "Break")))
                await asyncio.sleep(self.dice.uniform(*AWAY))
                await agent.set_status("Available")
                self.absences += 1

    async def _serve(self, agent: AgentClient) -> None:
        while True:
            for chat_id in await agent.offers():
                await agent.accept(chat_id)
            for chat in await agent.chats():
                await self._look_at(agent, chat)
            await asyncio.sleep(LOOKS_EVERY)

    async def _look_at(self, agent: AgentClient, chat: dict[str, Any]) -> None:
        """Whoever has the chat now goes on where the thread shows that another has left off."""
        consumer = self.consumers[chat["end_user"]["number"]]
        thread = await agent.thread(chat["id"])
        written = {m["text"].split(".")[0] for m in thread if m["direction"] == "outbound"}
        heard = [m["text"] for m in thread if m["direction"] == "inbound"]
        if f"hello {consumer.name}" not in written:
            await agent.answer(chat["id"], f"hello {consumer.name}. How can I help?", "hello")
        for text in heard:
            asked = QUESTION.match(text)
            if asked and f"answer {asked[1]} to {asked[2]}" not in written:
                await agent.answer(chat["id"], self._words(asked, text), f"answer-{asked[1]}")
        if consumer.gone or any(text.startswith("bye ") for text in heard):
            await agent.end(chat["id"])

    def _words(self, asked: re.Match[str], text: str) -> str:
        """A long question is answered at length."""
        answer = f"answer {asked[1]} to {asked[2]}. "
        if len(text) > LONG:
            answer += FILLERS[int(asked[1]) % len(FILLERS)]
        return answer[:MOST].strip()
