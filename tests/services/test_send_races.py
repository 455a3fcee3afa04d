"""Claims against everything that happens to a chat at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.statuses import MessageStatus
from services import claims
from services.claims import HandOver, NotDue, Settled
from store import tables as t
from store.database import Database
from tests.conftest import OpenDatabase, SetClock
from tests.world import World

pytestmark = pytest.mark.postgres_15


async def unsent(world: World) -> list[int]:
    m = t.messages.c
    query = sa.select(m.id).where(m.status == MessageStatus.QUEUED).order_by(m.id)
    return [row.id for row in await world.rows(query)]


async def slow(world: World, segments_per_second: int = 1) -> None:
    change = sa.update(t.numbers).values(segments_per_second=segments_per_second)
    await world.db.write(lambda tx: tx.conn.execute(change))


async def test_claims_and_departures_never_wait_for_each_other_crosswise(
    world: World, open_database: OpenDatabase
) -> None:
    deadlocks: list[object] = []

    def watch(db: Database) -> None:
        @sa.event.listens_for(db._writer, "handle_error")
        def _seen(context: sa.engine.ExceptionContext) -> None:
            if getattr(context.original_exception, "sqlstate", None) == "40P01":
                deadlocks.append(context)

    async with open_database() as other:
        watch(world.db)
        watch(other)
        there = world.seen_through(other)
        for n in range(5):
            phones = [f"+1415555{4000 + 10 * n + k}" for k in range(4)]
            await asyncio.gather(*(world.text("hello", sender=phone) for phone in phones))
            await asyncio.gather(
                *(
                    other.write(claims.claim, world.tenant_id, message, 1)
                    for message in await unsent(world)
                ),
                *(there.text(("exit", "STOP")[k % 2], sender=p) for k, p in enumerate(phones)),
            )
    assert deadlocks == []


async def test_an_opt_in_confirmation_that_a_later_stop_overtook_is_blocked(world: World) -> None:
    await world.text("START")
    await world.text("STOP")
    opt_in, opt_out = await world.sent_without_chat()
    assert opt_in.status is MessageStatus.BLOCKED
    assert isinstance(await world.db.write(claims.claim, world.tenant_id, opt_in.id, None), Settled)
    assert isinstance(
        await world.db.write(claims.claim, world.tenant_id, opt_out.id, None), HandOver
    )


async def test_a_reply_overtakes_system_texts_that_wait_for_the_same_number(
    world: World, clock: SetClock
) -> None:
    chat_id = await world.connected_chat()
    for message in await unsent(world):
        await world.db.write(claims.claim, world.tenant_id, message, 1)
    await slow(world)
    clock.move(minutes=1)
    for n in range(5):
        await world.text("hello", sender=f"+1415555{5000 + n}")
    greetings = await unsent(world)
    answers = [
        await world.db.write(claims.claim, world.tenant_id, message, 1) for message in greetings
    ]
    assert isinstance(answers[0], HandOver)
    assert all(isinstance(answer, NotDue) for answer in answers[1:])
    reply = await world.reply("ana", chat_id, "next, please")
    due = await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    assert isinstance(due, NotDue)
    clock.move(seconds=due.wait.total_seconds())
    answers = [
        await world.db.write(claims.claim, world.tenant_id, message, 1) for message in greetings[1:]
    ]
    assert all(isinstance(answer, NotDue) for answer in answers)
    assert isinstance(await world.db.write(claims.claim, world.tenant_id, reply.id, 1), HandOver)


async def test_slots_that_an_outage_let_pass_are_not_used_all_at_once(
    world: World, clock: SetClock
) -> None:
    chats = [await world.connected_chat("ana", f"+1415555{6000 + n}") for n in range(3)]
    for message in await unsent(world):
        await world.db.write(claims.claim, world.tenant_id, message, 1)
    await slow(world)
    clock.move(minutes=1)
    replies = [await world.reply("ana", chat_id, "hello") for chat_id in chats]
    first = [await world.db.write(claims.claim, world.tenant_id, reply.id, 1) for reply in replies]
    assert [type(answer) for answer in first] == [HandOver, NotDue, NotDue]
    clock.move(minutes=5)
    later = [
        await world.db.write(claims.claim, world.tenant_id, reply.id, 1) for reply in replies[1:]
    ]
    assert [type(answer) for answer in later] == [HandOver, NotDue]
    assert later[1] == NotDue(timedelta(seconds=1))
