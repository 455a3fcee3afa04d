"""The sweep repeats the whole match: what it has to add was a broken rule, or only time's doing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.process import NextRouting
from domain.routing import DECLINE_PAUSE, FIRST_LOOK
from services import routing
from store import tables as t
from store.database import Tx
from tests.conftest import OpenDatabase, SetClock
from tests.world import World

OTHER = "+14155550121"


async def sweep(world: World) -> int:
    return await world.db.write(routing.sweep, world.tenant_id)


async def test_an_offer_that_is_missing_is_made_and_counted(world: World) -> None:
    await world.status("ana")
    chat_id = await world.waiting_chat()

    def lose(tx: Tx) -> None:
        tx.conn.execute(sa.delete(t.offers))

    await world.db.write(lose)
    assert await sweep(world) == 1
    assert await world.offers("ana") == [chat_id]
    assert await sweep(world) == 0


@pytest.mark.parametrize("what", ["a pause", "a first look", "a wrap-up", "an opening"])
async def test_what_time_alone_made_possible_is_offered_and_is_no_broken_rule(
    world: World, clock: SetClock, what: str
) -> None:
    await world.status("ana")
    if what == "a pause":
        chat_id, lasts = await world.waiting_chat(), DECLINE_PAUSE
        await world.decline("ana", chat_id)
    elif what == "a first look":
        await world.status("ben")
        await world.end("ana", await world.connected_chat("ana"))
        received = await world.text("One more thing")
        assert received.chat_id is not None
        chat_id, lasts = received.chat_id, FIRST_LOOK
    elif what == "a wrap-up":
        await world.configure(wrap_up=60)
        await world.end("ana", await world.connected_chat("ana"))
        chat_id, lasts = await world.waiting_chat(OTHER), timedelta(seconds=60)
    else:
        await world.hours("Orders", "Mo-Fr 14:00-18:00")
        chat_id, lasts = await world.waiting_chat(), timedelta(hours=2)
    agent = "ben" if what == "a first look" else "ana"
    clock.move(seconds=lasts.total_seconds() - 1)
    assert await sweep(world) == 0
    assert await world.offers(agent) == []
    # The router is an hour late.
    clock.move(hours=1)
    assert await sweep(world) == 0
    assert await world.offers(agent) == [chat_id]


@pytest.mark.parametrize("because", ["nobody is there", "another agent is asked"])
async def test_a_chat_that_waited_before_its_queue_closed_is_offered_when_it_opens(
    world: World, clock: SetClock, because: str
) -> None:
    await world.hours("Orders", "Mo-Fr 09:00-13:00")
    if because == "another agent is asked":
        await world.status("ben")
    chat_id = await world.waiting_chat()
    clock.move(hours=20)
    await world.status("ana")
    assert await world.offers("ana") == []
    opens = clock.at + timedelta(hours=1)
    assert await world.db.write(routing.ring, world.tenant_id) == NextRouting(opens)
    o = t.outbox.c
    told = await world.rows(sa.select(o.payload).where(o.kind == "router"))
    assert opens.isoformat() in [row.payload["at"] for row in told]
    clock.move(hours=1, minutes=1)
    assert await sweep(world) == 0
    assert await world.offers("ana") == [chat_id]


async def test_sweeps_of_several_processes_at_once_make_one_offer(
    world: World, clock: SetClock, open_database: OpenDatabase
) -> None:
    await world.status("ana")
    chat_id = await world.waiting_chat()
    await world.decline("ana", chat_id)
    clock.move(seconds=DECLINE_PAUSE.total_seconds())
    async with open_database() as other:
        there = world.seen_through(other)
        assert sum(await asyncio.gather(*(sweep((world, there)[n % 2]) for n in range(6)))) == 0
    o = t.offers.c
    made = await world.rows(sa.select(o.id).where(o.chat_id == chat_id, o.state == "pending"))
    assert len(made) == 1
