"""What is owed to Temporal, shared out among several processes (architecture rule 3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.process import BATCH
from store import outbox
from store.database import Database, Tx
from store.outbox import Kind, Owed
from tests.conftest import OpenDatabase, SetClock
from tests.world import World

OLD = timedelta(seconds=2)


async def owe(world: World, kind: Kind, target: int, many: int = 1) -> None:
    for n in range(many):
        await world.db.write(outbox.add, world.tenant_id, kind, target, {"n": n})


async def claim(db: Database, most: int = 200) -> list[Owed]:
    return await db.write(outbox.claim_old, OLD, most)


@pytest.mark.postgres_15
async def test_two_processes_never_get_the_same_rows(
    world: World, open_database: OpenDatabase, clock: SetClock
) -> None:
    for target in range(1, 31):
        await owe(world, Kind.CHAT, target, 2)
    clock.move(seconds=3)
    async with open_database() as other:
        dbs = (world.db, other)
        claims = await asyncio.gather(*(claim(dbs[n % 2], 8) for n in range(12)))
    ids = [row.id for claimed in claims for row in claimed]
    assert len(ids) == len(set(ids))
    left = await claim(world.db)
    assert len(ids) + len(left) == 60


async def test_only_what_is_old_is_claimed(world: World, clock: SetClock) -> None:
    await owe(world, Kind.CHAT, 1)
    clock.move(seconds=1.9)
    assert await claim(world.db) == []
    clock.move(seconds=0.1)
    assert len(await claim(world.db)) == 1


async def test_a_claim_of_a_process_that_died_is_taken_after_15_seconds(
    world: World, clock: SetClock
) -> None:
    await owe(world, Kind.CHAT, 1, 2)
    clock.move(seconds=3)
    first = await claim(world.db)
    assert len(first) == 2
    clock.move(seconds=15)
    assert await claim(world.db) == []
    clock.move(seconds=0.001)
    assert await claim(world.db) == first


async def test_what_was_released_is_free_at_once_and_what_was_delivered_is_gone(
    world: World, clock: SetClock
) -> None:
    await owe(world, Kind.CHAT, 1, 3)
    clock.move(seconds=3)
    ids = [row.id for row in await claim(world.db)]
    await world.db.write(outbox.delete, ids[:1])
    await world.db.write(outbox.release, ids[1:2])
    assert [row.id for row in await claim(world.db)] == ids[1:2]
    assert await world.db.read(outbox.count) == 2


async def test_the_oldest_targets_come_first_each_with_all_that_is_pending(
    world: World, clock: SetClock
) -> None:
    for target in (7, 3, 7, 5):
        await owe(world, Kind.CHAT, target)
    clock.move(seconds=3)
    await owe(world, Kind.CHAT, 3)
    claimed = await claim(world.db, most=2)
    assert [row.target_id for row in claimed] == [7, 7, 3, 3]
    assert [row.target_id for row in await claim(world.db)] == [5]


async def test_one_claim_takes_no_more_of_a_target_than_one_signal_carries(
    world: World, clock: SetClock
) -> None:
    def many(tx: Tx) -> None:
        for n in range(BATCH + 20):
            outbox.add(tx, world.tenant_id, Kind.CHAT, 1, {"n": n})

    await world.db.write(many)
    clock.move(seconds=3)
    claimed = await claim(world.db)
    assert [row.payload["n"] for row in claimed] == list(range(BATCH))
    assert len(await claim(world.db)) == 20


async def test_the_age_of_what_is_owed_is_known(world: World, clock: SetClock) -> None:
    assert await world.db.read(outbox.oldest) is None
    since = clock.at
    await owe(world, Kind.SEND, 1)
    clock.move(minutes=1)
    await owe(world, Kind.ROUTER, 1)
    assert await world.db.read(outbox.oldest) == since
