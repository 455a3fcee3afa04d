"""A chat that we began for no agent in particular is answered: what the consumer then gets."""

from __future__ import annotations

import pytest

from domain.decisions import ChatState
from domain.statuses import ChatStatus, Direction, MessageStatus
from store import chats, numbers, participants
from store.database import Tx
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World


async def begun(world: World, number: str, queue: str) -> int:
    """As the verb that is still to come will write it."""

    def begin(tx: Tx) -> int:
        numbers.meet(tx, world.tenant_id, PHONE)
        pair = numbers.pair(tx, world.tenant_id, number, PHONE)
        assert pair is not None
        assert pair.consumer_id is not None
        state = ChatState(
            status=ChatStatus.SELECTING,
            entry_queue_id=world.queues[queue],
            queue_id=world.queues[queue],
            lang="en",
            window_from=tx.now,
            direction=Direction.OUTBOUND,
            heard=False,
        )
        chat = chats.insert(tx, world.tenant_id, pair.number.id, pair.consumer_id, state)
        participants.join_consumer(tx, world.tenant_id, chat.id, pair.consumer_id)
        return chat.id

    return await world.db.write(begin)


@pytest.mark.parametrize("opted_out", [False, True])
async def test_start_is_confirmed_and_opens_the_menu_which_may_be_sent(
    world: World, opted_out: bool
) -> None:
    if opted_out:
        await world.text("STOP")
    chat_id = await begun(world, MENU_NUMBER, "Support")
    assert (await world.text("START")).chat_id == chat_id
    asked, greeting, menu = await world.thread(chat_id)
    assert (asked.text, greeting.kind, menu.kind) == ("START", "greeting", "menu")
    assert {greeting.status, menu.status} == {MessageStatus.QUEUED}
    assert [one.kind for one in await world.sent_without_chat()][-1] == "opt_in"
    await world.text("1")
    assert (await world.chat(chat_id)).state.queue_id == world.queues["Orders"]


async def test_start_in_a_chat_with_nothing_to_choose_is_offered_at_once(world: World) -> None:
    await world.status("ana")
    chat_id = await begun(world, VIP_NUMBER, "VIP")
    await world.text("START", to=VIP_NUMBER)
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    assert await world.offers("ana") == [chat_id]
