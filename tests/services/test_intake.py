"""A consumer's text comes in (product A1 to A4, A11, architecture rules 1 to 5)."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from domain.statuses import ChatStatus, MessageStatus, NumberStatus
from services.errors import InvalidField, NotFound
from store import tables as t
from tests.conftest import OpenDatabase, SetClock
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World, build


async def texts(world: World, chat_id: int) -> list[str]:
    return [message.text for message in await world.thread(chat_id)]


async def test_a_first_text_is_greeted_and_shown_the_menu(world: World) -> None:
    received = await world.text("Hi there")
    assert received.new
    assert received.chat_id is not None
    thread = await world.thread(received.chat_id)
    assert [m.direction for m in thread] == ["inbound", "outbound", "outbound"]
    assert [m.seq for m in thread] == [1, 2, 3]
    assert "Acme Outfitters" in thread[1].text
    assert thread[2].text == "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
    assert [m.status for m in thread] == ["received", "queued", "queued"]
    assert await world.chat_status(received.chat_id) is ChatStatus.SELECTING


async def test_a_choice_is_confirmed_and_queues_the_chat(world: World) -> None:
    chat_id = await world.waiting_chat()
    chat = await world.chat(chat_id)
    assert chat.state.status is ChatStatus.QUEUED
    assert chat.state.queue_id == world.queues["Orders"]
    assert (await texts(world, chat_id))[-1] == "Thank you, you chose Orders."


async def test_a_keyword_as_the_first_text_gets_the_greeting_and_no_menu(world: World) -> None:
    received = await world.text("  PAY! ")
    assert received.chat_id is not None
    chat = await world.chat(received.chat_id)
    assert chat.state.queue_id == world.queues["Billing"]
    assert not any("Text 1" in text for text in await texts(world, received.chat_id))


async def test_a_number_on_a_leaf_queues_without_a_menu(world: World) -> None:
    received = await world.text("1", to=VIP_NUMBER)
    assert received.chat_id is not None
    assert await world.chat_status(received.chat_id) is ChatStatus.QUEUED
    assert len(await texts(world, received.chat_id)) == 2


async def test_the_same_provider_id_again_changes_nothing(world: World) -> None:
    first = await world.text("Hello", id="A")
    again = await world.text("Hello", id="A")
    assert first.new
    assert not again.new
    assert len(await world.rows(sa.select(t.messages.c.id))) == 3
    assert len(await world.rows(sa.select(t.outbox.c.id))) == 1


@pytest.mark.postgres_15
async def test_a_hundred_first_texts_at_the_same_moment_make_one_chat(
    world: World, open_database: OpenDatabase
) -> None:
    async with open_database() as other:
        there = world.seen_through(other)
        await asyncio.gather(
            *((world, there)[n % 2].text(f"text {n}", id=f"id-{n}") for n in range(100))
        )
    chats = await world.rows(sa.select(t.chats.c.id))
    assert len(chats) == 1
    thread = await world.thread(chats[0].id)
    inbound = [m.text for m in thread if m.direction == "inbound"]
    assert sorted(inbound) == sorted(f"text {n}" for n in range(100))
    assert [m.seq for m in thread] == list(range(1, len(thread) + 1))


async def test_a_text_after_the_end_starts_a_new_chat(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.end("ana", chat_id)
    received = await world.text("One more thing")
    assert received.chat_id not in (None, chat_id)


async def test_a_text_that_arrives_while_the_chat_closes_is_in_it_or_starts_a_new_one(
    world: World, open_database: OpenDatabase
) -> None:
    async with open_database() as other:
        there = world.seen_through(other)
        for n in range(10):
            phone = f"+1415555{2000 + n}"
            chat_id = await world.connected_chat(sender=phone)
            received, _ = await asyncio.gather(
                there.text("last words", sender=phone), world.end("ana", chat_id)
            )
            assert received.new
            assert received.chat_id is not None
            thread = await world.thread(received.chat_id)
            assert any(m.text == "last words" for m in thread)
            if received.chat_id != chat_id:
                # It follows up what the agent has just ended.
                assert await world.chat_status(received.chat_id) is ChatStatus.QUEUED


async def test_a_reply_before_the_end_still_goes_out_before_the_goodbye(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Bye, and thanks")
    await world.end("ana", chat_id)
    thread = await world.thread(chat_id)
    assert [m.text for m in thread][-2] == "Bye, and thanks"
    assert [m.status for m in thread][-2:] == [MessageStatus.QUEUED, MessageStatus.QUEUED]
    assert thread[-1].kind == "ended"


async def test_exit_ends_a_waiting_chat_and_gives_up_what_is_unsent(world: World) -> None:
    chat_id = await world.waiting_chat()
    await world.text("exit")
    chat = await world.chat(chat_id)
    assert chat.state.status is ChatStatus.CANCELED
    assert chat.state.disconnected_by == "disconnected_by_end_user"
    thread = [m for m in await world.thread(chat_id) if m.direction == "outbound"]
    assert {m.status for m in thread[:-1]} == {MessageStatus.FAILED}
    assert thread[-1].kind == "ended"
    assert thread[-1].status is MessageStatus.QUEUED


async def test_exit_after_an_agent_joined_finishes_the_chat(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.text("EXIT")
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_exit_as_the_first_text_makes_no_chat(world: World) -> None:
    received = await world.text("Exit")
    assert received.new
    assert received.chat_id is None
    assert await world.rows(sa.select(t.chats.c.id)) == []


async def test_invalid_answers_never_loop(world: World, clock: SetClock) -> None:
    received = await world.text("hi")
    assert received.chat_id is not None
    counts = []
    for _ in range(6):
        before = len(await texts(world, received.chat_id))
        await world.text("what?")
        counts.append(len(await texts(world, received.chat_id)) - before - 1)
    assert counts == [2, 2, 2, 0, 0, 0]
    clock.move(minutes=11)
    await world.text("what?")
    await world.text("what?")
    assert (await texts(world, received.chat_id))[-2:] == [
        "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing",
        "what?",
    ]


async def test_back_while_queued_returns_to_the_menu(world: World) -> None:
    chat_id = await world.waiting_chat()
    await world.text("Back")
    assert await world.chat_status(chat_id) is ChatStatus.SELECTING
    assert (await texts(world, chat_id))[-1].startswith("Text 1 for Orders")


async def test_back_while_connected_is_ordinary_text(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.text("back")
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    assert (await texts(world, chat_id))[-1] == "back"


@pytest.mark.parametrize("change", [{"queue_id": None}, {"status": NumberStatus.UNVERIFIED}])
async def test_a_text_to_a_number_that_cannot_take_it_is_kept_and_not_answered(
    world: World, change: dict[str, object]
) -> None:
    number = world.numbers[MENU_NUMBER]
    await world.db.write(
        lambda tx: tx.conn.execute(
            sa.update(t.numbers).where(t.numbers.c.id == number).values(change)
        )
    )
    received = await world.text("hello?")
    assert received.new
    assert received.chat_id is None
    assert [row.text for row in await world.rows(sa.select(t.messages.c.text))] == ["hello?"]


async def test_an_unknown_or_foreign_number_is_not_found_and_keeps_nothing(world: World) -> None:
    other = await build(world.db, "globex")
    foreign = next(iter(other.numbers))
    for number in ("+14155559999", foreign):
        with pytest.raises(NotFound):
            await world.text("hello", to=number)
    assert await world.rows(sa.select(t.inbox.c.id)) == []


async def test_a_sender_that_is_no_number_is_named(world: World) -> None:
    with pytest.raises(InvalidField, match="from must be a phone number"):
        await world.text("win!", sender="LOTTERY")


async def test_our_own_numbers_never_start_a_chat_with_each_other(world: World) -> None:
    received = await world.text("Welcome to Acme", sender=VIP_NUMBER)
    assert received.new
    assert received.chat_id is None


async def test_two_tenants_never_share_a_chat_of_the_same_phone(world: World) -> None:
    other = await build(world.db, "globex")
    mine = await world.text("hello", sender=PHONE)
    theirs = await other.text("hello", sender=PHONE, to=next(iter(other.numbers)))
    assert mine.chat_id != theirs.chat_id
