"""Every variable that a system text may use is filled in what the consumer gets (product A2, D)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from domain.process import ChatRef
from domain.texts import CATALOGUE, TextKey
from domain.variables import Variable
from services import process
from store import tables as t
from tests.conftest import SetClock
from tests.world import VIP_NUMBER, World

# The tests' clock shows noon of a Monday in UTC.
AFTERNOONS = "Mo-Fr 14:00-18:00"
KNOWN = {
    Variable.COMPANY_NAME: "Acme Outfitters",
    Variable.END_USER: "Customer",
    Variable.QUEUE_NAME: "Orders",
    Variable.NEXT_REOPEN_HOUR: "today, 2:00 PM",
    Variable.TIME_UNTIL_DISMISSAL: "45 minutes",
    Variable.CHOICE_NUMBER: "1",
}
TIMES = {Variable.EWT_MINUTES, Variable.NEXT_REOPEN_HOUR, Variable.TIME_UNTIL_DISMISSAL}


def every_variable(key: TextKey) -> str:
    """A wording that says each variable of the text, in a sentence of its own."""
    return " ".join(f"{name} is @{{{name}}}." for name in sorted(CATALOGUE[key].variables))


async def greeting(world: World, clock: SetClock) -> None:
    await world.text("Hello", to=VIP_NUMBER)


async def greeting_while_closed(world: World, clock: SetClock) -> None:
    await world.hours("VIP", AFTERNOONS)
    await world.text("Hello", to=VIP_NUMBER)


async def menu(world: World, clock: SetClock) -> None:
    await world.text("Hello")


async def choice(world: World, clock: SetClock) -> None:
    await world.waiting_chat()


async def invalid_choice(world: World, clock: SetClock) -> None:
    await world.text("Hello")
    await world.text("9")


async def choice_while_closed(world: World, clock: SetClock) -> None:
    await world.hours("Orders", AFTERNOONS)
    await world.waiting_chat()


async def silence(world: World, clock: SetClock) -> None:
    await rings_after(world, clock, await world.silent_chat(), minutes=40)


async def return_from_dismissal(world: World, clock: SetClock) -> None:
    await world.dismiss("ana", await world.silent_chat())
    await world.text("I am back")


async def expiry(world: World, clock: SetClock) -> None:
    chat_id = await world.waiting_chat()
    await world.all_sent()
    await rings_after(world, clock, chat_id, minutes=240)


async def end(world: World, clock: SetClock) -> None:
    await world.text("Hello")
    await world.text("EXIT")


async def stop(world: World, clock: SetClock) -> None:
    await world.text("STOP")


async def start(world: World, clock: SetClock) -> None:
    await world.text("START")


async def ask_for_help(world: World, clock: SetClock) -> None:
    await world.text("HELP")


async def rings_after(world: World, clock: SetClock, chat_id: int, minutes: int) -> None:
    clock.move(minutes=minutes)
    await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))


Play = Callable[[World, SetClock], Awaitable[None]]
# What makes us send each text. A wait is known while the queue is open, a reopening while closed.
PLAYS: dict[TextKey, list[Play]] = {
    TextKey.GREETING: [greeting, greeting_while_closed],
    TextKey.MENU: [menu],
    TextKey.MENU_MORE: [menu],
    TextKey.CHOICE_CONFIRMED: [choice],
    TextKey.INVALID_CHOICE: [invalid_choice],
    TextKey.AFTER_HOURS: [choice_while_closed],
    TextKey.DISMISSAL_NOTICE: [silence],
    TextKey.DISMISSED_RESPONSE: [return_from_dismissal],
    TextKey.EXPIRED: [expiry],
    TextKey.ENDED: [end],
    TextKey.OPT_OUT: [stop],
    TextKey.OPT_IN: [start],
    TextKey.HELP: [ask_for_help],
}
# Where it is not the usual value.
ITS_OWN: dict[tuple[TextKey, Variable], str] = {
    (TextKey.GREETING, Variable.QUEUE_NAME): "VIP",
    (TextKey.DISMISSAL_NOTICE, Variable.TIME_UNTIL_DISMISSAL): "5 minutes",
    (TextKey.MENU_MORE, Variable.CHOICE_NUMBER): "0",
}


async def wording(world: World, key: TextKey) -> None:
    """The text says all that it may; where it ends a menu, that is a long one."""
    texts = {key: every_variable(key)}
    if key is TextKey.MENU_MORE:
        texts[TextKey.MENU] = "@{CHOICE_NUMBER} @{QUEUE_NAME}" + 200 * "."
    saying = sa.update(t.tenants).values(texts={"en": texts})
    await world.db.write(lambda tx: tx.conn.execute(saying))


async def an_answered_chat(world: World, clock: SetClock) -> None:
    """So that chats are known to take six minutes."""
    chat_id = await world.connected_chat(sender="+14155550155")
    clock.move(minutes=6)
    await world.end("ana", chat_id)


async def said(world: World, key: TextKey) -> dict[str, str]:
    """The values that the consumer was told in the last such text."""
    m = t.messages.c
    ends_a_menu = key is TextKey.MENU_MORE
    kind = TextKey.MENU if ends_a_menu else key
    query = sa.select(m.text).where(m.kind == kind).order_by(m.id.desc()).limit(1)
    (row,) = await world.rows(query)
    text = row.text.splitlines()[-1 if ends_a_menu else 0]
    assert "@{" not in text
    return dict(re.findall(r"(\w+) is ([^.]+)\.", text))


def test_every_text_that_is_sent_is_played() -> None:
    assert set(PLAYS) == {key for key, text in CATALOGUE.items() if not text.later}


@pytest.mark.parametrize("key", PLAYS)
async def test_each_variable_of_a_text_is_filled_in_what_is_sent(
    world: World, clock: SetClock, key: TextKey
) -> None:
    await an_answered_chat(world, clock)
    await world.configure(dismissal=True, dismissal_timeout=45)
    await wording(world, key)
    told: dict[str, str] = {}
    for number, play in enumerate(PLAYS[key]):
        if number:
            await world.text("EXIT", to=VIP_NUMBER)
        await play(world, clock)
        told |= await said(world, key)
    wait = told.pop(Variable.EWT_MINUTES, "unknown")
    assert wait.isdigit() is (Variable.EWT_MINUTES in CATALOGUE[key].variables)
    assert told == {
        variable: ITS_OWN.get((key, variable), KNOWN[variable])
        for variable in CATALOGUE[key].variables - {Variable.EWT_MINUTES}
    }


@pytest.mark.parametrize(
    "key", [key for key in PLAYS if Variable.EWT_MINUTES in CATALOGUE[key].variables]
)
async def test_without_a_known_wait_only_the_sentence_about_it_is_left_out(
    world: World, clock: SetClock, key: TextKey
) -> None:
    """No chat was answered yet; the queue is open, and chats are not dismissed."""
    await wording(world, key)
    await PLAYS[key][0](world, clock)
    assert set(await said(world, key)) == CATALOGUE[key].variables - TIMES


async def test_times_are_said_in_the_language_that_the_text_fell_back_to(world: World) -> None:
    """A French queue of a Spanish company: there is nothing in French."""
    await world.hours("VIP", AFTERNOONS)
    spanish, french = sa.update(t.tenants), sa.update(t.queues)
    await world.db.write(
        lambda tx: (
            tx.conn.execute(spanish.values(default_lang="es")),
            tx.conn.execute(french.values(lang="fr")),
        )
    )
    await world.text("Bonjour", to=VIP_NUMBER)
    m = t.messages.c
    (row,) = await world.rows(sa.select(m.text).where(m.kind == TextKey.AFTER_HOURS))
    assert "Abrimos de nuevo: hoy, 2:00 p.m. Conserva" in row.text
