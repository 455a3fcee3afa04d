"""The lives that are recorded: each is lived on a real Temporal server, in real time, and names
the processes whose histories are worth keeping. Their shortest timer is a minute.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from domain.statuses import ChatStatus
from store import incarnations
from temporal import ids
from tests.engine import Engine, eventually
from workflows.chat import LONG_HISTORY

Handle = WorkflowHandle[object, object]
Lived = dict[str, Handle]
OTHER_PHONE = "+14155550133"
# Room for the texts that arrive early: each adds four events.
NEARLY_LONG = LONG_HISTORY - 30


async def timed_out(engine: Engine) -> Lived:
    """The alarm fires while an agent has the chat."""
    await engine.world.timers(chat_timeout=1)
    chat_id = await engine.world.connected_chat()
    await engine.settled(chat_id)
    return {"chat-timed-out": await engine.process(chat_id)}


async def expired(engine: Engine) -> Lived:
    """The alarm fires while nobody has the chat."""
    await engine.world.timers(unanswered_expiration=1)
    chat_id = await engine.world.waiting_chat()
    await engine.settled(chat_id)
    return {"chat-expired": await engine.process(chat_id)}


async def left(engine: Engine) -> Lived:
    """The consumer leaves the menu."""
    received = await engine.world.text("Hello")
    assert received.chat_id is not None
    await engine.quiet()
    await engine.world.text("EXIT")
    await engine.settled(received.chat_id)
    return {"chat-left": await engine.process(received.chat_id)}


async def dismissed(engine: Engine) -> Lived:
    """Dismissed by time and brought back by a text; dismissed and resumed by the agent."""
    world = engine.world
    await world.timers(dismissal=True, dismissal_timeout=1)
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "How can I help?")
    await _has(engine, chat_id, ChatStatus.DISMISSED)
    await engine.quiet()
    await world.text("I am back")
    await world.accept("ana", chat_id)
    await world.text("Where were we?")
    await world.reply("ana", chat_id, "Welcome back.")
    await engine.quiet()
    await world.dismiss("ana", chat_id)
    await engine.quiet()
    await world.resume(chat_id, "ana")
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    return {"chat-dismissed": await engine.process(chat_id)}


async def gap(engine: Engine) -> Lived:
    """A signal is lost: what comes after it is held, and the chat loaded again."""
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    await engine.lose(world.reply("ana", chat_id, "One moment."))
    await world.text("Thank you")
    await engine.quiet()
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    return {"chat-gap": await engine.process(chat_id)}


async def continued(engine: Engine) -> Lived:
    """A chat so long that it continues as new, while it holds texts that came too early."""
    world = engine.world
    chat_id = await world.connected_chat()
    first = await engine.process(chat_id)
    while await _length(first) < NEARLY_LONG:
        await world.text("And another thing")
        await world.reply("ana", chat_id, "Yes?")
        await engine.quiet()
    await engine.lose(world.text("This is lost on its way to the process"))
    while not await _has_continued(first):
        await world.text("This comes early")
        await engine.quiet_relay()
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    last = await engine.process(chat_id)
    return {"chat-continued-1": await _first_run(engine, last), "chat-continued-2": last}


async def rebuilt(engine: Engine) -> Lived:
    """Terminated by hand with a text still to send, and rebuilt from the store."""
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    engine.carrier.down = True
    await world.reply("ana", chat_id, "One moment.")
    await engine.quiet_relay()
    old = await engine.process(chat_id)
    await old.terminate("by hand")
    engine.carrier.down = False
    await engine.reconcile()
    await engine.quiet()
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    return {"chat-terminated": old, "chat-rebuilt": await engine.process(chat_id)}


async def superseded(engine: Engine) -> Lived:
    """A newer incarnation has the chat: the older ones stop, one by a text, one by loading."""
    world = engine.world
    chat_id = await world.connected_chat()
    await engine.quiet()
    by_text = await engine.process(chat_id)
    chat = await world.chat(chat_id)
    engine.carrier.down = True
    await world.reply("ana", chat_id, "One moment.")
    await engine.quiet_relay()
    await engine.db.write(incarnations.succeed, chat.ref)
    engine.carrier.down = False
    await _is_over(by_text)
    await engine.reconcile()

    loading = await world.connected_chat("ben", OTHER_PHONE)
    await engine.quiet()
    by_loading = await engine.process(loading)
    ref = (await world.chat(loading)).ref
    await engine.lose(world.reply("ben", loading, "One moment."))
    await world.reply("ben", loading, "Still looking.")
    await engine.quiet_relay()
    await engine.db.write(incarnations.succeed, ref)
    await _is_over(by_loading)
    return {"chat-superseded": by_text, "chat-superseded-loading": by_loading}


async def router(engine: Engine) -> Lived:
    """A queue opens in two minutes; a chat of another queue may be offered again before that."""
    world = engine.world
    opens = datetime.now(UTC) + timedelta(minutes=2)
    await world.hours("Orders", f"Mo-Su {opens:%H:%M}-{opens + timedelta(hours=2):%H:%M}")
    await world.status("ana")
    early = await world.waiting_chat()
    declined = (await world.text("Hello", sender=OTHER_PHONE)).chat_id
    assert declined is not None
    await world.text("2", sender=OTHER_PHONE)
    await engine.quiet()
    await world.decline("ana", declined)

    async def both_are_offered() -> bool:
        return await world.offers("ana") == [early, declined]

    await eventually(both_are_offered, within=200)
    process: Handle = engine.client.get_workflow_handle(ids.router_workflow(world.tenant_id))
    await _is_over(process)
    return {"router-opening": process}


async def without_a_chat(engine: Engine) -> Lived:
    """STOP from a consumer without a chat is confirmed."""
    await engine.world.text("STOP")
    await engine.quiet()
    (answer,) = await engine.world.sent_without_chat()
    process: Handle = engine.client.get_workflow_handle(ids.send_workflow(answer.id))
    await _is_over(process)
    return {"send-opt-out": process}


SCENARIOS: dict[str, Callable[[Engine], Awaitable[Lived]]] = {
    live.__name__: live
    for live in (
        timed_out,
        expired,
        left,
        dismissed,
        gap,
        continued,
        rebuilt,
        superseded,
        router,
        without_a_chat,
    )
}


async def _has(engine: Engine, chat_id: int, status: ChatStatus) -> None:
    async def it_has() -> bool:
        return await engine.world.chat_status(chat_id) is status

    await eventually(it_has)


async def _is_over(process: Handle) -> None:
    async def it_is() -> bool:
        return (await process.describe()).status is WorkflowExecutionStatus.COMPLETED

    await eventually(it_is)


async def _length(process: Handle) -> int:
    return (await process.describe()).history_length


async def _has_continued(process: Handle) -> bool:
    description = await process.describe()
    return description.raw_description.workflow_execution_info.first_run_id != description.run_id


async def _first_run(engine: Engine, process: Handle) -> Handle:
    description = await process.describe()
    first = description.raw_description.workflow_execution_info.first_run_id
    return engine.client.get_workflow_handle(process.id, run_id=first)
