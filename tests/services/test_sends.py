"""Sending one text (architecture rule 11)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Found, Rejected
from domain.process import ChatRef
from domain.statuses import RANK, Author, ChatStatus, MessageStatus, Priority
from services import claims, process, sends
from services.claims import Claim, HandOver, InDoubt, NotDue, Settled, Superseded
from store import incarnations, messages
from store import tables as t
from store.messages import Draft, Message
from tests.conftest import OpenDatabase, SetClock
from tests.world import MENU_NUMBER, PHONE, World

ACCEPTED = Accepted("carrier-1")


async def claim(world: World, message_id: int, incarnation: int | None = 1) -> Claim:
    return await world.db.write(claims.claim, world.tenant_id, message_id, incarnation)


async def message(world: World, message_id: int) -> Message:
    return await world.db.read(messages.get, world.tenant_id, message_id)


async def deadline(world: World, chat_id: int) -> datetime | None:
    return (await world.chat(chat_id)).deadline_at


async def send_all(world: World, chat_id: int) -> None:
    """The chat's texts go out, in order, as its process would send them."""
    for text in await world.thread(chat_id):
        if text.status == MessageStatus.QUEUED:
            assert isinstance(await claim(world, text.id), HandOver)
            await world.db.write(
                sends.accepted, world.tenant_id, text.id, Accepted(f"carrier-{text.id}")
            )


async def replied(world: World, text: str = "Hello") -> tuple[int, int]:
    """A connected chat whose only unsent text is a reply."""
    chat_id = await world.connected_chat()
    await send_all(world, chat_id)
    return chat_id, (await world.reply("ana", chat_id, text)).id


async def slow_number(world: World, segments_per_second: int = 1) -> None:
    await world.db.write(
        lambda tx: tx.conn.execute(
            sa.update(t.numbers).values(segments_per_second=segments_per_second)
        )
    )


async def loose_text(world: World, priority: Priority, name: str, segments: int = 1) -> int:
    """A text without a chat, to a consumer of its own."""
    await world.text("exit", sender=PHONE)
    consumer = (await world.rows(sa.select(t.consumers.c.id)))[0].id
    body = "x" * (160 if segments == 1 else 153 * segments)
    number = world.numbers[MENU_NUMBER]
    draft = Draft(
        world.tenant_id, number, consumer, body, name, name, Author.SYSTEM, priority=priority
    )
    return await world.db.write(messages.write_outbound, draft)


async def test_a_claimed_text_is_handed_over_with_all_that_the_carrier_needs(world: World) -> None:
    _chat_id, reply = await replied(world)
    claimed = await claim(world, reply)
    assert isinstance(claimed, HandOver)
    assert (claimed.sender, claimed.recipient, claimed.text) == (MENU_NUMBER, PHONE, "Hello")
    assert claimed.reference == f"threadline-{reply}"
    assert claimed.account == world.account
    assert (await message(world, reply)).status is MessageStatus.SENDING


async def test_a_text_is_handed_over_once_however_many_claim_it(
    world: World, open_database: OpenDatabase
) -> None:
    _, reply = await replied(world)
    async with open_database() as other:
        there = world.seen_through(other)
        claims = await asyncio.gather(*(claim((world, there)[n % 2], reply) for n in range(10)))
    assert sum(isinstance(one, HandOver) for one in claims) == 1
    assert sum(isinstance(one, InDoubt) for one in claims) == 9


async def test_a_text_in_doubt_is_never_handed_over_again_by_itself(
    world: World, clock: SetClock
) -> None:
    _, reply = await replied(world)
    await claim(world, reply)
    since = clock.at
    for _ in range(3):
        clock.move(minutes=10)
        again = await claim(world, reply)
        assert isinstance(again, InDoubt)
        assert again.since == since
    await world.db.write(sends.not_taken, world.tenant_id, reply)
    assert (await message(world, reply)).status is MessageStatus.QUEUED
    assert isinstance(await claim(world, reply), HandOver)


async def test_a_text_that_was_found_at_the_carrier_is_sent(world: World) -> None:
    _, reply = await replied(world)
    await claim(world, reply)
    await world.db.write(sends.accepted, world.tenant_id, reply, Found("carrier-9", 2))
    text = await message(world, reply)
    assert (text.status, text.segments) == (MessageStatus.SENT, 2)
    assert isinstance(await claim(world, reply), Settled)


async def test_what_nobody_can_tell_is_unknown_and_never_sent_again(world: World) -> None:
    _, reply = await replied(world)
    await claim(world, reply)
    await world.db.write(sends.give_up, world.tenant_id, reply)
    assert (await message(world, reply)).status is MessageStatus.UNKNOWN
    await world.db.write(sends.not_taken, world.tenant_id, reply)
    assert isinstance(await claim(world, reply), Settled)


@pytest.mark.parametrize("answer", ["accepted", "rejected", "give_up"])
async def test_an_answer_that_is_recorded_twice_changes_nothing(world: World, answer: str) -> None:
    _, reply = await replied(world)
    await claim(world, reply)

    async def record() -> None:
        if answer == "accepted":
            await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
        elif answer == "rejected":
            await world.db.write(
                sends.rejected, world.tenant_id, reply, Rejected("30006", "unreachable")
            )
        else:
            await world.db.write(sends.give_up, world.tenant_id, reply)

    await record()
    first = await message(world, reply)
    await record()
    assert await message(world, reply) == first


async def test_a_refused_text_has_failed_with_the_carriers_code(world: World) -> None:
    chat_id, reply = await replied(world)
    await claim(world, reply)
    await world.db.write(sends.rejected, world.tenant_id, reply, Rejected("30006", "unreachable"))
    text = await message(world, reply)
    assert (text.status, text.error) == (MessageStatus.FAILED, "30006")
    assert text.carrier_says == "unreachable"
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def test_an_older_incarnation_is_superseded_and_sends_nothing(world: World) -> None:
    chat_id, reply = await replied(world)
    ref = ChatRef(world.tenant_id, chat_id)
    assert await world.db.write(incarnations.succeed, ref) == ChatRef(world.tenant_id, chat_id, 2)
    assert isinstance(await claim(world, reply, 1), Superseded)
    assert isinstance(await claim(world, reply, 2), HandOver)


async def test_a_text_that_was_not_taken_before_exit_is_given_up(world: World) -> None:
    chat_id, reply = await replied(world)
    await claim(world, reply)
    await world.text("exit")
    await world.db.write(sends.not_taken, world.tenant_id, reply)
    assert isinstance(await claim(world, reply), Settled)
    text = await message(world, reply)
    assert (text.status, text.error) == (MessageStatus.FAILED, "chat_ended")
    goodbye = (await world.thread(chat_id))[-1]
    assert isinstance(await claim(world, goodbye.id), HandOver)


async def test_slots_follow_each_other_by_the_segments_that_a_number_sends_per_second(
    world: World, clock: SetClock
) -> None:
    await slow_number(world, 2)
    texts = [await loose_text(world, Priority.REPLY, f"reply{n}", 3) for n in range(3)]
    claims = [await claim(world, text, None) for text in texts]
    assert isinstance(claims[0], HandOver)
    assert claims[1:] == [NotDue(timedelta(seconds=1.5)), NotDue(timedelta(seconds=3))]
    clock.move(seconds=1.5)
    assert isinstance(await claim(world, texts[1], None), HandOver)
    assert await claim(world, texts[2], None) == NotDue(timedelta(seconds=1.5))


async def test_answers_to_commands_take_a_slot_and_do_not_wait_for_one(world: World) -> None:
    await slow_number(world)
    replies = [await loose_text(world, Priority.REPLY, f"reply{n}") for n in range(2)]
    for reply in replies:
        await claim(world, reply, None)
    answer = await loose_text(world, Priority.CONSENT, "help")
    assert isinstance(await claim(world, answer, None), HandOver)
    later = await loose_text(world, Priority.REPLY, "later")
    assert await claim(world, later, None) == NotDue(timedelta(seconds=3))


async def test_bulk_takes_a_slot_only_when_nothing_else_is_due(
    world: World, clock: SetClock
) -> None:
    await slow_number(world)
    bulk = await loose_text(world, Priority.BULK, "bulk")
    reply = await loose_text(world, Priority.SYSTEM, "system")
    assert isinstance(await claim(world, bulk, None), NotDue)
    assert isinstance(await claim(world, reply, None), HandOver)
    assert await claim(world, bulk, None) == NotDue(timedelta(seconds=1))
    # Bulk that waits has taken no slot.
    more = await loose_text(world, Priority.SYSTEM, "more")
    assert await claim(world, more, None) == NotDue(timedelta(seconds=1))
    clock.move(seconds=1)
    assert isinstance(await claim(world, more, None), HandOver)
    clock.move(seconds=1)
    assert isinstance(await claim(world, bulk, None), HandOver)


async def test_after_an_outage_texts_take_their_turns_again(world: World, clock: SetClock) -> None:
    await slow_number(world)
    texts = [await loose_text(world, Priority.REPLY, f"reply{n}") for n in range(3)]
    for text in texts:
        await claim(world, text, None)
    clock.move(seconds=2)
    for text in texts:
        await claim(world, text, None)
        await world.db.write(sends.not_taken, world.tenant_id, text)
    clock.move(hours=1)
    claims = [await claim(world, text, None) for text in texts]
    assert isinstance(claims[0], HandOver)
    assert claims[1:] == [NotDue(timedelta(seconds=1)), NotDue(timedelta(seconds=2))]


async def test_priorities_are_ranked_as_the_rule_says() -> None:
    order = [Priority.CONSENT, Priority.REPLY, Priority.SYSTEM, Priority.BULK]
    assert sorted(Priority, key=lambda priority: RANK[priority]) == order


async def test_a_text_that_was_held_up_restarts_the_window_when_it_goes_out(
    world: World, clock: SetClock
) -> None:
    chat_id, reply = await replied(world)
    before = await deadline(world, chat_id)
    clock.move(hours=1)
    await claim(world, reply)
    settled = await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
    after = await deadline(world, chat_id)
    assert after == clock.at + timedelta(minutes=1440)
    assert settled.deadline_at == after != before


async def test_a_text_that_goes_out_in_good_time_leaves_the_window(
    world: World, clock: SetClock
) -> None:
    chat_id, reply = await replied(world)
    before = await world.chat(chat_id)
    clock.move(seconds=30)
    await claim(world, reply)
    settled = await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
    after = await world.chat(chat_id)
    assert (after.deadline_at, after.ptr) == (before.deadline_at, before.ptr)
    assert settled.deadline_at == before.deadline_at


@pytest.mark.parametrize("sending", [False, True])
async def test_a_chat_with_an_unsent_text_never_expires(
    world: World, clock: SetClock, sending: bool
) -> None:
    chat_id, reply = await replied(world)
    ref = ChatRef(world.tenant_id, chat_id)
    if sending:
        await claim(world, reply)
    clock.move(days=3)
    loaded = await world.db.write(process.ring, ref)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    assert loaded.unsent == [reply]
    assert loaded.view is not None
    assert loaded.view.deadline_at is None
    if not sending:
        await claim(world, reply)
    await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
    await world.db.write(process.ring, ref)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    clock.move(minutes=1440)
    await world.db.write(process.ring, ref)
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_an_outage_of_an_hour_expires_nobody_who_was_answered_in_time(
    world: World, clock: SetClock
) -> None:
    await world.configure(queue_selecting_expiration=10, chat_timeout=10)
    chats = [await world.connected_chat(sender="+14155552001")]
    opened = await world.text("hello", sender="+14155552002")
    assert opened.chat_id is not None
    chats.append(opened.chat_id)
    clock.move(hours=1)
    for chat_id in chats:
        await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    for chat_id in chats:
        await send_all(world, chat_id)
        await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    assert [await world.chat_status(chat_id) for chat_id in chats] == ["assigned", "selecting"]


async def test_a_text_of_an_ended_chat_moves_nothing(world: World, clock: SetClock) -> None:
    chat_id, reply = await replied(world)
    await world.end("ana", chat_id)
    clock.move(hours=1)
    before = await world.chat(chat_id)
    await claim(world, reply)
    assert (
        await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
    ).deadline_at is None
    assert await world.chat(chat_id) == before


async def test_slots_that_nobody_could_use_are_not_all_used_at_once_later(
    world: World, clock: SetClock
) -> None:
    await slow_number(world)
    texts = [await loose_text(world, Priority.REPLY, f"reply{n}") for n in range(4)]
    claims = [await claim(world, text, None) for text in texts]
    assert claims[1:] == [NotDue(timedelta(seconds=n)) for n in (1, 2, 3)]
    clock.move(hours=1)
    claims = [await claim(world, text, None) for text in texts[1:]]
    assert isinstance(claims[0], HandOver)
    assert claims[1:] == [NotDue(timedelta(seconds=1)), NotDue(timedelta(seconds=2))]


async def test_a_text_whose_receipt_comes_at_the_last_moment_is_not_called_unknown(
    world: World,
) -> None:
    _, reply = await replied(world)
    await claim(world, reply)
    assert isinstance(await claim(world, reply), InDoubt)
    await world.db.write(sends.accepted, world.tenant_id, reply, ACCEPTED)
    await world.db.write(sends.give_up, world.tenant_id, reply)
    assert (await message(world, reply)).status == MessageStatus.SENT
