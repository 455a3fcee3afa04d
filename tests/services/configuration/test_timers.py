"""Timers of chats that run when their length is changed (C5): counted anew, never taken back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.statuses import ChatStatus, MessageStatus
from services import process
from store import tables as t
from tests.conftest import SetClock
from tests.services.configuration.company import LEAVES, apply, edited, minutes
from tests.world import World


async def test_the_nearest_timer_holds_and_a_chat_follows_it_at_its_next_decision(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.waiting_chat()
    began = clock.at
    clock.move(minutes=30)
    await apply(acme.db, edited(*LEAVES, "orders", "settings", to={"unanswered_expiration": 20}))
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(240)
    await acme.text("Anybody there?")
    # Shorter: its twenty minutes count from the change, not from before it.
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(50)
    clock.move(minutes=5)
    await acme.text("Hello?")
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(50)


async def test_a_shorter_timer_never_fires_for_time_already_given(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.waiting_chat()
    clock.move(minutes=230)
    await apply(acme.db, edited("settings", to={"unanswered_expiration": 20}))
    await acme.text("Anybody there?")
    clock.move(minutes=9)
    ref = (await acme.chat(chat_id)).ref
    await acme.db.write(process.ring, ref)
    assert await acme.chat_status(chat_id) is ChatStatus.QUEUED


async def ring(acme: World, chat_id: int) -> ChatStatus:
    """The chat's alarm rings, with all its texts sent; what the chat is then."""
    sent = sa.update(t.messages).where(t.messages.c.direction == "outbound")
    await acme.db.write(lambda tx: tx.conn.execute(sent.values(status=MessageStatus.SENT)))
    await acme.db.write(process.ring, (await acme.chat(chat_id)).ref)
    return await acme.chat_status(chat_id)


async def test_a_shorter_timer_fires_when_its_length_has_passed_since_the_change(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.waiting_chat()
    clock.move(minutes=100)
    await apply(acme.db, edited("settings", to={"unanswered_expiration": 20}))
    await acme.text("Anybody there?")
    clock.move(minutes=20)
    assert await ring(acme, chat_id) is ChatStatus.FAILED


async def test_a_timer_that_was_lengthened_lets_the_old_alarm_ring_in_vain(
    acme: World, clock: SetClock
) -> None:
    """Nobody wrote since: the alarm itself is the next decision."""
    chat_id = await acme.waiting_chat()
    began = clock.at
    await apply(acme.db, edited("settings", to={"unanswered_expiration": 300}))
    clock.move(minutes=240)
    assert await ring(acme, chat_id) is ChatStatus.QUEUED
    assert (await acme.chat(chat_id)).deadline_at == began + minutes(300)
    clock.move(minutes=60)
    assert await ring(acme, chat_id) is ChatStatus.FAILED


@pytest.mark.parametrize("after", [5, 25])
async def test_a_change_of_something_else_moves_no_deadline(
    acme: World, clock: SetClock, after: int
) -> None:
    """A shorter timer is counted from its own change, once."""
    chat_id = await acme.waiting_chat()
    began = clock.at
    clock.move(minutes=30)
    await apply(acme.db, edited("settings", to={"unanswered_expiration": 60}))
    await acme.text("Anybody there?")
    assert (await acme.chat(chat_id)).deadline_at == began + minutes(90)
    clock.move(minutes=after)
    both = edited("settings", to={"unanswered_expiration": 60, "concurrency_limit": 9})
    await apply(acme.db, both)
    await acme.text("Hello?")
    assert (await acme.chat(chat_id)).deadline_at == began + minutes(90)


async def test_dismissal_that_is_switched_on_counts_from_the_change(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.connected_chat("ana")
    await acme.reply("ana", chat_id, "Which parcel?")
    clock.move(minutes=120)
    await apply(acme.db, edited("settings", to={"dismissal": True, "dismissal_timeout": 60}))
    await acme.reply("ana", chat_id, "Are you there?")
    clock.move(minutes=55)
    assert await ring(acme, chat_id) is ChatStatus.ASSIGNED
    clock.move(minutes=5)
    assert await ring(acme, chat_id) is ChatStatus.DISMISSED
