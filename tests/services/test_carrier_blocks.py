"""A carrier's block is a fact of consent, and as old as the text that it speaks of (product B)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Receipt, Rejected
from domain.receipts import SegmentStatus
from domain.statuses import ChatStatus, MessageStatus, OptOutScope
from services import claims, receipts, sends
from services.receipts import reference
from store import tables as t
from tests.conftest import SetClock
from tests.world import VIP_NUMBER, World

BLOCKED, STOPPED, STARTED = (
    ("opted_out", "carrier"),
    ("opted_out", "consumer"),
    ("opted_in", "consumer"),
)


async def ledger(world: World) -> list[tuple[str, str]]:
    c = t.consent_ledger.c
    rows = await world.rows(sa.select(c.status, c.source).order_by(c.id))
    return [tuple(row) for row in rows]


async def handed_over(world: World) -> int:
    """A reply in the carrier's hands."""
    reply = await world.reply("ana", await world.connected_chat(), "Hello")
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    return reply.id


async def call_back(world: World, message_id: int) -> None:
    """The carrier tells in a receipt that it blocked the text."""
    told = Receipt(reference(message_id), "SM7", 0, SegmentStatus.FAILED, "21610", opted_out=True)
    await world.db.write(receipts.apply, world.account, [told])


async def answer(world: World, message_id: int) -> None:
    """The carrier tells it in the answer to the send call."""
    told = Rejected("21610", "unsubscribed", True)
    await world.db.write(sends.rejected, world.tenant_id, message_id, told)


@pytest.mark.parametrize("first", [call_back, answer])
async def test_a_block_that_is_told_again_after_start_stops_nothing(
    world: World, clock: SetClock, first: object
) -> None:
    assert callable(first)
    text = await handed_over(world)
    await first(world, text)
    clock.move(minutes=1)
    await world.text("START")
    assert await ledger(world) == [BLOCKED, STARTED]
    chat_id = await world.connected_chat()
    await call_back(world, text)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    assert {one.status for one in await world.thread(chat_id) if one.direction == "outbound"} == {
        MessageStatus.QUEUED
    }
    assert await ledger(world) == [BLOCKED, STARTED]


@pytest.mark.parametrize("late", [call_back, answer])
async def test_a_block_that_is_told_late_does_not_undo_a_start_since_the_text(
    world: World, clock: SetClock, late: object
) -> None:
    assert callable(late)
    text = await handed_over(world)
    clock.move(minutes=1)
    await world.text("STOP")
    await world.text("START")
    chat_id = await world.connected_chat()
    await late(world, text)
    assert await ledger(world) == [STOPPED, STARTED]
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def test_a_text_after_start_that_is_blocked_still_is_an_opt_out(
    world: World, clock: SetClock
) -> None:
    await call_back(world, await handed_over(world))
    clock.move(minutes=1)
    await world.text("START")
    clock.move(minutes=1)
    await call_back(world, await handed_over(world))
    assert await ledger(world) == [BLOCKED, STARTED, BLOCKED]


async def test_a_block_that_is_told_again_is_not_widened_with_the_scope(world: World) -> None:
    await world.configure(optout_scope=OptOutScope.NUMBER)
    text = await handed_over(world)
    await call_back(world, text)
    await world.configure(optout_scope=OptOutScope.TENANT)
    await call_back(world, text)
    assert await ledger(world) == [BLOCKED]


async def test_a_start_to_another_number_does_not_overtake_a_block(
    world: World, clock: SetClock
) -> None:
    await world.configure(optout_scope=OptOutScope.NUMBER)
    text = await handed_over(world)
    clock.move(minutes=1)
    await world.text("START", to=VIP_NUMBER)
    await call_back(world, text)
    assert await ledger(world) == [STARTED, BLOCKED]


async def test_a_block_that_is_told_before_the_carriers_id_is_known_is_not_lost(
    world: World,
) -> None:
    text = await handed_over(world)
    told = Receipt(None, "SM7", 0, SegmentStatus.FAILED, "21610", opted_out=True)
    await world.db.write(receipts.apply, world.account, [told])
    assert await ledger(world) == []
    await world.db.write(sends.accepted, world.tenant_id, text, Accepted("SM7"))
    assert await ledger(world) == [BLOCKED]
    assert await world.rows(sa.select(t.chats.c.status)) == [(ChatStatus.FINISHED,)]
