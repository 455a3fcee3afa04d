"""Consumers and agents who talk in turns, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.system.product import STUBBORN_FOR, AgentClient, Phones, until

# What stays open: consumers who never choose, and agents who do not end the chat.
SELECTING = "never chooses"
TALKING = "stays connected"
ENDED = "is ended by its agent"
# A text in doubt holds the next ones up for a minute.
PATIENCE = 75.0


@dataclass
class Consumer:
    """One phone, its number among the phones, and how far its chat is to go."""

    number: int
    goal: str
    # An impatient consumer texts the choice before the menu has come.
    patient: bool = True
    sent: list[str] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return f"+1415555{1000 + self.number}"

    @property
    def name(self) -> str:
        return f"phone {self.number}"

    def reply(self, step: int) -> str:
        return f"reply {step} to {self.name}"

    @property
    def replies(self) -> list[str]:
        """What the agent writes, in order."""
        if self.goal == SELECTING:
            return []
        return [self.reply(step) for step in range(1, 5)]

    async def talk(self, phones: Phones) -> None:
        await self._text(phones, f"hello from {self.name}")
        if self.goal == SELECTING:
            return
        if self.patient:
            await self._hear(phones, "Text 1 for")
        await self._text(phones, str(self.number % 3 + 1))
        await self._hear(phones, self.reply(2))
        await self._text(phones, f"question of {self.name}")
        await self._text(phones, f"and another of {self.name}")
        await self._hear(phones, self.reply(4))

    async def _hear(self, phones: Phones, text: str) -> None:
        """Who waits in vain goes on at last: what never arrived is counted at the end."""
        gives_up = time.monotonic() + PATIENCE

        async def heard() -> bool:
            return time.monotonic() > gives_up or await phones.has(self.phone, text)

        await until(heard, STUBBORN_FOR, f"{self.phone} gets {text!r}")

    async def _text(self, phones: Phones, text: str) -> None:
        await phones.text(self.phone, text, f"{self.number}-{len(self.sent)}")
        self.sent.append(text)


def consumers(count: int, *, all_patient: bool = False) -> list[Consumer]:
    """Most chats are ended; two stay in the menu, three connected."""
    goals = [ENDED] * (count - 5) + [TALKING] * 3 + [SELECTING] * 2
    return [
        Consumer(number, goal, patient=all_patient or number % 2 == 0)
        for number, goal in enumerate(goals)
    ]


class Desk:
    """Agents who take every offer that they get, until all consumers are served."""

    def __init__(self, agents: Sequence[AgentClient], consumers: Sequence[Consumer]) -> None:
        self._agents = agents
        self._by_phone = {consumer.phone: consumer for consumer in consumers}
        self._waiting = {one.phone for one in consumers if one.goal != SELECTING}
        self._taken: set[int] = set()

    async def work(self) -> None:
        async with asyncio.TaskGroup() as talks:
            await asyncio.gather(*(self._take(agent, talks) for agent in self._agents))

    async def _take(self, agent: AgentClient, talks: asyncio.TaskGroup) -> None:
        async def all_served() -> bool:
            for chat_id in await agent.offers():
                if chat_id not in self._taken and await agent.accept(chat_id):
                    self._taken.add(chat_id)
                    talks.create_task(self._talk(agent, chat_id))
            return not self._waiting

        await until(all_served, STUBBORN_FOR, "every consumer is answered")

    async def _talk(self, agent: AgentClient, chat_id: int) -> None:
        chat = await agent.chat(chat_id)
        consumer = self._by_phone[chat["end_user"]["number"]]
        for step in (1, 2):
            await agent.reply(chat_id, consumer.reply(step), f"{step}")
        # Both: where texts overtake each other, one behind the end would begin another chat.
        for text in (f"question of {consumer.name}", f"and another of {consumer.name}"):
            await agent.wait_for(chat_id, text)
        for step in (3, 4):
            await agent.reply(chat_id, consumer.reply(step), f"{step}")
        if consumer.goal == ENDED:
            await agent.end(chat_id)
        self._waiting.discard(consumer.phone)
