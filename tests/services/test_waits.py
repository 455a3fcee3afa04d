"""The estimated wait from the store's facts, in the API and in texts (product D)."""

from __future__ import annotations

import sqlalchemy as sa

from domain.statuses import AgentStatus
from services import chat_views
from services.shapes import Chat
from store import tables as t
from store.database import Database
from tests.conftest import SetClock
from tests.services.test_statements import counted
from tests.world import World


async def shown(world: World, *chat_ids: int) -> list[Chat]:
    return await world.db.read(
        chat_views.chats, world.tenant_id, chat_ids, lambda _id, _incarnation: None
    )


async def waits(world: World, *chat_ids: int) -> list[int | None]:
    return [chat.estimated_wait for chat in await shown(world, *chat_ids)]


async def handled_chat(world: World, clock: SetClock, minutes: float) -> None:
    """A chat that was with Ana for so long; Ana is away afterwards."""
    chat_id = await world.connected_chat("ana", "+14155550180")
    clock.move(minutes=minutes)
    await world.end("ana", chat_id)
    await world.status("ana", AgentStatus.BREAK)
    clock.move(minutes=15)


async def test_the_formula_over_the_stores_facts(world: World, clock: SetClock) -> None:
    await handled_chat(world, clock, 4)
    await handled_chat(world, clock, 8)
    chats = [await world.waiting_chat(f"+1415555{2200 + n}") for n in range(3)]
    # Ana alone is not offline: three chats at once, and on each of four queues a quarter.
    # 360 s / 3 x (3 / 0.75) for each chat in line, and 10 s.
    assert await waits(world, *chats) == [490, 970, 1450]
    await world.status("ana")
    # She is available now, a quarter of her here.
    assert await waits(world, chats[0]) == [370]


async def test_without_a_chat_in_the_last_hour_it_is_the_weeks_average(
    world: World, clock: SetClock
) -> None:
    await handled_chat(world, clock, 4)
    clock.move(hours=2)
    chat_id = await world.waiting_chat("+14155550181")
    assert await waits(world, chat_id) == [4 * 60 // 3 * 4 + 10]
    await world.text("exit", sender="+14155550181")
    clock.move(days=7)
    late = await world.waiting_chat("+14155550182")
    assert await waits(world, late) == [None]


async def test_dismissed_time_is_no_handling(world: World, clock: SetClock) -> None:
    chat_id = await world.connected_chat("ana", "+14155550180")
    await world.reply("ana", chat_id, "Hello")
    clock.move(minutes=2)
    await world.dismiss("ana", chat_id)
    clock.move(minutes=30)
    await world.text("exit", sender="+14155550180")
    await world.status("ana", AgentStatus.BREAK)
    waiting = await world.waiting_chat()
    assert await waits(world, waiting) == [120 // 3 * 4 + 10]


async def test_it_is_unknown_while_everybody_is_offline_or_the_queue_is_closed(
    world: World, clock: SetClock
) -> None:
    await handled_chat(world, clock, 4)
    chat_id = await world.waiting_chat()
    await world.hours("Orders", "Mo-Fr 18:00-19:00")
    assert await waits(world, chat_id) == [None]
    await world.hours("Orders", "24/7")
    await world.status("ana", AgentStatus.OFFLINE)
    assert await waits(world, chat_id) == [None]


async def test_a_text_names_the_minutes_and_leaves_the_sentence_out_without(
    world: World, clock: SetClock
) -> None:
    texts = {"en": {"choice_confirmed": "@{QUEUE_NAME}. About @{EWT_minutes} min."}}
    own = sa.update(t.tenants).where(t.tenants.c.id == world.tenant_id).values(texts=texts)
    await world.db.write(lambda tx: tx.conn.execute(own))
    unknown = await world.waiting_chat("+14155550183")
    assert (await world.thread(unknown))[-1].text == "Orders."
    await world.text("exit", sender="+14155550183")
    await handled_chat(world, clock, 4)
    known = await world.waiting_chat("+14155550184")
    # 330 s are six begun minutes.
    assert (await world.thread(known))[-1].text == "Orders. About 6 min."


async def test_many_chats_cost_as_many_queries_as_one(world: World, clock: SetClock) -> None:
    await handled_chat(world, clock, 4)
    chats = [await world.waiting_chat(f"+1415555{2300 + n}") for n in range(4)]

    async def cost(*chat_ids: int) -> int:
        reader: Database = world.db
        reader._writer, kept = reader._reader, reader._writer
        try:
            with counted(reader) as said:
                await shown(world, *chat_ids)
        finally:
            reader._writer = kept
        return len(said)

    await shown(world, *chats)
    assert await cost(*chats) == await cost(chats[0])
