"""Long chats continue as new and lose nothing (rule 6)."""

from __future__ import annotations

import pytest

from tests.engine import Engine
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
        if n % 10 == 9:
            await real_engine.quiet()
    history = await (await real_engine.process(chat_id)).fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    assert started.continued_execution_run_id
    assert len(history.events) < 300
    await world.end("ana", chat_id)
    await real_engine.settled(chat_id)
    assert real_engine.carrier.texts[3:-1] == [f"answer {n}" for n in range(40)]


async def test_a_continued_chat_keeps_its_deadline(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "LONG_HISTORY", 40)
    world = engine.world
    chat_id = await world.connected_chat()
    for n in range(4):
        await engine.quiet()
        await world.reply("ana", chat_id, f"answer {n}")
    await engine.quiet()
    history = await (await engine.process(chat_id)).fetch_history()
    started = history.events[0].workflow_execution_started_event_attributes
    assert started.continued_execution_run_id
    await engine.skip(minutes=1439)
    assert await world.chat_status(chat_id) == "assigned"
    await engine.skip(minutes=2)
    await engine.settled(chat_id)
