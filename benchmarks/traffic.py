"""Consumers of many kinds, each a phone with a story that it follows to its end."""

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
            await STORIES[self.kind][1](self)
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


async def by_menu(one: Consumer) -> None:
    await one.enter(BY_AGENT)
    for _ in range(one.dice.randint(2, 5)):
        await one.ask()
    await one.part()


async def by_keyword(one: Consumer) -> None:
    one.begin(BY_AGENT)
    await one.say("Pay")
    await one.hear(CHOSEN)
    await one.ask()
    await one.part()


async def without_menu(one: Consumer) -> None:
    one.begin(BY_AGENT)
    await one.say("hello", VIP_NUMBER)
    for _ in range(2):
        await one.ask(to=VIP_NUMBER)
    await one.part(VIP_NUMBER)


async def back_and_forth(one: Consumer) -> None:
    """Wrong answers, BACK at the top, and BACK while waiting unless an agent was quicker."""
    one.begin(BY_AGENT)
    await one.say("hello")
    await one.hear(MENU)
    await one.say("seven")
    await one.hear(MENU)
    await one.say("back")
    await one.choose()
    await one.say("BACK")
    if await one.hear(MENU, one.hello) == MENU:
        await one.say("2")
        await one.hear(CHOSEN)
        await one.hear(one.hello)
    await one.ask()
    await one.part()


async def impatient(one: Consumer) -> None:
    """Two texts at once, which may overtake each other: after a choice that came first, again."""
    one.begin(BY_AGENT)
    await asyncio.gather(one.say("hello"), one.say("1"))
    await one.hear(MENU)
    if await one.hear(CHOSEN, "not one of the choices") != CHOSEN:
        await one.choose()
    await asyncio.gather(one.ask(), one.say("are you there?"))
    await one.part()


async def long_texts(one: Consumer) -> None:
    await one.enter(BY_AGENT)
    await one.ask(FLOOD)
    await one.ask("long " * 200)
    await one.part()


async def pictures(one: Consumer) -> None:
    await one.enter(BY_AGENT)
    await one.ask("this one", media=[PICTURE])
    await one.ask("and these", media=[PICTURE] * 3)
    await one.part()


async def exit_early(one: Consumer) -> None:
    one.begin(LEFT_EARLY)
    await one.say("hello")
    await one.hear(MENU)
    await one.say("exit")
    await one.hear(ENDED)


async def exit_waiting(one: Consumer) -> None:
    """An agent may have been quicker: then EXIT leaves an answered chat."""
    one.begin(LEFT_EARLY, LEFT)
    await one.say("hello")
    await one.choose()
    await one.say("EXIT")
    await one.hear(ENDED)


async def stop_and_return(one: Consumer) -> None:
    await one.enter(STOPPED)
    await one.ask()
    await one.say("STOP")
    await one.hear(OPTED_OUT)
    for text in ("hello?", "1", "stop"):
        await one.say(text)
    await one.arrived()
    await one.say("help")
    await one.hear(HELP)
    await one.say("START")
    await one.hear(OPTED_IN)
    await by_menu(one)


async def stop_amid(one: Consumer) -> None:
    """STOP while the agent is about to answer; never back."""
    await one.enter(STOPPED, STOPPED_EARLY)
    await one.say(f"question 1 of {one.name}.")
    await asyncio.sleep(one.dice.random())
    await one.say("Stop!")
    await one.hear(OPTED_OUT)
    await one.say("hello?")


async def help_amid(one: Consumer) -> None:
    await one.enter(BY_AGENT)
    await one.say("HELP")
    await one.hear(HELP)
    await one.ask()
    await one.part()


async def twice(one: Consumer) -> None:
    await by_menu(one)
    await by_keyword(one)


async def gone_in_menu(one: Consumer) -> None:
    one.begin(EXPIRED, None)
    await one.say("hello")
    await one.hear(MENU)


async def gone_waiting(one: Consumer) -> None:
    """Chooses, and is not there any more: the agent gives up."""
    one.begin(BY_AGENT)
    await one.say("hello")
    await one.choose()
    one.gone = True
    await one.hear(ENDED)


async def gone_talking(one: Consumer) -> None:
    """Falls silent in the middle; time ends the chat, if the run is long enough."""
    await one.enter(TIMED_OUT, None)
    await one.ask()


Story = Callable[[Consumer], Awaitable[None]]
# Of a hundred consumers so many.
STORIES: dict[str, tuple[int, Story]] = {
    "by menu": (25, by_menu),
    "by keyword": (8, by_keyword),
    "without menu": (8, without_menu),
    "back and forth": (8, back_and_forth),
    "impatient": (8, impatient),
    "long texts": (5, long_texts),
    "pictures": (5, pictures),
    "EXIT in the menu": (4, exit_early),
    "EXIT while waiting": (4, exit_waiting),
    "STOP and START": (5, stop_and_return),
    "STOP amid": (4, stop_amid),
    "HELP amid": (3, help_amid),
    "twice": (5, twice),
    "gone in the menu": (4, gone_in_menu),
    "gone while waiting": (3, gone_waiting),
    "gone while talking": (1, gone_talking),
}


def crowd(count: int, phones: Phones, seed: int) -> list[Consumer]:
    """So many consumers, mixed; even a small crowd has many kinds."""
    dice = random.Random(seed)
    deck: list[str] = []
    while len(deck) < count:
        rest = [kind for kind, (share, _) in STORIES.items() for _ in range(share)]
        dice.shuffle(rest)
        # Each kind once before the shares hold.
        deck += rest if deck else [*dice.sample(list(STORIES), len(STORIES)), *rest]
    return [
        Consumer(number, kind, phones, random.Random(f"{seed}-{number}"))
        for number, kind in enumerate(deck[:count])
    ]
