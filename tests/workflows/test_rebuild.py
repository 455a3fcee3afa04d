"""A terminated process is rebuilt from the store and goes on, at every point (rule 8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.process import Pointer, Pointers
from domain.statuses import ChatStatus
from store import incarnations
from tests.engine import Engine, eventually
from tests.workflows.conftest import ShiftedClock


@pytest.fixture
def engine(real_engine: Engine) -> Engine:
    """The time-skipping server never skips again once a running activity's chat is terminated."""
    return real_engine


Stage = Callable[[Engine], Awaitable[int]]


async def selecting(engine: Engine) -> int:
    received = await engine.world.text("hello")
    assert received.chat_id is not None
    return received.chat_id


async def queued(engine: Engine) -> int:
    return await engine.world.waiting_chat()


async def assigned(engine: Engine) -> int:
    return await engine.world.connected_chat()


async def with_unsent_replies(engine: Engine) -> int:
    chat_id = await engine.world.connected_chat()
    await engine.quiet()
    engine.carrier.down = True
    await engine.world.reply("ana", chat_id, "one")
    await engine.world.reply("ana", chat_id, "two")
    return chat_id


async def closed_but_unsettled(engine: Engine) -> int:
    chat_id = await with_unsent_replies(engine)
    await engine.world.end("ana", chat_id)
    return chat_id


async def terminate(engine: Engine, chat_id: int) -> None:
    await engine.quiet(owed=3 if engine.carrier.down else 0)
    handle = await engine.process(chat_id)
    await handle.terminate("by hand")


async def finish(engine: Engine, chat_id: int) -> None:
    """Whatever the stage, bring the chat to its end."""
    world = engine.world
    if await world.chat_status(chat_id) is ChatStatus.SELECTING:
        await world.text("1")
    if await world.chat_status(chat_id) is ChatStatus.QUEUED:
        await world.status("ana")
        await world.accept("ana", chat_id)
    if await world.chat_status(chat_id) is ChatStatus.ASSIGNED:
        await world.end("ana", chat_id)


@pytest.mark.parametrize(
    "stage", [selecting, queued, assigned, with_unsent_replies, closed_but_unsettled]
)
async def test_a_chat_terminated_while(stage: Stage, engine: Engine) -> None:
    chat_id = await stage(engine)
    await terminate(engine, chat_id)
    engine.carrier.down = False
    await engine.reconcile()
    await finish(engine, chat_id)
    await engine.settled(chat_id)
    thread = [m for m in await engine.world.thread(chat_id) if m.direction == "outbound"]
    assert engine.carrier.texts == [message.text for message in thread]
    assert (await engine.world.chat(chat_id)).incarnation == 2


async def test_a_pointer_alone_rebuilds_a_terminated_process(engine: Engine) -> None:
    chat_id = await assigned(engine)
    await terminate(engine, chat_id)
    await engine.world.reply("ana", chat_id, "are you there?")
    await engine.quiet()
    assert engine.carrier.texts[-1] == "are you there?"


async def test_a_rebuilt_chat_still_times_out(real_engine: Engine, shifted: ShiftedClock) -> None:
    shifted.back = timedelta(minutes=1441)
    chat_id = await assigned(real_engine)
    await terminate(real_engine, chat_id)
    shifted.back = timedelta(0)
    await real_engine.reconcile()
    await real_engine.settled(chat_id)
    assert await real_engine.world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_an_older_incarnation_stops_when_it_is_superseded(real_engine: Engine) -> None:
    world = real_engine.world
    chat_id = await assigned(real_engine)
    await real_engine.quiet()
    old = await real_engine.process(chat_id)
    await real_engine.db.write(incarnations.succeed, (await world.chat(chat_id)).ref)
    # A signal that was under way to the old process when the new one took over.
    view = (await world.chat(chat_id)).view()
    sends = [(await world.thread(chat_id))[-1].id]
    late = Pointers([Pointer(view.ptr + 1, replace(view, ptr=view.ptr + 1), sends)])
    await world.reply("ana", chat_id, "from the new one")
    await old.signal("changed", late)
    await real_engine.quiet()

    async def gone() -> bool:
        return (await old.describe()).status is WorkflowExecutionStatus.COMPLETED

    await eventually(gone)
    assert real_engine.carrier.texts.count("from the new one") == 1


async def test_a_settled_chat_is_never_started_again(engine: Engine) -> None:
    chat_id = await assigned(engine)
    await engine.world.end("ana", chat_id)
    await engine.settled(chat_id)
    await engine.reconcile()
    assert (await engine.world.chat(chat_id)).incarnation == 1


async def test_an_answer_without_a_chat_is_sent_although_its_process_was_lost(
    real_engine: Engine, shifted: ShiftedClock
) -> None:
    real_engine.carrier.down = True
    await real_engine.world.text("STOP")
    await real_engine.quiet(owed=1)
    answer = (await real_engine.world.sent_without_chat())[0]
    await real_engine.client.get_workflow_handle(f"send-{answer.id}").terminate("by hand")
    real_engine.carrier.down = False
    shifted.back = timedelta(minutes=-2)
    await real_engine.reconcile()
    await real_engine.quiet()
    assert real_engine.carrier.texts == [answer.text]
