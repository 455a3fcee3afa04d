"""The chat's process on skipped time: it sends, watches the clock, and settles (rules 4 to 8)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain.statuses import ChatStatus, MessageStatus
from tests.engine import Engine, SkippedClock, running


@pytest.fixture
async def engine(
    database_url: str, env: WorkflowEnvironment, plain_client: Client
) -> AsyncIterator[Engine]:
    async with running(database_url, SkippedClock(env), plain_client, env) as engine:
        yield engine


async def test_a_chat_goes_from_the_first_text_to_settled(engine: Engine) -> None:
    world = engine.world
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "How can I help?")
    await world.end("ana", chat_id)
    await engine.settled(chat_id)
    texts = engine.carrier.texts
    assert texts[0].startswith("Welcome to Acme Outfitters")
    assert texts[1].startswith("Text 1 for Orders")
    assert texts[2:4] == ["Thank you, you chose Orders.", "How can I help?"]
    assert "has ended" in texts[4]
    assert len(texts) == 5


async def test_a_chat_without_a_choice_fails_after_the_selecting_expiration(
    engine: Engine,
) -> None:
    received = await engine.world.text("hello")
    assert received.chat_id is not None
    await engine.quiet()
    await engine.skip(minutes=1439)
    assert await engine.world.chat_status(received.chat_id) is ChatStatus.SELECTING
    await engine.skip(minutes=2)
    await engine.settled(received.chat_id)
    chat = await engine.world.chat(received.chat_id)
    assert (chat.state.status, chat.state.fail_reason) == ("failed", "no_response")
    assert "has expired" in engine.carrier.texts[-1]


async def test_an_outage_of_the_carrier_expires_nobody_and_then_everything_goes_out_in_order(
    engine: Engine,
) -> None:
    world = engine.world
    await world.timers(chat_timeout=30)
    engine.carrier.down = True
    chat_id = await world.connected_chat()
    for n in range(5):
        await world.reply("ana", chat_id, f"reply {n}")
    await engine.skip(minutes=60)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    engine.carrier.down = False
    await engine.skip(minutes=1)
    await engine.quiet()
    assert engine.carrier.texts[3:] == [f"reply {n}" for n in range(5)]
    await engine.skip(minutes=28)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.skip(minutes=3)
    await engine.settled(chat_id)
    chat = await world.chat(chat_id)
    assert (chat.state.status, chat.state.disconnected_by) == (
        "finished",
        "disconnected_by_timeout",
    )
    thread = await world.thread(chat_id)
    assert all(m.status in (MessageStatus.SENT, "received") for m in thread)
