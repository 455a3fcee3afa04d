"""What a chat's process asks the store for: to load, to let time pass, to settle (rules 5, 8)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted
from domain.process import ChatRef, LoadedChat, SettleChat
from domain.statuses import ChatStatus, DisconnectedBy, FailReason
from services import claims, process, sends
from services.commit import POINTER
from store import incarnations
from store import tables as t
from tests.conftest import OpenDatabase, SetClock
from tests.world import World


def ref(world: World, chat_id: int, incarnation: int = 1) -> ChatRef:
    return ChatRef(world.tenant_id, chat_id, incarnation)


async def ring(world: World, chat_id: int) -> LoadedChat:
    return await world.db.write(process.ring, ref(world, chat_id))


async def settle(world: World, chat_id: int, last_ptr: int) -> LoadedChat:
    return await world.db.write(process.settle, SettleChat(ref(world, chat_id), last_ptr))


async def send_all(world: World, chat_id: int) -> None:
    for text in await world.thread(chat_id):
        if text.status == "queued":
            await world.db.write(claims.claim, world.tenant_id, text.id, 1)
            await world.db.write(
                sends.accepted, world.tenant_id, text.id, Accepted(f"carrier-{text.id}")
            )


async def pointers(world: World, chat_id: int) -> list[int]:
    """The numbers of the chat's pointers, as they were committed."""
    o = t.outbox.c
    query = sa.select(o.payload).where(o.kind == "chat", o.target_id == chat_id).order_by(o.id)
    rows = await world.rows(query)
    return [POINTER.validate_python(row.payload["pointer"]).ptr for row in rows]


async def selecting(world: World) -> int:
    opened = await world.text("hello")
    assert opened.chat_id is not None
    await send_all(world, opened.chat_id)
    return opened.chat_id


async def queued(world: World) -> int:
    chat_id = await world.waiting_chat()
    await send_all(world, chat_id)
    return chat_id


async def assigned(world: World) -> int:
    chat_id = await world.connected_chat()
    await send_all(world, chat_id)
    return chat_id


ENDS = [
    (selecting, 1440, ChatStatus.FAILED, FailReason.NO_RESPONSE, "expired"),
    (queued, 240, ChatStatus.FAILED, FailReason.EXPIRED, "expired"),
    (assigned, 1440, ChatStatus.FINISHED, None, "ended"),
]


async def test_loading_gives_the_chat_and_all_that_it_owes(world: World) -> None:
    chat_id = await world.waiting_chat()
    chat = await world.chat(chat_id)
    loaded = await world.db.read(process.load, ref(world, chat_id))
    owed = [text.id for text in await world.thread(chat_id) if text.direction == "outbound"]
    assert loaded == LoadedChat(chat.view(), owed)
    assert loaded.view is not None
    assert loaded.view.ptr == (await pointers(world, chat_id))[-1] == 2


async def test_every_change_is_one_pointer_without_a_gap(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Hello")
    await world.text("thanks")
    await world.end("ana", chat_id)
    numbers = await pointers(world, chat_id)
    assert numbers == list(range(1, len(numbers) + 1))
    assert (await world.chat(chat_id)).ptr == numbers[-1]


@pytest.mark.parametrize(("begin", "minutes", "status", "reason", "text"), ENDS)
async def test_an_alarm_ends_the_chat_at_its_deadline_and_not_before(
    world: World,
    clock: SetClock,
    begin: object,
    minutes: int,
    status: ChatStatus,
    reason: FailReason | None,
    text: str,
) -> None:
    assert callable(begin)
    chat_id: int = await begin(world)
    due = clock.at + timedelta(minutes=minutes)
    clock.move(minutes=minutes, seconds=-1)
    early = await ring(world, chat_id)
    assert early.view == (await world.chat(chat_id)).view()
    assert early.view is not None
    assert early.view.deadline_at == due
    clock.move(seconds=1)
    loaded = await ring(world, chat_id)
    chat = await world.chat(chat_id)
    assert (chat.state.status, chat.state.fail_reason) == (status, reason)
    assert chat.state.disconnected_by is DisconnectedBy.TIMEOUT
    thread = await world.thread(chat_id)
    assert (thread[-1].kind, thread[-1].status) == (text, "queued")
    assert loaded == LoadedChat(chat.view(), [thread[-1].id])


async def test_an_alarm_that_rings_again_changes_nothing(world: World, clock: SetClock) -> None:
    chat_id = await queued(world)
    clock.move(minutes=240)
    first = await ring(world, chat_id)
    assert await ring(world, chat_id) == first
    assert len([m for m in await world.thread(chat_id) if m.kind == "expired"]) == 1


async def test_a_chatty_consumer_does_not_hold_an_expiry_off(world: World, clock: SetClock) -> None:
    chat_id = await queued(world)
    for _ in range(4):
        clock.move(minutes=60)
        await world.text("anybody there?")
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.FAILED


async def test_a_deadline_that_moved_meanwhile_is_answered(world: World, clock: SetClock) -> None:
    chat_id = await assigned(world)
    clock.move(minutes=1439)
    await world.text("still here")
    moved = clock.at + timedelta(minutes=1440)
    clock.move(minutes=1)
    loaded = await ring(world, chat_id)
    assert loaded.view is not None
    assert (loaded.view.status, loaded.view.deadline_at) == (ChatStatus.ASSIGNED, moved)


async def test_timers_that_were_lengthened_leave_the_chat_with_a_deadline(
    world: World, clock: SetClock
) -> None:
    chat_id = await queued(world)
    began = clock.at
    clock.move(minutes=240)
    await world.configure(unanswered_expiration=500)
    loaded = await ring(world, chat_id)
    assert loaded.view == (await world.chat(chat_id)).view()
    assert loaded.view is not None
    assert loaded.view.status is ChatStatus.QUEUED
    assert loaded.view.deadline_at == began + timedelta(minutes=500)


@pytest.mark.postgres_15
async def test_an_alarm_and_an_accept_at_the_same_moment_leave_one_of_the_two(
    world: World, open_database: OpenDatabase, clock: SetClock
) -> None:
    await world.status("ana")
    async with open_database() as other:
        there = world.seen_through(other)
        for n in range(5):
            chat_id = await world.waiting_chat(f"+1415555{2100 + n}")
            await send_all(world, chat_id)
            clock.move(minutes=240)
            accepted, _ = await asyncio.gather(
                there.accept("ana", chat_id), ring(world, chat_id), return_exceptions=True
            )
            lost = isinstance(accepted, BaseException)
            status = await world.chat_status(chat_id)
            assert status is (ChatStatus.FAILED if lost else ChatStatus.ASSIGNED)
            if not lost:
                await world.end("ana", chat_id)


async def test_an_expired_chat_is_offered_to_nobody(world: World, clock: SetClock) -> None:
    await world.status("ana")
    chat_id = await queued(world)
    clock.move(minutes=240)
    await ring(world, chat_id)
    assert await world.offers("ana") == []


async def test_a_chat_settles_when_it_has_ended_and_owes_nothing(
    world: World, clock: SetClock
) -> None:
    chat_id = await assigned(world)
    ptr = (await world.chat(chat_id)).ptr
    assert not (await settle(world, chat_id, ptr)).settled
    await world.end("ana", chat_id)
    goodbye = (await world.thread(chat_id))[-1].id
    refused = await settle(world, chat_id, ptr + 1)
    assert (refused.settled, refused.unsent) == (False, [goodbye])
    await send_all(world, chat_id)
    behind = await settle(world, chat_id, ptr)
    assert not behind.settled
    assert behind.view is not None
    assert behind.view.ptr == ptr + 1
    assert (await settle(world, chat_id, ptr + 1)).settled
    settled_at = (await world.chat(chat_id)).settled_at
    assert settled_at == clock.at
    clock.move(minutes=1)
    assert (await settle(world, chat_id, ptr + 1)).settled
    assert (await world.chat(chat_id)).settled_at == settled_at
    assert len(await world.events("chat.settled")) == 1


async def test_a_process_that_was_succeeded_is_told_so(world: World) -> None:
    chat_id = await queued(world)
    await world.db.write(incarnations.succeed, ref(world, chat_id))
    superseded = LoadedChat(superseded=True)
    assert await world.db.read(process.load, ref(world, chat_id)) == superseded
    assert await ring(world, chat_id) == superseded
    assert await settle(world, chat_id, 9) == superseded
    assert (await world.db.read(process.load, ref(world, chat_id, 2))).view is not None


async def test_of_several_who_notice_a_closed_process_all_name_the_same_successor(
    world: World, open_database: OpenDatabase
) -> None:
    chat_id = await queued(world)
    async with open_database() as other:
        dbs = (world.db, other)
        named = await asyncio.gather(
            *(dbs[n % 2].write(incarnations.succeed, ref(world, chat_id)) for n in range(10))
        )
    assert set(named) == {ref(world, chat_id, 2)}
    third = await world.db.write(incarnations.succeed, ref(world, chat_id, 2))
    assert third == ref(world, chat_id, 3)
    stale = await world.db.write(incarnations.succeed, ref(world, chat_id, 1))
    assert stale == third
    told = [event["incarnation"] for event in await world.events("chat.rebuilt")]
    assert told == [2, 3]


async def test_a_settled_chat_has_no_successor(world: World) -> None:
    chat_id = await assigned(world)
    await world.end("ana", chat_id)
    await send_all(world, chat_id)
    await settle(world, chat_id, (await world.chat(chat_id)).ptr)
    assert await world.db.write(incarnations.succeed, ref(world, chat_id)) is None


async def test_a_lost_pointer_is_given_again_with_all_that_is_owed(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Hello")
    owed = [text.id for text in await world.thread(chat_id) if text.direction == "outbound"]
    await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
    before = (await world.chat(chat_id)).ptr
    await world.db.write(process.repoint, ref(world, chat_id))
    row = (await world.rows(sa.select(t.outbox.c.payload)))[0]
    pointer = POINTER.validate_python(row.payload["pointer"])
    assert (pointer.ptr, pointer.sends) == (before + 1, owed)
    assert pointer.view == (await world.chat(chat_id)).view()


async def test_overdue_chats_without_pointers_are_found(world: World, clock: SetClock) -> None:
    chat_id = await world.waiting_chat()
    assert await world.db.read(incarnations.unsettled) == []
    await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
    [found] = await world.db.read(incarnations.unsettled)
    assert (found.ref, found.late) == (ref(world, chat_id), False)
    clock.move(seconds=61)
    [found] = await world.db.read(incarnations.unsettled)
    assert found == replace(found, late=True)


async def test_an_ended_chat_that_was_not_settled_is_told_again(
    world: World, clock: SetClock
) -> None:
    """Its process may never have heard of the end: a STOP leaves it nothing to send."""
    chat_id = await assigned(world)
    await send_all(world, chat_id)
    await world.text("STOP")
    await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
    [found] = await world.db.read(incarnations.unsettled)
    assert (found.ref, found.late) == (ref(world, chat_id), False)
    clock.move(seconds=61)
    [found] = await world.db.read(incarnations.unsettled)
    assert found.late


async def test_an_outage_of_days_costs_a_late_chat_few_pointers(
    world: World, clock: SetClock
) -> None:
    chat_id = await world.waiting_chat()
    began = clock.at
    told: list[float] = []
    for _ in range(6 * 60):
        await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
        clock.move(minutes=1)
        if any(one.late for one in await world.db.read(incarnations.unsettled)):
            await world.db.write(process.repoint, ref(world, chat_id))
            told.append((clock.at - began) / timedelta(minutes=1))
    # A minute's grace, at once, then after pauses that double up to ten minutes: a week of it is
    # a thousand signals, a tenth of what Temporal takes of one run.
    assert told[:6] == [2, 3, 5, 9, 17, 27]
    assert [later - earlier for earlier, later in pairwise(told[4:])] == [10] * (len(told) - 5)


async def test_a_text_without_a_chat_is_owed_again_when_its_process_was_lost(
    world: World, clock: SetClock
) -> None:
    await world.text("help")
    await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
    assert await world.db.write(process.resend_lost) == 0
    clock.move(seconds=61)
    assert await world.db.write(process.resend_lost) == 1
    assert await world.db.write(process.resend_lost) == 0
    answer = (await world.sent_without_chat())[0].id
    rows = await world.rows(sa.select(t.outbox.c.kind, t.outbox.c.target_id))
    assert [tuple(row) for row in rows] == [("send", answer)]
