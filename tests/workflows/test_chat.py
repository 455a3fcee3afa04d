"""The chat's process on skipped time: it sends, watches the clock, and settles (rules 4 to 8)."""

from __future__ import annotations

from carriers.protocol import NoAnswer
from domain.statuses import ChatStatus, MessageStatus
from services import numbers
from tests.engine import Engine, eventually
from tests.world import MENU_NUMBER


async def test_a_chat_goes_from_the_first_text_to_settled(engine: Engine) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "How can I help?")
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    texts = engine.carrier.texts
    assert texts[0].startswith("Welcome to Acme Outfitters")
    assert texts[1].startswith("Text 1 for Orders")
    assert texts[2:4] == ["Thank you, you chose Orders.", "How can I help?"]
    assert "has ended" in texts[4]
    assert len(texts) == 5


async def test_a_chat_without_a_choice_fails_after_the_selecting_expiration(
    engine: Engine,
) -> None:
    received = await engine.world.text("hello")
    assert received.chat_id is not None
    await engine.quiet()
    await engine.skip(minutes=1439)
    assert await engine.world.chat_status(received.chat_id) is ChatStatus.SELECTING
    await engine.skip(minutes=2)
    await engine.settled(received.chat_id)
    chat = await engine.world.chat(received.chat_id)
    assert (chat.state.status, chat.state.fail_reason) == ("failed", "no_response")
    assert "has expired" in engine.carrier.texts[-1]


async def test_an_outage_of_the_carrier_expires_nobody_and_then_everything_goes_out_in_order(
    engine: Engine,
) -> None:
    world = engine.world
    await world.timers(chat_timeout=30)
    engine.carrier.down = True
    chat_id = await world.connected_chat()
    for n in range(5):
        await world.reply("ana", chat_id, f"reply {n}")
    await engine.skip(minutes=60)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    engine.carrier.down = False
    await engine.skip(minutes=1)
    await engine.quiet()
    assert engine.carrier.texts[3:] == [f"reply {n}" for n in range(5)]
    await engine.skip(minutes=28)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.skip(minutes=3)
    await engine.settled(chat_id)
    chat = await world.chat(chat_id)
    assert (chat.state.status, chat.state.disconnected_by) == (
        "finished",
        "disconnected_by_timeout",
    )
    thread = await world.thread(chat_id)
    assert all(m.status in (MessageStatus.SENT, "received") for m in thread)


async def test_chats_of_a_number_that_is_given_up_settle_and_send_nothing_more(
    engine: Engine,
) -> None:
    world = engine.world
    waiting = await world.waiting_chat("+14155550112")
    connected = await world.connected_chat()
    await engine.quiet()
    engine.carrier.down = True
    sent = list(engine.carrier.texts)
    await world.reply("ana", connected, "One moment")
    await world.text("HELP", sender="+14155550113")
    await world.db.write(numbers.give_up, world.tenant_id, [MENU_NUMBER])
    await engine.settled(waiting)
    await engine.settled(connected)
    engine.carrier.down = False
    await engine.skip(minutes=60)
    await engine.quiet()
    assert engine.carrier.texts == sent
    assert await world.chat_status(waiting) is ChatStatus.FAILED
    assert await world.chat_status(connected) is ChatStatus.FINISHED


async def test_a_waiting_chat_that_nobody_answers_expires(engine: Engine) -> None:
    chat_id = await engine.world.waiting_chat()
    await engine.quiet()
    await engine.skip(minutes=239)
    assert await engine.world.chat_status(chat_id) is ChatStatus.QUEUED
    await engine.skip(minutes=2)
    await engine.settled(chat_id)
    chat = await engine.world.chat(chat_id)
    assert (chat.state.status, chat.state.fail_reason) == ("failed", "expired")


async def test_the_chat_timeout_restarts_on_each_consumer_message(engine: Engine) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    for _ in range(3):
        await engine.skip(minutes=1430)
        await world.text("still here")
        assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.quiet()
    await engine.skip(minutes=1439)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.skip(minutes=2)
    await engine.settled(chat_id)
    assert (await world.chat(chat_id)).state.disconnected_by == "disconnected_by_timeout"


async def test_a_declined_chat_is_offered_again_after_the_pause(engine: Engine) -> None:
    world = engine.world
    await world.status("ana")
    chat_id = await world.waiting_chat()
    await world.decline("ana", chat_id)
    assert await world.offers("ana") == []
    await engine.skip(seconds=31)

    async def offered_again() -> bool:
        return await world.offers("ana") == [chat_id]

    await eventually(offered_again)


async def test_stop_is_confirmed_once_and_nothing_else_goes_out(engine: Engine) -> None:
    world = engine.world
    engine.carrier.down = True
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "too late")
    await world.text("STOP")
    await world.text("stop")
    engine.carrier.down = False
    await engine.skip(minutes=1)
    await engine.settled(chat_id)
    await engine.quiet()
    assert len(engine.carrier.texts) == 1
    assert "opted out" in engine.carrier.texts[0]


async def test_after_an_answer_that_never_came_the_text_is_looked_up_and_not_sent_again(
    engine: Engine,
) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    before = len(engine.carrier.taken)
    engine.carrier.lose_next_answer = True
    await world.reply("ana", chat_id, "just once")
    await engine.skip(minutes=1)
    await engine.quiet()
    assert engine.carrier.texts[before:] == ["just once"]
    assert (await world.thread(chat_id))[-1].status is MessageStatus.SENT


async def test_without_a_look_up_a_text_in_doubt_ends_as_unknown(engine: Engine) -> None:
    world = engine.world
    engine.carrier.can_look_up = False
    chat_id = await world.connected_chat()
    await engine.quiet()
    before = len(engine.carrier.taken)
    engine.carrier.lose_next_answer = True
    await world.reply("ana", chat_id, "who knows")
    await world.reply("ana", chat_id, "next")
    await engine.skip(minutes=3)
    await engine.quiet()
    assert engine.carrier.texts[before:] == ["who knows", "next"]
    assert [m.status for m in await world.thread(chat_id)][-2:] == ["unknown", "sent"]


async def test_a_text_that_the_carrier_never_got_is_sent_once_more_after_the_grace_time(
    engine: Engine,
) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    engine.carrier.answers = [NoAnswer("lost on the way")]
    await world.reply("ana", chat_id, "again")
    await engine.skip(minutes=1)
    await engine.quiet()
    assert engine.carrier.texts.count("again") == 1
    assert (await world.thread(chat_id))[-1].status is MessageStatus.SENT
