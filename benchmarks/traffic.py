"""Consumers: each a phone with a story that it follows to its end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tests.system.product import MENU_NUMBER, Media, Phones

VIP_NUMBER = "+14155550101"
MENU = "Text 1 for"
CHOSEN = "you chose"
ENDED = "has ended"
OPTED_OUT = "You have opted out"
OPTED_IN = "You have opted in"
HELP = "to chat with our support team"
# A lost answer holds a phone's texts up for 15 s, and several may be lost in a row.
PATIENCE = 150.0
LOOKS_EVERY = 0.4
PICTURE: Media = {"content_type": "image/gif", "base64": "R0lGODlhAQABAAAAACw="}
FLOOD = "Grüße 👋 aus Köln: " * 40

# How a chat ends: status, reason, and who ended it. None: it is still open.
Outcome = tuple[str, str | None, str] | None
BY_AGENT: Outcome = ("finished", None, "disconnected_by_agent")
LEFT_EARLY: Outcome = ("canceled", None, "disconnected_by_end_user")
LEFT: Outcome = ("finished", None, "disconnected_by_end_user")
STOPPED_EARLY: Outcome = ("canceled", "end_user_opt_out", "disconnected_by_end_user")
STOPPED: Outcome = ("finished", "end_user_opt_out", "disconnected_by_end_user")
EXPIRED: Outcome = ("failed", "no_response", "disconnected_by_timeout")
TIMED_OUT: Outcome = ("finished", None, "disconnected_by_timeout")


@dataclass(frozen=True)
class Said:
    """A text that the carrier has taken from a phone."""

    id: str
    text: str
    media: int = 0


@dataclass
class Consumer:
    """A phone and what became of it. `chats`: how its chats may end, one after the other."""

    number: int
    kind: str
    story: Story
    phones: Phones
    dice: random.Random
    said: list[Said] = field(default_factory=list)
    chats: list[frozenset[Outcome]] = field(default_factory=list)
    # Whoever has gone answers nothing any more: the agent ends the chat.
    gone: bool = False
    stuck: str = ""
    # Whether the story came to its end in time.
    through: bool = False
    _asked: int = 0
    _heard: int = 0

    @property
    def phone(self) -> str:
        return f"+1415556{self.number:04}"

    @property
    def name(self) -> str:
        return f"<{self.number}>"

    async def live(self) -> None:
        """Follow the story; who waits in vain is stuck, and the audit tells why."""
        try:
            await self.story(self)
            self.through = True
        except Unheard as error:
            self.stuck = f"{self.kind} {self.phone} waits in vain for {error}"

    def begin(self, *outcomes: Outcome) -> None:
        """A chat begins with the next text."""
        self.chats.append(frozenset(outcomes))

    async def say(self, text: str, to: str = MENU_NUMBER, media: Sequence[Media] = ()) -> None:
        """Now and then the carrier repeats itself."""
        said = Said(f"{self.number}-{len(self.said)}", text, len(media))
        self.said.append(said)
        for _ in range(2 if self.dice.random() < 0.05 else 1):
            await self.phones.text(self.phone, text, said.id, to, media)

    async def hear(self, *wanted: str, within: float = PATIENCE) -> str:
        """Wait for one of these behind all that was heard before; which it was."""
        gives_up = time.monotonic() + within
        while True:
            for shown in await self.phones.shown(self.phone, self._heard):
                self._heard = shown["seq"]
                found = [one for one in wanted if one in shown["text"]]
                if shown["direction"] == "to_phone" and found:
                    return found[0]
            if time.monotonic() > gives_up:
                raise Unheard(" or ".join(map(repr, wanted)))
            await asyncio.sleep(LOOKS_EVERY)

    async def arrived(self) -> None:
        """Wait until the engine has everything that was said, so that nothing overtakes it."""
        gives_up = time.monotonic() + PATIENCE
        while True:
            shown = await self.phones.shown(self.phone)
            own = [one["status"] for one in shown if one["direction"] == "from_phone"]
            if set(own) <= {"delivered"}:
                return
            if time.monotonic() > gives_up:
                raise Unheard("the engine to take its texts")
            await asyncio.sleep(LOOKS_EVERY)

    async def ask(
        self, extra: str = "", to: str = MENU_NUMBER, media: Sequence[Media] = ()
    ) -> None:
        """A question, and its answer."""
        self._asked += 1
        await self.say(f"question {self._asked} of {self.name}. {extra}".strip(), to, media)
        await self.hear(f"answer {self._asked} to {self.name}.")

    async def choose(self) -> None:
        await self.hear(MENU)
        await self.say(str(self.dice.randint(1, 3)))
        await self.hear(CHOSEN)

    async def enter(self, *outcomes: Outcome) -> None:
        """Into a queue by the menu, and through to an agent."""
        self.begin(*outcomes)
        await self.say("hello")
        await self.choose()
        await self.hear(self.hello)

    @property
    def hello(self) -> str:
        return f"hello {self.name}"

    async def part(self, to: str = MENU_NUMBER) -> None:
        """Say goodbye; the agent ends the chat."""
        await self.say(f"bye of {self.name}", to)
        await self.hear(ENDED)


class Unheard(Exception):
    """A text that should have come did not."""


Story = Callable[[Consumer], Awaitable[None]]
