"""Closed queues: chats wait, nobody is asked, and at the opening everybody is (product D, C5)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from domain.process import ChatRef, LoadedChat, NextRouting
from domain.statuses import AgentStatus, ChatStatus, FailReason
from services import chat_views, process, routing
from store import tables as t
from tests.conftest import SetClock
from tests.world import World

# The tests' clock shows noon of a Monday in UTC.
AFTERNOONS = "Mo-Fr 14:00-18:00"


async def ring_router(world: World) -> NextRouting:
    return await world.db.write(routing.ring, world.tenant_id)


async def ring(world: World, chat_id: int) -> LoadedChat:
    await world.all_sent()
    return await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))


async def told(world: World, chat_id: int) -> str | None:
    found = await world.db.read(
        chat_views.chats, world.tenant_id, [chat_id], lambda _id, _incarnation: None
    )
    return found[0].waiting_because


async def alarms(world: World) -> list[str]:
    o = t.outbox.c
    rows = await world.rows(sa.select(o.payload).where(o.kind == "router").order_by(o.id))
    return [row.payload["at"] for row in rows]


async def test_a_chat_of_a_closed_queue_is_offered_when_it_opens(
    world: World, clock: SetClock
) -> None:
    await world.hours("Orders", AFTERNOONS)
    await world.status("ana")
    chat_id = await world.waiting_chat()
    opens = clock.at + timedelta(hours=2)
    assert await world.offers("ana") == []
    assert await alarms(world) == [opens.isoformat()]
    assert await told(world, chat_id) == "This queue is closed until today, 2:00 PM (UTC)."
    noted = (await world.chat(chat_id)).waiting_because
    assert noted == "closed until 2026-03-02 14:00 UTC"
    assert await ring_router(world) == NextRouting(opens)
    clock.move(hours=1, minutes=59)
    assert await world.db.write(routing.sweep, world.tenant_id) == 0
    clock.move(minutes=1)
    assert await ring_router(world) == NextRouting(None)
    assert await world.offers("ana") == [chat_id]
    assert await told(world, chat_id) == "Offered to 1 agent; waiting for an agent to accept."


async def test_an_opening_without_agents_is_told_too(world: World, clock: SetClock) -> None:
    await world.hours("Orders", AFTERNOONS)
    chat_id = await world.waiting_chat()
    clock.move(hours=2)
    await ring_router(world)
    assert (await world.chat(chat_id)).waiting_because == "nobody_available"


async def test_an_agent_who_comes_while_it_is_closed_is_asked_about_other_queues_only(
    world: World,
) -> None:
    await world.hours("Orders", AFTERNOONS)
    await world.waiting_chat()
    other = await world.text("Hello", sender="+14155550177")
    await world.text("2", sender="+14155550177")
    await world.status("ana")
    assert await world.offers("ana") == [other.chat_id]


async def test_what_is_offered_when_a_queue_closes_stays_offered(
    world: World, clock: SetClock
) -> None:
    await world.hours("Orders", "Mo-Fr 09:00-13:00")
    await world.status("ana")
    chat_id = await world.waiting_chat()
    clock.move(hours=2)
    assert await world.offers("ana") == [chat_id]
    assert await world.db.write(routing.sweep, world.tenant_id) == 0
    await world.status("ana", AgentStatus.BREAK)
    assert await told(world, chat_id) == "This queue is closed until tomorrow, 9:00 AM (UTC)."


async def test_the_after_hours_message_is_written_in_the_transaction_of_the_choice(
    world: World,
) -> None:
    await world.hours("Orders", AFTERNOONS)
    chat_id = await world.waiting_chat()
    last = (await world.thread(chat_id))[-1]
    assert (last.kind, last.status) == ("after_hours", "queued")
    assert "Next opening: today, 2:00 PM." in last.text


async def test_a_queues_own_after_hours_message_is_said(world: World) -> None:
    await world.hours("Orders", AFTERNOONS)
    own = sa.update(t.queues).where(t.queues.c.id == world.queues["Support"])
    wording = "@{QUEUE_NAME}: back @{NEXT_REOPEN_HOUR}."
    await world.db.write(lambda tx: tx.conn.execute(own.values(after_hours=wording)))
    chat_id = await world.waiting_chat()
    assert (await world.thread(chat_id))[-1].text == "Orders: back today, 2:00 PM."


async def test_a_waiting_chat_expires_by_the_minutes_that_count(
    world: World, clock: SetClock
) -> None:
    await world.configure(unanswered_expiration=60, unanswered_expiration_after_hours=600)
    await world.hours("Orders", AFTERNOONS)
    chat_id = await world.waiting_chat()
    # Two hours closed, then one open.
    clock.move(hours=2, minutes=59)
    loaded = await ring(world, chat_id)
    assert loaded.view is not None
    assert loaded.view.deadline_at == clock.at + timedelta(minutes=1)
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    clock.move(minutes=1)
    await ring(world, chat_id)
    state = (await world.chat(chat_id)).state
    assert (state.status, state.fail_reason) == (ChatStatus.FAILED, FailReason.EXPIRED)


async def test_a_chat_that_waits_over_nights_expires_by_the_closed_minutes(
    world: World, clock: SetClock
) -> None:
    await world.configure(unanswered_expiration=600, unanswered_expiration_after_hours=180)
    await world.hours("Orders", AFTERNOONS)
    chat_id = await world.waiting_chat()
    # Closed from 12:00 to 14:00, open to 18:00, the third closed hour ends at 19:00.
    assert (await world.chat(chat_id)).deadline_at == clock.at + timedelta(hours=7)
    clock.move(hours=7)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.FAILED


async def test_by_turns_between_two_closed_queues_each_has_told_once(world: World) -> None:
    for queue in ("Orders", "Returns"):
        await world.hours(queue, AFTERNOONS)
    chat_id = (await world.text("Hello")).chat_id
    assert chat_id is not None
    for choice in ("1", "2", "1", "2"):
        await world.text(choice)
        await world.text("back")
    closed = [said for said in await world.thread(chat_id) if "closed now" in said.text]
    assert len(closed) == 2
