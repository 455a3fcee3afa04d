"""A consumer reads one thread: what a chat still owes goes out before the texts of the next one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Rejected
from domain.statuses import MessageStatus
from services import sends
from services.claims import BEHIND_PATIENCE, BEHIND_PAUSE, Claim, HandOver, NotDue, Settled
from store import tables as t
from tests.conftest import SetClock
from tests.services.accounts_world import answer_again, claim, handed_over, health_of, stop
from tests.world import VIP_NUMBER, World

pytestmark = pytest.mark.postgres_15

OTHER = "+14155550122"


async def owed(world: World, chat_id: int) -> list[int]:
    """What the chat has still to say, in order."""
    return [text.id for text in await world.thread(chat_id) if text.status == "queued"]


async def next_chat(world: World, text: str = "One more thing") -> list[int]:
    """What the consumer's next chat has to say."""
    opened = await world.text(text)
    assert opened.chat_id is not None
    return await owed(world, opened.chat_id)


async def two_chats(world: World) -> tuple[list[int], list[int]]:
    """A reply and a goodbye that have not gone out, and what the next chat has to say: as if
    later, from the beginning."""
    await world.configure(follow_up=0)
    chat_id = await world.silent_chat()
    await world.reply("ana", chat_id, "Goodbye then")
    await world.end("ana", chat_id)
    return await owed(world, chat_id), await next_chat(world)


async def go_out(world: World, message_id: int) -> None:
    await handed_over(world, message_id)
    taken = Accepted(f"carrier-{message_id}")
    await world.db.write(sends.accepted, world.tenant_id, message_id, taken)


def waits(answer: Claim) -> bool:
    return isinstance(answer, NotDue) and answer.wait == BEHIND_PAUSE and "before" in answer.why


async def test_a_text_waits_until_all_of_the_chat_before_have_gone_out(world: World) -> None:
    before, after = await two_chats(world)
    assert len(before) == 2
    for message_id in before:
        assert waits(await claim(world, after[0]))
        await handed_over(world, message_id)
        # In the carrier's hands it has not arrived yet.
        assert waits(await claim(world, after[0]))
        taken = Accepted(f"carrier-{message_id}")
        await world.db.write(sends.accepted, world.tenant_id, message_id, taken)
    for message_id in after:
        await go_out(world, message_id)


async def test_of_three_chats_each_waits_for_those_before_it(world: World) -> None:
    first, _ = await two_chats(world)
    left = await world.text("EXIT")
    assert left.chat_id is not None
    [goodbye] = await owed(world, left.chat_id)
    third = await next_chat(world, "Me again")
    assert waits(await claim(world, goodbye))
    for message_id in first:
        await go_out(world, message_id)
    assert waits(await claim(world, third[0]))
    await go_out(world, goodbye)
    await go_out(world, third[0])


async def test_nothing_of_another_pair_and_nothing_without_a_chat_is_waited_for(
    world: World,
) -> None:
    await two_chats(world)
    elsewhere = await world.text("Hello", to=VIP_NUMBER)
    somebody = await world.text("Hello", sender=OTHER)
    await world.text("HELP")
    assert elsewhere.chat_id is not None
    assert somebody.chat_id is not None
    [answer] = await world.sent_without_chat()
    await go_out(world, answer.id)
    await go_out(world, (await owed(world, somebody.chat_id))[0])
    await go_out(world, (await owed(world, elsewhere.chat_id))[0])


async def test_an_answer_to_a_command_that_waits_holds_no_chat_up(world: World) -> None:
    await world.text("HELP")
    [answer] = await world.sent_without_chat()
    assert answer.status is MessageStatus.QUEUED
    await go_out(world, (await next_chat(world, "Hello"))[0])


@pytest.mark.parametrize("end", ["unknown", "refused", "given up at the chat's end", "blocked"])
async def test_a_text_before_that_never_goes_out_is_waited_for_until_that_is_known(
    world: World, end: str
) -> None:
    chat_id = await world.silent_chat()
    reply = (await world.reply("ana", chat_id, "One moment")).id
    await handed_over(world, reply)
    if end == "blocked":
        await world.text("STOP")
        await world.text("START")
    else:
        await world.text("EXIT")
    after = await next_chat(world)
    assert waits(await claim(world, after[0]))
    if end == "unknown":
        await world.db.write(sends.give_up, world.tenant_id, reply)
    elif end == "refused":
        await world.db.write(sends.rejected, world.tenant_id, reply, Rejected("21614", "no"))
    else:
        await world.db.write(sends.not_taken, world.tenant_id, reply)
        assert isinstance(await claim(world, reply), Settled)
    for goodbye in await owed(world, chat_id):
        await go_out(world, goodbye)
    await go_out(world, after[0])


async def test_a_chat_before_whose_process_hangs_does_not_hold_the_next_one_for_ever(
    world: World, clock: SetClock
) -> None:
    _before, after = await two_chats(world)
    assert waits(await claim(world, after[0]))
    clock.move(seconds=BEHIND_PATIENCE.total_seconds() - 1)
    assert waits(await claim(world, after[0]))
    clock.move(seconds=1)
    assert isinstance(await claim(world, after[0]), HandOver)


async def test_the_time_of_an_outage_is_no_part_of_the_patience(
    world: World, clock: SetClock
) -> None:
    before, after = await two_chats(world)
    # As the outage begins, before its breaker opens.
    assert waits(await claim(world, after[0]))
    await stop(world, world.account)
    clock.move(hours=1)
    await answer_again(world, world.account)
    assert waits(await claim(world, after[0]))
    for message_id in before:
        await go_out(world, message_id)
    assert (await health_of(world, world.account)).since == clock.at
    await go_out(world, after[0])


async def test_a_text_that_waits_for_its_chat_before_takes_no_slot_of_the_number(
    world: World, clock: SetClock
) -> None:
    before, after = await two_chats(world)
    slow = sa.update(t.numbers).values(segments_per_second=1)
    await world.db.write(lambda tx: tx.conn.execute(slow))
    for _ in range(3):
        assert waits(await claim(world, after[0]))
    await go_out(world, before[0])
    clock.move(seconds=1)
    await go_out(world, before[1])
