"""Each timer in each phase of each kind of chat: when it runs out by the tenant's settings and by a
queue's, and what becomes of the chat then (product D)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.process import ChatRef
from domain.statuses import ChatStatus, Direction, DisconnectedBy, FailReason
from services import process
from store import chats
from store import tables as t
from store.database import Tx
from tests.conftest import SetClock
from tests.world import World

# In minutes; each of its own, so that an end says which timer it was.
TENANTS = {
    "queue_selecting_expiration": 10,
    "unanswered_expiration": 20,
    "unanswered_expiration_after_hours": 30,
    "outbound_timeout": 40,
    "chat_timeout": 90,
    "dismissal_timeout": 60,
    "dismissal": True,
}
QUEUES = {name: value + 2 for name, value in TENANTS.items() if name != "dismissal"}


async def selecting(world: World) -> int:
    chat_id = (await world.text("Hello")).chat_id
    assert chat_id is not None
    return chat_id


async def waiting(world: World) -> int:
    return await world.waiting_chat()


async def waiting_after_hours(world: World) -> int:
    await world.hours("Orders", "off")
    return await world.waiting_chat()


async def connected(world: World) -> int:
    return await world.connected_chat()


async def silent(world: World) -> int:
    """The agent has written last, and the consumer was told that the chat will be dismissed."""
    chat_id = await world.silent_chat()
    await became(world, chat_id, noticed=True)
    return chat_id


async def dismissed(world: World) -> int:
    chat_id = await world.silent_chat()
    await world.dismiss("ana", chat_id)
    return chat_id


async def became(world: World, chat_id: int, **facts: Any) -> None:
    """The chat is otherwise from now on."""

    def change(tx: Tx) -> None:
        chat = chats.lock(tx, world.tenant_id, chat_id)
        assert chat is not None
        chat.state = replace(chat.state, **facts)
        chat.changed = True

    await world.db.write(change)


INBOUND: dict[str, Any] = {}
# A chat that an agent or a program began, before the consumer answers and after. In one that was
# begun for nobody in particular, whoever answers goes through the menu.
SILENT_OURS = {"direction": Direction.OUTBOUND, "heard": False}
OURS = {"direction": Direction.OUTBOUND}

Begin = Callable[[World], Awaitable[int]]
Ends = tuple[ChatStatus, FailReason | None, str | None]
NO_RESPONSE = (ChatStatus.FAILED, FailReason.NO_RESPONSE, "expired")
EXPIRED = (ChatStatus.FAILED, FailReason.EXPIRED, "expired")
TIMED_OUT = (ChatStatus.FINISHED, None, "ended")
# Who never answered us is told nothing.
NOBODY = (ChatStatus.FAILED, FailReason.NO_RESPONSE, None)
DISMISSED = (ChatStatus.DISMISSED, None, None)

CASES: list[tuple[dict[str, Any], Begin, int, int, Ends]] = [
    # What chat in what phase; minutes by the tenant's settings, by the queue's; what becomes of it.
    (INBOUND, selecting, 10, 12, NO_RESPONSE),
    (INBOUND, waiting, 20, 22, EXPIRED),
    (INBOUND, waiting_after_hours, 30, 32, EXPIRED),
    (INBOUND, connected, 90, 92, TIMED_OUT),
    (INBOUND, silent, 60, 62, DISMISSED),
    (INBOUND, dismissed, 90, 92, TIMED_OUT),
    # A queue's expirations are for inbound chats alone; its other timers hold for all.
    (SILENT_OURS, selecting, 10, 10, NOBODY),
    # Its agent has left before the consumer answered.
    (SILENT_OURS, waiting, 10, 10, NOBODY),
    (SILENT_OURS, waiting_after_hours, 10, 10, NOBODY),
    (SILENT_OURS, connected, 10, 10, NOBODY),
    (SILENT_OURS, silent, 10, 10, NOBODY),
    (OURS, selecting, 10, 10, NO_RESPONSE),
    (OURS, waiting, 20, 20, EXPIRED),
    (OURS, waiting_after_hours, 30, 30, EXPIRED),
    (OURS, connected, 40, 42, TIMED_OUT),
    # Never dismissed.
    (OURS, silent, 40, 42, TIMED_OUT),
]


def named(case: tuple[dict[str, Any], Begin, int, int, Ends]) -> str:
    kind = {id(INBOUND): "inbound", id(OURS): "ours", id(SILENT_OURS): "ours-unanswered"}
    return f"{kind[id(case[0])]}-{case[1].__name__}"


@pytest.mark.parametrize("by_queue", [False, True], ids=["tenant", "queue"])
@pytest.mark.parametrize("case", CASES, ids=named)
async def test_what_time_makes_of_a_chat_in_each_phase(
    world: World,
    clock: SetClock,
    case: tuple[dict[str, Any], Begin, int, int, Ends],
    by_queue: bool,
) -> None:
    facts, begin, by_tenants, by_queues, (status, reason, text) = case
    await configure(world, QUEUES if by_queue else {})
    chat_id = await begin(world)
    await world.all_sent()
    await became(world, chat_id, **facts)
    said = len(await world.thread(chat_id))

    clock.move(minutes=by_queues if by_queue else by_tenants, seconds=-1)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) not in (status, *ENDED_BY_TIME)
    clock.move(seconds=1)
    await ring(world, chat_id)

    state = (await world.chat(chat_id)).state
    assert (state.status, state.fail_reason) == (status, reason)
    if status is not ChatStatus.DISMISSED:
        assert state.disconnected_by is DisconnectedBy.TIMEOUT
    new = [message.kind for message in (await world.thread(chat_id))[said:]]
    assert new == ([] if text is None else [text])


ENDED_BY_TIME = (ChatStatus.FAILED, ChatStatus.FINISHED)


async def configure(world: World, of_queue: dict[str, int]) -> None:
    """The tenant's timers, and what its queues say otherwise."""
    theirs = t.queues.c.tenant_id == world.tenant_id
    mine = t.tenants.c.id == world.tenant_id
    await world.db.write(
        lambda tx: (
            tx.conn.execute(
                sa.update(t.tenants).where(mine).values(settings=TENANTS, configuration=1)
            ),
            tx.conn.execute(sa.update(t.queues).where(theirs).values(effective=of_queue)),
        )
    )


async def ring(world: World, chat_id: int) -> None:
    await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))


@pytest.mark.parametrize("begin", [selecting, waiting, connected])
async def test_a_start_answers_a_chat_of_ours_and_its_window_begins_anew(
    world: World, clock: SetClock, begin: Begin
) -> None:
    await configure(world, {})
    chat_id = await begin(world)
    await world.all_sent()
    await became(world, chat_id, **SILENT_OURS)
    said = len(await world.thread(chat_id))
    before = (await world.chat(chat_id)).state
    clock.move(minutes=9)
    await world.text("START")
    after = (await world.chat(chat_id)).state
    # Neither a choice nor an invalid one: the opt-in's own confirmation says enough.
    assert (after.status, after.queue_id) == (before.status, before.queue_id)
    assert [text.kind for text in (await world.thread(chat_id))[said:]] == ["text"]
    clock.move(minutes=9)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) not in ENDED_BY_TIME
    assert not after.unanswered
    assert after.window_from == clock.at - timedelta(minutes=9)


async def test_help_does_not_answer_a_chat_of_ours(world: World) -> None:
    chat_id = await selecting(world)
    await became(world, chat_id, **SILENT_OURS)
    await world.text("HELP")
    assert (await world.chat(chat_id)).state.unanswered
