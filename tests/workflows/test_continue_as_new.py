"""Long chats continue as new and lose nothing (rule 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.engine import Engine, eventually
from workflows import chat


async def test_a_long_chat_continues_as_new_and_loses_nothing(
    real_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "LONG_HISTORY", 60)
    world = real_engine.world
    chat_id = await world.connected_chat()
    for n in range(40):
        await world.text(f"question {n}")
        await world.reply("ana", chat_id, f"answer {n}")
        if n % 5 == 4:
            await real_engine.quiet()

    async def is_short_again() -> bool:
        # A chat that is busy all the time continues when it comes to rest.
        events = await events_of(real_engine, chat_id)
        return continued(events) and len(events) < 60

    await eventually(is_short_again)
    await world.end("ana", chat_id)
    await real_engine.settled(chat_id)
    assert real_engine.carrier.texts[3:-1] == [f"answer {n}" for n in range(40)]


async def test_a_continued_chat_keeps_its_deadline(
    real_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "LONG_HISTORY", 40)
    world = real_engine.world
    chat_id = await world.connected_chat()
    for n in range(4):
        await real_engine.quiet()
        await world.reply("ana", chat_id, f"answer {n}")
    await real_engine.quiet()
    waits: list[timedelta] = []

    async def is_set() -> bool:
        events = await events_of(real_engine, chat_id)
        timers = [e for e in events if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
        if continued(events) and timers:
            started = timers[0].timer_started_event_attributes
            waits.append(started.start_to_fire_timeout.ToTimedelta())
        return bool(waits)

    await eventually(is_set)
    assert timedelta(minutes=1435) < waits[0] <= timedelta(minutes=1440)


async def events_of(engine: Engine, chat_id: int) -> Sequence[HistoryEvent]:
    """The history of the run that acts for the chat now."""
    return (await (await engine.process(chat_id)).fetch_history()).events


def continued(events: Sequence[HistoryEvent]) -> bool:
    started = events[0].workflow_execution_started_event_attributes
    return bool(started.continued_execution_run_id)
