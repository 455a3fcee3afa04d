"""Long chats continue as new and lose nothing (rule 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

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
    history = await (await real_engine.process(chat_id)).fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    assert started.continued_execution_run_id
    assert len(history.events) < 300
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
    handle = await real_engine.process(chat_id)

    async def alarm() -> timedelta | None:
        events = (await handle.fetch_history()).events
        started = events[0].workflow_execution_started_event_attributes
        if not started.continued_execution_run_id:
            return None
        timers = [e for e in events if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
        if not timers:
            return None
        return timers[0].timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()

    async def is_set() -> bool:
        return await alarm() is not None

    await eventually(is_set)
    wait = await alarm()
    assert wait is not None
    assert timedelta(minutes=1439) < wait <= timedelta(minutes=1440)
