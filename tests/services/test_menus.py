"""Menus, greetings and languages as consumers read them (product A2, A3, A5, D system texts)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from domain.config.file import validate
from services import configuration
from services.projection import VOUCHED, Known
from store import tables as t
from store.configurations import Actor
from store.database import Database
from tests.world import PHONE, VIP_NUMBER, World, build

NUMBER = "+14155550190"
ACME: dict[str, Any] = {
    "tenant": "acme",
    "name": "Acme Outfitters",
    "accounts": {"main": {"carrier": "simulator", "name": "acme", "secrets": {}}},
    "queues": {
        "top": {
            "name": "Acme",
            "queues": {
                "english": {
                    "name": "English",
                    "language": "en",
                    "queues": {
                        "orders": {"name": "Orders", "greeting": "You reached @{QUEUE_NAME}."},
                        "help": {"name": "Support"},
                    },
                },
                "spanish": {
                    "name": "Spanish",
                    "language": "es",
                    "greeting": "Hola @{END_USER}, gracias por escribir a @{COMPANY_NAME}.",
                    "queues": {"pedidos": {"name": "Pedidos"}, "ayuda": {"name": "Ayuda"}},
                },
            },
        }
    },
    "numbers": {NUMBER: {"account": "main", "queue": "top"}},
}


async def acme(db: Database, **changed: Any) -> World:
    """The company of the tests, configured by a file as it would be."""
    world = await build(db)
    wanted = validate(ACME | changed)
    known = Known({NUMBER: VOUCHED}, {"main": "http://127.0.0.1:1"})
    draft = await db.read(configuration.draft, wanted)
    await db.write(configuration.apply, draft, Actor("file", "test"), known)
    return world


async def said(world: World, *texts: str) -> list[str]:
    """What the consumer gets for these texts, in order."""
    for text in texts:
        received = await world.text(text, to=NUMBER)
    m = t.messages.c
    query = sa.select(m.text).where(m.direction == "outbound").order_by(m.id)
    assert received.new
    return [row.text for row in await world.rows(query)]


GREETING = (
    "Welcome to Acme Outfitters. By texting us you agree to get replies by SMS. "
    "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
)
LANGUAGES = "Text 1 for English\nText 2 for Spanish"
SPANISH = "Escriba 1 para Pedidos\nEscriba 2 para Ayuda"


async def test_the_greeting_comes_first_and_the_chat_goes_on_in_the_language_chosen(
    db: Database,
) -> None:
    world = await acme(db)
    assert await said(world, "hello", "2", "9", "2", "EXIT") == [
        GREETING,
        LANGUAGES,
        "Gracias, ha elegido Spanish.",
        "Hola Customer, gracias por escribir a Acme Outfitters.",
        SPANISH,
        "Disculpe, esa no es una de las opciones.",
        SPANISH,
        "Gracias, ha elegido Ayuda.",
        "Su chat con Acme Outfitters ha terminado. Puede escribirnos de nuevo cuando quiera.",
    ]
    (chat,) = await world.rows(sa.select(t.chats.c.lang, t.chats.c.greeted))
    assert chat.lang == "es"


async def test_back_sends_the_menu_above_in_its_language_and_greets_nobody_twice(
    db: Database,
) -> None:
    world = await acme(db)
    texts = await said(world, "hello", "2", "back", "1", "1", "BACK", "1")
    assert texts[5:] == [
        LANGUAGES,
        "Thank you, you chose English.",
        "Text 1 for Orders\nText 2 for Support",
        "Thank you, you chose Orders.",
        "You reached Orders.",
        "Text 1 for Orders\nText 2 for Support",
        "Thank you, you chose Orders.",
    ]


async def test_texts_that_are_switched_off_are_not_sent(db: Database) -> None:
    world = await acme(db, silent=["greeting", "choice_confirmed", "ended"])
    assert await said(world, "hello", "2", "1", "exit") == [LANGUAGES, SPANISH]


async def test_a_wording_of_the_tenants_own_goes_before_the_built_in_one(db: Database) -> None:
    own = {"es": {"choice_confirmed": "Vale: @{QUEUE_NAME}"}, "en": {"ended": "Bye"}}
    world = await acme(db, texts=own, silent=["greeting"])
    texts = await said(world, "hello", "2", "exit")
    assert texts[1] == "Vale: Spanish"
    assert texts[-1].startswith("Su chat con Acme Outfitters ha terminado.")


async def test_a_sentence_whose_time_nobody_knows_is_left_out(db: Database) -> None:
    wait = "Thank you. We answer within @{EWT_minutes} minutes."
    world = await acme(db, texts={"en": {"choice_confirmed": wait}}, silent=["greeting"])
    assert (await said(world, "hello", "1"))[1] == "Thank you."


async def test_a_text_of_which_nothing_can_be_said_is_not_sent(db: Database) -> None:
    only = "@{EWT_minutes} minutes"
    world = await acme(db, texts={"en": {"choice_confirmed": only}}, silent=["greeting"])
    assert (await said(world, "hello", "1"))[1].startswith("Text 1 for Orders")


@pytest.mark.parametrize("lang", ["es", "es-MX"])
async def test_without_a_chat_commands_are_answered_in_the_language_of_the_number(
    db: Database, lang: str
) -> None:
    queues = {"top": {**ACME["queues"]["top"], "language": lang}}
    world = await acme(db, queues=queues)
    assert (await said(world, "HELP"))[0].startswith("Acme Outfitters: Responda a este mensaje")
    assert "STOP para darse de baja" in (await said(world, "HELP"))[1]


async def test_a_queues_own_closed_message_is_not_sent_in_a_chat_of_another_language(
    db: Database,
) -> None:
    """A keyword leads from the Spanish menu to a queue without a language of its own."""
    returns = {
        "name": "Returns",
        "keywords": ["devolver"],
        "after_hours": "Returns are closed.",
        "hours": "never",
    }
    queues = {**ACME["queues"]["top"]["queues"], "returns": returns}
    hours = {"never": {"zone": "UTC", "open": "off"}}
    world = await acme(db, hours=hours, queues={"top": {"name": "Acme", "queues": queues}})
    assert (await said(world, "hello", "2", "devolver"))[-1].startswith("Gracias por su mensaje.")
    await world.text("EXIT", to=NUMBER)
    assert (await said(world, "hello", "3"))[-1] == "Returns are closed."


async def test_after_a_chat_commands_are_answered_in_its_language(db: Database) -> None:
    world = await acme(db)
    texts = await said(world, "hello", "2", "EXIT", "HELP", "STOP", "START")
    help, stop, start = texts[-3:]
    assert help.startswith("Acme Outfitters: Responda a este mensaje")
    assert stop.startswith("Acme Outfitters: Se ha dado de baja")
    assert start.startswith("Acme Outfitters: Ha aceptado")


async def test_a_chat_with_another_number_says_nothing_of_the_language_here(world: World) -> None:
    await world.text("hello")
    spanish = sa.update(t.chats).values(lang="es")
    await world.db.write(lambda tx: tx.conn.execute(spanish))
    await world.text("EXIT")
    await world.text("HELP", to=VIP_NUMBER)
    await world.text("HELP")
    there, here = await world.sent_without_chat()
    assert there.text.startswith("Acme Outfitters: Text this number")
    assert here.text.startswith("Acme Outfitters: Responda a este mensaje")


async def test_in_a_chat_commands_are_answered_in_its_language(db: Database) -> None:
    world = await acme(db)
    texts = await said(world, "hello", "2", "STOP")
    assert texts[-1].startswith("Acme Outfitters: Se ha dado de baja")


async def test_a_menu_too_long_for_a_message_goes_on_when_asked(db: Database) -> None:
    below = {f"d{at}": {"name": f"Department number {at}"} for at in range(1, 21)}
    world = await acme(db, queues={"top": {"name": "Acme", "queues": below}}, silent=["greeting"])
    first, second, chosen = await said(world, "hello", "0", "20")
    assert first.startswith("Text 1 for Department number 1\n")
    assert first.endswith("\nText 0 for more choices")
    assert second.endswith("Text 20 for Department number 20")
    assert chosen == "Thank you, you chose Department number 20."
    m = t.messages.c
    sizes = await world.rows(sa.select(m.segments).where(m.kind == "menu"))
    assert all(row.segments <= 3 for row in sizes)


async def test_two_numbers_enter_one_tree_at_different_places(db: Database) -> None:
    world = await acme(db)
    n = t.numbers.c
    queue = sa.select(t.queues.c.id).where(t.queues.c.key == "spanish").scalar_subquery()
    await db.write(
        lambda tx: tx.conn.execute(
            sa.update(t.numbers).where(n.number != NUMBER).values(queue_id=queue, removed_at=None)
        )
    )
    other = (await world.rows(sa.select(n.number).where(n.number != NUMBER).order_by(n.id)))[0]
    await world.text("hello", to=other.number)
    m = t.messages.c
    texts = [row.text for row in await world.rows(sa.select(m.text).where(m.kind == "menu"))]
    assert texts == [SPANISH]
    assert (await world.text("hello", to=NUMBER, sender=PHONE)).chat_id is not None
