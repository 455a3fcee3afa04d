"""An hour without the carrier, and an hour without Temporal."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from temporalio.client import Client

from activities.sends import SendActivities
from domain.statuses import ChatStatus, MessageStatus
from store import outbox
from store import tables as t
from tests.engine import BASE_URL, Engine, both_workers, eventually
from tests.workflows.conftest import ShiftedClock
from tests.world import PHONE

OTHER = "+14155550122"
QUIET = "+14155550133"


async def test_an_hour_without_the_carrier_holds_neither_accept_nor_end_nor_stop(
    engine: Engine,
) -> None:
    world = engine.world
    engine.carrier.down = True
    ended = await world.connected_chat()
    stopped = await world.waiting_chat(sender=OTHER)
    await world.reply("ana", ended, "before the hour")
    await engine.skip(minutes=60)
    async with asyncio.timeout(60):
        await world.accept("ana", stopped)
        await world.reply("ana", stopped, "too late")
        await world.reply("ana", ended, "after the hour")
        await world.end("ana", ended)
        await world.text("STOP", sender=OTHER)
    assert await world.chat_status(ended) is ChatStatus.FINISHED
    assert await world.chat_status(stopped) is ChatStatus.FINISHED
    assert engine.carrier.texts == []
    engine.carrier.down = False
    await engine.skip(minutes=1)
    await engine.settled(ended)
    await engine.settled(stopped)
    await engine.quiet()
    mine = [text.text for text in engine.carrier.taken if text.recipient != OTHER]
    thread = [m.text for m in await world.thread(ended) if m.direction == "outbound"]
    assert mine == thread
    assert mine[-3:-1] == ["before the hour", "after the hour"]
    theirs = [text.text for text in engine.carrier.taken if text.recipient == OTHER]
    assert len(theirs) == 1
    assert "opted out" in theirs[0]


@pytest.mark.parametrize("end", ["the agent ends", "the consumer leaves"])
async def test_what_two_chats_in_a_row_say_during_an_outage_is_read_in_order(
    engine: Engine, end: str
) -> None:
    world = engine.world
    await world.configure(follow_up=0)
    # Of several consumers, since one may be read in order by chance.
    chats = {phone: [await world.connected_chat(sender=phone)] for phone in (PHONE, OTHER, QUIET)}
    await engine.quiet()
    engine.carrier.down = True
    for phone, (first,) in chats.items():
        await world.reply("ana", first, "That is all")
        if end == "the consumer leaves":
            await world.text("EXIT", sender=phone)
        else:
            await world.end("ana", first)
        again = await world.text("One more thing", sender=phone)
        assert again.chat_id is not None
        chats[phone].append(again.chat_id)
    await engine.skip(minutes=10)
    engine.carrier.down = False
    await engine.skip(minutes=2)
    await engine.quiet()
    for phone, both in chats.items():
        said = [text for chat_id in both for text in await world.thread(chat_id)]
        kept = [text.text for text in said if text.status is MessageStatus.SENT]
        assert [text.text for text in engine.carrier.taken if text.recipient == phone] == kept
        assert {"ended", "menu"} <= {text.kind for text in said}


async def test_what_a_chat_still_owes_comes_first_though_its_process_has_to_be_rebuilt_for_it(
    real_engine: Engine,
) -> None:
    world = real_engine.world
    await world.configure(follow_up=0)
    first = await world.connected_chat()
    await real_engine.quiet()
    real_engine.carrier.down = True
    await world.reply("ana", first, "That is all")
    await world.end("ana", first)
    await real_engine.quiet_relay()
    await (await real_engine.process(first)).terminate("lost")
    real_engine.carrier.down = False
    again = await world.text("One more thing")
    assert again.chat_id is not None

    async def is_held_behind() -> bool:
        since = sa.select(t.messages.c.id).where(t.messages.c.behind_since.is_not(None))
        return bool(await world.rows(since))

    await eventually(is_held_behind)
    await real_engine.reconcile()
    await real_engine.quiet()
    both = [*await world.thread(first), *await world.thread(again.chat_id)]
    assert real_engine.carrier.texts == [m.text for m in both if m.direction == "outbound"]


async def test_an_hour_without_temporal_loses_nothing_and_expires_nobody_who_answered(
    real_engine: Engine, shifted: ShiftedClock
) -> None:
    world = real_engine.world
    await world.timers(chat_timeout=45, unanswered_expiration=30)
    away = False

    async def connect() -> Client:
        if away:
            raise RuntimeError("Temporal is away")
        return real_engine.client

    real_engine.relay._connect = connect
    shifted.back = timedelta(minutes=61)
    quiet = await world.connected_chat("ben", sender=QUIET)
    await real_engine.quiet()
    before = list(real_engine.carrier.texts)
    # Its time-out falls into the hour.
    await real_engine.workers.aclose()
    away = True
    shifted.back = timedelta(minutes=60)
    answered = await world.connected_chat()
    silent = await world.waiting_chat(sender=OTHER)
    for minutes in (40, 20):
        shifted.back = timedelta(minutes=minutes)
        await world.text(f"still here, {minutes}")
        await world.reply("ana", answered, f"so are we, {minutes}")
    shifted.back = timedelta(minutes=20)
    await world.text("back again", sender=QUIET)
    shifted.back = timedelta(0)
    assert await real_engine.db.read(outbox.count) > 0
    assert real_engine.carrier.texts == before
    away = False
    sends = SendActivities(real_engine.db, lambda _account: real_engine.carrier, BASE_URL)
    await real_engine.deploy(lambda: both_workers(real_engine.client, real_engine.db, sends))
    await real_engine.quiet()
    mine = [text.text for text in real_engine.carrier.taken if text.recipient == PHONE]
    assert mine[-2:] == ["so are we, 40", "so are we, 20"]
    assert mine == [m.text for m in await world.thread(answered) if m.direction == "outbound"]
    assert await world.chat_status(answered) is ChatStatus.ASSIGNED
    # Its process has looked at the clock by the time that it has sent this.
    await world.reply("ben", quiet, "welcome back")
    await real_engine.quiet()
    assert await world.chat_status(quiet) is ChatStatus.ASSIGNED
    # The greeting itself was held up: its reader has had no time to answer it yet.
    assert await world.chat_status(silent) is ChatStatus.QUEUED
    sent = [m for m in await world.thread(silent) if m.direction == "outbound"]
    assert {m.status for m in sent} == {MessageStatus.SENT}
