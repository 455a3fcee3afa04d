"""What time does to chats and queues, on skipped time: one alarm each (product D)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType

from domain.statuses import ChatStatus
from tests.engine import Engine, eventually


async def now(engine: Engine) -> datetime:
    return (await engine.db.clock.now()).astimezone(UTC)


async def opens_in(engine: Engine, hours: int) -> None:
    """Orders is closed, and opens so many hours from now, for two hours."""
    opens = (await now(engine)) + timedelta(hours=hours)
    closes = opens + timedelta(hours=2)
    await engine.world.hours("Orders", f"Mo-Su {opens:%H:%M}-{closes:%H:%M}")


async def is_offered(engine: Engine, agent: str, chat_id: int) -> None:
    async def offered() -> bool:
        return chat_id in await engine.world.offers(agent)

    await eventually(offered)


async def has(engine: Engine, chat_id: int, status: ChatStatus) -> None:
    async def it_has() -> bool:
        return await engine.world.chat_status(chat_id) is status

    await eventually(it_has)


async def test_a_silent_consumer_is_told_dismissed_and_comes_back(engine: Engine) -> None:
    world = engine.world
    await world.timers(dismissal=True, dismissal_timeout=30, chat_timeout=300)
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "How can I help?")
    await engine.quiet()
    await engine.skip(minutes=26)
    await engine.quiet()
    assert engine.carrier.texts[-1].endswith("will be paused in 5 minutes.")
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.skip(minutes=5)
    await has(engine, chat_id, ChatStatus.DISMISSED)
    await engine.quiet()
    await engine.skip(minutes=60)
    await world.text("I am back")
    await engine.quiet()
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    assert "Welcome back" in engine.carrier.texts[-1]
    await world.accept("ana", chat_id)
    await world.end("ana", chat_id)
    await engine.settled(chat_id)


async def test_a_dismissed_chat_ends_by_its_timeout(engine: Engine) -> None:
    world = engine.world
    await world.timers(chat_timeout=120)
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "How can I help?")
    await engine.quiet()
    await world.dismiss("ana", chat_id)
    await engine.quiet()
    await engine.skip(minutes=119)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED
    await engine.skip(minutes=2)
    await engine.settled(chat_id)
    assert (await world.chat(chat_id)).state.disconnected_by == "disconnected_by_timeout"


async def test_open_and_closed_minutes_cost_one_timer(engine: Engine) -> None:
    """Two hours closed, one open: the alarm is set once, for the instant at which both end."""
    world = engine.world
    await world.timers(unanswered_expiration=60, unanswered_expiration_after_hours=600)
    await opens_in(engine, 2)
    chat_id = await world.waiting_chat()
    await engine.quiet()
    await engine.skip(hours=2, minutes=55)
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    # Hours begin with the minute, the chat did not.
    await engine.skip(minutes=6)
    await engine.settled(chat_id)
    assert (await world.chat(chat_id)).state.fail_reason == "expired"
    events = (await (await engine.process(chat_id)).fetch_history()).events
    timers = [e for e in events if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED]
    # One while the menu was shown, one since.
    assert len(timers) <= 2


async def test_the_router_offers_what_waits_when_the_queue_opens(engine: Engine) -> None:
    world = engine.world
    await opens_in(engine, 3)
    await world.status("ana")
    chat_id = await world.waiting_chat()
    await engine.skip(hours=2)
    assert await world.offers("ana") == []
    await engine.skip(hours=1, seconds=1)
    await is_offered(engine, "ana", chat_id)


async def test_a_router_that_waits_for_an_opening_hears_of_what_is_due_before(
    engine: Engine,
) -> None:
    world = engine.world
    await opens_in(engine, 3)
    await world.status("ana")
    early = await world.waiting_chat()
    other = (await world.text("Hello", sender="+14155550133")).chat_id
    assert other is not None
    await world.text("2", sender="+14155550133")
    await engine.quiet_relay()
    await world.decline("ana", other)
    assert await world.offers("ana") == []
    await engine.skip(seconds=31)
    await is_offered(engine, "ana", other)
    assert early not in await world.offers("ana")
    await engine.skip(hours=3)
    await is_offered(engine, "ana", early)


async def test_an_agent_is_offered_chats_again_when_the_wrap_up_is_over(engine: Engine) -> None:
    world = engine.world
    await world.configure(wrap_up=900)
    chat_id = await world.connected_chat()
    waiting = await world.waiting_chat("+14155550133")
    await world.end("ana", chat_id)
    await engine.quiet()
    await engine.skip(minutes=10)
    assert await world.offers("ana") == []
    await engine.skip(minutes=6)
    await is_offered(engine, "ana", waiting)
