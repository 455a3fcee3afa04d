"""The event log: positions without gaps, in the order of commits (architecture rule 9)."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from services import events as events_service
from store import events
from store import tables as t
from store.database import Database, Tx
from tests.conftest import OpenDatabase
from tests.world import World, build

WRITERS, EACH = 6, 15


def note(tx: Tx, tenant_id: int, writer: int, many: int) -> None:
    """A change that writes some events, as every change does."""
    for _ in range(many):
        events_service.agent_changed(tx, tenant_id, writer, "Available")


async def write_many(db: Database, tenant_id: int, writer: int) -> int:
    for n in range(EACH):
        await db.write(note, tenant_id, writer, 1 + n % 3)
    return sum(1 + n % 3 for n in range(EACH))


async def tail(db: Database, tenant_id: int, writers: asyncio.Future[list[int]]) -> list[int]:
    """Read as a stream does: what is behind the highest position seen so far."""
    seen: list[int] = []
    while True:
        finished = writers.done()
        found = await db.read(events.after, tenant_id, seen[-1] if seen else 0)
        seen += [event.position for event in found]
        if finished and not found:
            return seen
        await asyncio.sleep(0)


async def test_a_reader_that_follows_never_skips_what_commits_late(
    world: World, open_database: OpenDatabase
) -> None:
    async with open_database() as other:
        dbs = (world.db, other)
        writers = asyncio.gather(
            *(write_many(dbs[n % 2], world.tenant_id, n) for n in range(WRITERS))
        )
        seen, written = await asyncio.gather(tail(other, world.tenant_id, writers), writers)
    assert seen == list(range(1, sum(written) + 1))
    assert await world.db.read(events.last_position, world.tenant_id) == seen[-1]


async def test_an_event_has_its_envelope(world: World) -> None:
    received = await world.text("hello")
    [event] = await world.db.read(events.after, world.tenant_id, 0)
    assert (event.position, event.type, event.chat_id) == (1, "chat.changed", received.chat_id)
    assert event.data["status"] == "selecting"
    assert event.at == await world.db.clock.now()


async def test_tenants_count_apart_and_never_see_each_others(world: World) -> None:
    other = await build(world.db, "globex")
    await world.text("hello")
    await other.text("hello", to=next(iter(other.numbers)))
    for company in (world, other):
        found = await world.db.read(events.after, company.tenant_id, 0)
        assert [event.position for event in found] == [1]
    chats = {
        (await world.db.read(events.after, one.tenant_id, 0))[0].chat_id for one in (world, other)
    }
    assert len(chats) == 2


async def test_reading_goes_on_behind_a_position_and_in_pages(world: World) -> None:
    await world.db.write(note, world.tenant_id, 1, 7)
    page = await world.db.read(events.after, world.tenant_id, 2, 3)
    assert [event.position for event in page] == [3, 4, 5]


async def test_a_change_that_fails_leaves_no_gap(world: World) -> None:
    def fail(tx: Tx) -> None:
        note(tx, world.tenant_id, 1, 3)
        events.number(tx)
        raise ZeroDivisionError

    await asyncio.gather(world.db.write(fail), return_exceptions=True)
    await world.db.write(note, world.tenant_id, 1, 1)
    rows = await world.rows(sa.select(t.events.c.position))
    assert [row.position for row in rows] == [1]
