"""Carrier accounts out of order: texts wait, nothing is lost, and all processes judge alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Busy, NoAnswer, Receipt, Rejected
from domain.health import PROBE_LEASE, RUN, TRIAL_LEASE, Breaker
from domain.receipts import SegmentStatus
from domain.statuses import MessageStatus
from services import claims, health, receipts, sends
from services.claims import HandOver, InDoubt, OutOfOrder, Settled
from store import health as known_health
from store import messages
from store import tables as t
from tests.conftest import OpenDatabase, SetClock
from tests.services.accounts_world import answer_again, claim, handed_over, health_of, owed, stop
from tests.world import World

pytestmark = pytest.mark.postgres_15


async def status(world: World, message_id: int) -> MessageStatus:
    return (await world.db.read(messages.get, world.tenant_id, message_id)).status


async def test_a_run_of_failures_stops_the_account_and_its_texts_wait_untouched(
    world: World, clock: SetClock
) -> None:
    first, *others = await owed(world, RUN + 1)
    for message_id in others:
        text = await handed_over(world, message_id)
        pause = await world.db.write(sends.busy, text, Busy())
    assert pause == timedelta(0)  # at once: the next claim knows how long to wait
    assert (await health_of(world, world.account)).breaker is Breaker.OPEN
    for message_id in (first, *others):
        waits = await claim(world, message_id)
        assert isinstance(waits, OutOfOrder)
        assert waits.wait >= timedelta(seconds=2)
        assert await status(world, message_id) is MessageStatus.QUEUED
    m = t.messages.c
    [row] = await world.rows(sa.select(m.attempts, m.slot_at).where(m.id == first))
    assert tuple(row) == (0, None)


@pytest.mark.parametrize("answer", [Busy(throttled=True), Rejected("21614", "no")])
async def test_slower_please_and_a_refused_text_are_no_failures_of_the_carrier(
    world: World, answer: Busy | Rejected
) -> None:
    for message_id in await owed(world, RUN + 2):
        text = await handed_over(world, message_id)
        if isinstance(answer, Busy):
            await world.db.write(sends.busy, text, answer)
        else:
            await world.db.write(sends.rejected, world.tenant_id, message_id, answer)
    assert (await health_of(world, world.account)).failures == 0


async def test_an_answer_between_failures_starts_the_run_anew(world: World) -> None:
    for n, message_id in enumerate(await owed(world, 2 * RUN - 1)):
        text = await handed_over(world, message_id)
        if n == RUN - 1:
            await world.db.write(sends.accepted, world.tenant_id, message_id, Accepted("c-1"))
        else:
            await world.db.write(sends.unanswered, text, NoAnswer("HTTP 500"), text.claimed_at)
    known = await health_of(world, world.account)
    assert (known.breaker, known.failures) == (Breaker.CLOSED, RUN - 1)


async def test_a_stop_is_obeyed_while_its_account_is_out_of_order(world: World) -> None:
    [reply] = await owed(world)
    await stop(world, world.account)
    await world.text("STOP")
    assert await status(world, reply) is MessageStatus.BLOCKED
    assert isinstance(await claim(world, reply), Settled)


async def test_failures_that_several_processes_see_at_once_open_it_once(
    world: World, open_database: OpenDatabase
) -> None:
    now = await world.db.clock.now()
    tried = health.Try(world.tenant_id, world.account.id, 1, now)
    async with open_database() as one, open_database() as two:
        for _ in range(RUN - 1):
            await world.db.write(health.failed, tried, Busy())
        both = [db.write(health.failed, tried, Busy()) for db in (one, two) * 4]
        stopped = await asyncio.gather(*both)
    assert all(stopped)
    known = await health_of(world, world.account)
    assert (known.breaker, known.openings, known.probes) == (Breaker.OPEN, 1, 0)


async def test_first_failures_that_several_processes_see_at_once_are_all_counted(
    world: World, open_database: OpenDatabase
) -> None:
    tried = health.Try(world.tenant_id, world.account.id, 1, await world.db.clock.now())
    async with open_database() as one, open_database() as two:
        many = [db.write(health.failed, tried, Busy()) for db in (one, two) * 2]
        await asyncio.gather(*many)
    assert (await health_of(world, world.account)).failures == 4


async def test_one_process_asks_the_carrier_and_one_text_tries_it(
    world: World, open_database: OpenDatabase, clock: SetClock
) -> None:
    replies = await owed(world, 8)
    await stop(world, world.account)
    assert await world.db.read(health.due) == []
    clock.move(seconds=5)
    assert await world.db.read(health.due) == [world.account.id]
    async with open_database() as one, open_database() as two:
        taking = [db.write(health.take_probe, world.account.id) for db in (one, two) * 4]
        [probe] = [found for found in await asyncio.gather(*taking) if found]
        assert probe.number in world.numbers
        await one.write(health.probed, probe, None)
        tries = [
            db.write(claims.claim, world.tenant_id, r, 1)
            for db, r in zip((one, two) * 4, replies, strict=True)
        ]
        found = await asyncio.gather(*tries)
    [trial] = [text for text in found if isinstance(text, HandOver)]
    assert sum(isinstance(text, OutOfOrder) for text in found) == 7
    await world.db.write(sends.accepted, world.tenant_id, trial.message_id, Accepted("c-1"))
    assert (await health_of(world, world.account)).breaker is Breaker.CLOSED
    for reply in set(replies) - {trial.message_id}:
        assert isinstance(await claim(world, reply), HandOver)


async def test_a_process_that_dies_while_it_asks_or_tries_is_replaced(
    world: World, clock: SetClock
) -> None:
    first, second = await owed(world, 2)
    await stop(world, world.account)
    clock.move(seconds=5)
    assert await world.db.write(health.take_probe, world.account.id)
    clock.move(seconds=PROBE_LEASE.total_seconds())
    await answer_again(world, world.account)
    await handed_over(world, first)
    assert isinstance(await claim(world, second), OutOfOrder)
    clock.move(seconds=TRIAL_LEASE.total_seconds())
    await handed_over(world, second)


async def test_a_trial_that_fails_stops_the_account_again_for_longer(
    world: World, clock: SetClock
) -> None:
    [reply] = await owed(world)
    await stop(world, world.account)
    clock.move(seconds=5)
    await answer_again(world, world.account)
    text = await handed_over(world, reply)
    await world.db.write(sends.busy, text, Busy())
    known = await health_of(world, world.account)
    assert (known.breaker, known.openings) == (Breaker.OPEN, 1)
    assert known.probe_at == clock.at + timedelta(seconds=10)
    assert isinstance(await claim(world, reply), OutOfOrder)


async def test_a_text_in_doubt_is_not_asked_for_while_its_account_is_out_of_order(
    world: World, clock: SetClock
) -> None:
    [reply] = await owed(world)
    text = await handed_over(world, reply)
    await stop(world, world.account)
    assert isinstance(await claim(world, reply), OutOfOrder)
    # However long that takes: nothing else of the chat could go out meanwhile.
    clock.move(minutes=60)
    assert isinstance(await claim(world, reply), OutOfOrder)
    await answer_again(world, world.account)
    doubt = await claim(world, reply)
    assert isinstance(doubt, InDoubt)
    assert (doubt.askable, doubt.since) == (True, text.claimed_at)


async def test_a_receipt_settles_a_text_in_doubt_while_its_account_is_out_of_order(
    world: World,
) -> None:
    [reply] = await owed(world)
    text = await handed_over(world, reply)
    await stop(world, world.account)
    receipt = Receipt(text.reference, "c-1", 0, SegmentStatus.DELIVERED)
    await world.db.write(receipts.apply, world.account, [receipt])
    assert isinstance(await claim(world, reply), Settled)
    assert await status(world, reply) is MessageStatus.DELIVERED


async def test_operators_see_each_account_and_what_waits_for_it(world: World) -> None:
    first, *_ = await owed(world, 3)
    await handed_over(world, first)
    await stop(world, world.account)
    [one] = await world.db.read(known_health.overview)
    assert (one.tenant, one.carrier, one.name) == ("acme", "simulator", "acme")
    assert (one.queued, one.in_doubt, one.numbers) == (2, 1, 2)
    assert one.health.breaker is Breaker.OPEN
    assert one.oldest_at == await world.db.clock.now()
