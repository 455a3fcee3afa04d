"""The stories of consumers, of many kinds, and a crowd that follows them."""

from __future__ import annotations

import asyncio
import random

from benchmarks.traffic import (
    BY_AGENT,
    CHOSEN,
    ENDED,
    EXPIRED,
    FLOOD,
    HELP,
    LEFT,
    LEFT_EARLY,
    MENU,
    OPTED_IN,
    OPTED_OUT,
    PICTURE,
    STOPPED,
    STOPPED_EARLY,
    TIMED_OUT,
    VIP_NUMBER,
    Consumer,
    Story,
)
from tests.system.product import Phones


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
        Consumer(number, kind, STORIES[kind][1], phones, random.Random(f"{seed}-{number}"))
        for number, kind in enumerate(deck[:count])
    ]
