"""A chat of 60 days, 10,000 messages and a deploy: nothing is lost, no history grows long, and all
of them replay (rules 6 and 15)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker

import worker as workers
from activities.chats import ChatActivities
from activities.sends import SendActivities
from domain.process import ChatProcess
from domain.statuses import Author, ChatStatus
from temporal import ids
from tests.engine import BASE_URL, Engine, eventually
from tests.workflows.next_build import NextChatWorkflow
from workflows.chat import LONG_HISTORY, ChatWorkflow
from workflows.router import RouterWorkflow

DAYS = 60
# Of each day. The engine is the same on PostgreSQL: more texts would take their time in the store,
# and do where `make long` asks for all of them.
TEXTS = {"sqlite": 165, "postgresql": 165 if "FULL_LENGTH" in os.environ else 10}
REPLIES = 5


async def test_a_chat_of_sixty_days_loses_nothing_and_its_histories_stay_short_and_replay(
    engine: Engine, database_url: str
) -> None:
    texts = TEXTS[database_url.partition(":")[0].partition("+")[0]]
    await engine.world.timers(dismissal=True, dismissal_timeout=60, chat_timeout=4320)
    chat_id = await engine.world.connected_chat()
    asked, answered = await live(engine, chat_id, texts)

    thread = await engine.world.thread(chat_id)
    assert [one.text for one in thread if one.author_type == Author.END_USER] == asked
    assert [one.text for one in thread if one.author_type == Author.AGENT] == answered
    # Each text of ours reached the phone once, in the order in which it was written.
    ours = [one.id for one in thread if one.author_type != Author.END_USER]
    assert [text.message_id for text in engine.carrier.taken] == ours
    assert len(thread) >= DAYS * (texts + REPLIES)

    runs = await runs_of(engine, chat_id)
    # A run goes on to the end of what it is busy with.
    assert max(len(run.events) for run in runs) < LONG_HISTORY + 200
    changed = [run for run in runs if met_the_change(run)]
    assert len(runs) - len(changed) > 1 < len(changed)
    # The run that the next build took over keeps to what it did until then.
    stumbled = next(run for run in runs if has(run, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED))
    assert stumbled not in changed
    await replay(NextChatWorkflow, runs)
    await replay(ChatWorkflow, [run for run in runs if run not in changed])


async def live(engine: Engine, chat_id: int, texts: int) -> tuple[list[str], list[str]]:
    """All the days of the chat, and its end; what the consumer wrote, and what the agent."""
    asked, answered = ["Hello", "1"], []
    for day in range(DAYS):
        today = [f"day {day}, text {n}" for n in range(texts)]
        replies = [f"day {day}, answer {n}" for n in range(REPLIES)]
        asked += today
        answered += replies
        await come_back(engine, chat_id, day, today.pop(0))
        if day == DAYS // 2:
            await stumble_and_deploy(engine, chat_id, today.pop(0))
        with engine.told_together():
            for text in today:
                await engine.world.text(text)
            for reply in replies:
                await engine.world.reply("ana", chat_id, reply)
        await fall_silent(engine, chat_id)
    await come_back(engine, chat_id, DAYS, "thanks")
    await engine.world.end("ana", chat_id)
    await engine.settled(chat_id)
    return [*asked, "thanks"], answered


async def come_back(engine: Engine, chat_id: int, day: int, text: str) -> None:
    """In the morning: the consumer writes, or the agent or a program takes the chat up first."""
    world = engine.world
    if day % 3 == 0 and day > 0:
        await world.resume(chat_id, "ana")
    elif day % 3 == 1:
        await world.resume(chat_id)
        await world.accept("ana", chat_id)
    await world.text(text)
    if day % 3 == 2:
        await world.accept("ana", chat_id)


async def fall_silent(engine: Engine, chat_id: int) -> None:
    """The consumer answers no more: an hour later the chat is dismissed, until the next morning."""
    await engine.quiet()
    await engine.skip(minutes=61)

    async def is_dismissed() -> bool:
        return await engine.world.chat_status(chat_id) is ChatStatus.DISMISSED

    await eventually(is_dismissed)
    await engine.quiet()
    await engine.skip(hours=23)


async def stumble_and_deploy(engine: Engine, chat_id: int, text: str) -> None:
    """The build has a fault, a text of the consumer's brings it out, and the next build goes on.

    The server that skips time knows no other way: it gives a chat's tasks to the worker that had
    the last one for ever, unless that one failed.
    """
    await engine.quiet()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ChatProcess, "take", fails)
        await engine.world.text(text)

        async def has_stumbled() -> bool:
            last = (await (await engine.process(chat_id)).fetch_history()).events[-6:]
            return any(e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for e in last)

        await eventually(has_stumbled)
        await engine.workers.aclose()
    await engine.deploy(partial(next_build, engine))


def fails(*_: object) -> None:
    raise RuntimeError("a fault of this build")


def next_build(engine: Engine) -> tuple[Worker, Worker]:
    """The workers of the next build."""
    acts = ChatActivities(engine.db)
    chats = Worker(
        engine.client,
        task_queue=ids.CHATS,
        workflows=[NextChatWorkflow, RouterWorkflow],
        activities=[acts.load_chat, acts.ring_alarm, acts.settle_chat, acts.route],
        workflow_runner=workers.runner(),
    )
    sends = SendActivities(engine.db, lambda _account: engine.carrier, BASE_URL)
    return chats, workers.sends_worker(engine.client, sends)


async def runs_of(engine: Engine, chat_id: int) -> list[WorkflowHistory]:
    """The histories of all the runs of the chat's process, first to last."""
    process = await engine.process(chat_id)
    runs = [await process.fetch_history()]
    while earlier := continued_from(runs[-1]):
        handle = engine.client.get_workflow_handle(process.id, run_id=earlier)
        runs.append(await handle.fetch_history())
    return runs[::-1]


def continued_from(run: WorkflowHistory) -> str:
    """The id of the run before, if there was one."""
    return run.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


def has(run: WorkflowHistory, kind: EventType.ValueType) -> bool:
    return any(event.event_type == kind for event in run.events)


def met_the_change(run: WorkflowHistory) -> bool:
    """Whether the next build did in this run what the one before did not."""
    return has(run, EventType.EVENT_TYPE_MARKER_RECORDED)


async def replay(chat: type, runs: Iterable[WorkflowHistory]) -> None:
    replayer = Replayer(
        workflows=[chat],
        data_converter=pydantic_data_converter,
        workflow_runner=workers.runner(),
    )
    for run in runs:
        await replayer.replay_workflow(run)
