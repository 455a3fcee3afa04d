"""Wrap-up: after a chat's end its agent is offered nothing for some seconds (product D)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.routing import WaitingBecause
from domain.statuses import AgentStatus
from services import agents, routing
from store import tables as t
from tests.conftest import SetClock
from tests.world import World

OTHER, THIRD = "+14155550121", "+14155550122"


async def status(world: World, agent: str = "ana") -> AgentStatus:
    shown = await world.db.read(agents.show, world.tenant_id, world.agents[agent])
    return shown.status


async def ring(world: World) -> datetime | None:
    """The router's alarm; when it is to ring again."""
    return (await world.db.write(routing.ring, world.tenant_id)).at


async def wrapping_up(world: World, seconds: int = 60) -> None:
    """Ana has just ended a chat."""
    await world.configure(wrap_up=seconds)
    await world.end("ana", await world.connected_chat())


async def test_after_an_end_the_agent_wraps_up_and_is_offered_nothing(
    world: World, clock: SetClock
) -> None:
    chat_id = await world.connected_chat()
    shown = await world.waiting_chat(OTHER)
    await world.configure(wrap_up=60)
    await world.end("ana", chat_id)
    assert await status(world) is AgentStatus.WRAP_UP
    assert await world.offers("ana") == []
    late = await world.waiting_chat(THIRD)
    assert await world.offers("ana") == []
    assert (await world.chat(late)).waiting_because == WaitingBecause.NOBODY_AVAILABLE

    clock.move(seconds=59)
    assert await ring(world) == clock.at + timedelta(seconds=1)
    assert await status(world) is AgentStatus.WRAP_UP
    clock.move(seconds=1)
    assert await ring(world) is None
    assert await status(world) is AgentStatus.AVAILABLE
    assert await world.offers("ana") == [shown, late]
    assert await world.events("agent.changed")


async def test_the_router_is_called_for_the_end_of_the_wrap_up(
    world: World, clock: SetClock
) -> None:
    await wrapping_up(world)
    o = t.outbox.c
    rows = await world.rows(sa.select(o.payload).where(o.kind == "router"))
    over = (clock.at + timedelta(seconds=60)).isoformat()
    assert over in [row.payload["at"] for row in rows]


async def test_without_the_setting_there_is_none(world: World) -> None:
    await wrapping_up(world, seconds=0)
    assert await status(world) is AgentStatus.AVAILABLE
    assert await ring(world) is None


async def test_a_queues_own_seconds_win(world: World, clock: SetClock) -> None:
    theirs = t.queues.c.id == world.queues["Orders"]
    own = sa.update(t.queues).where(theirs).values(effective={"wrap_up": 10})
    await world.db.write(lambda tx: tx.conn.execute(own))
    await wrapping_up(world, seconds=60)
    assert await ring(world) == clock.at + timedelta(seconds=10)


async def test_a_second_end_makes_it_last_longer_never_shorter(
    world: World, clock: SetClock
) -> None:
    chats = [await world.connected_chat(sender=phone) for phone in (OTHER, THIRD)]
    await world.configure(wrap_up=60)
    await world.end("ana", chats[0])
    clock.move(seconds=30)
    await world.configure(wrap_up=5)
    await world.text("exit", sender=THIRD)
    assert await ring(world) == clock.at + timedelta(seconds=30)


async def test_who_still_has_a_chat_is_in_chat_afterwards(world: World, clock: SetClock) -> None:
    first, _ = [await world.connected_chat(sender=phone) for phone in (OTHER, THIRD)]
    await world.configure(wrap_up=60)
    await world.end("ana", first)
    clock.move(seconds=60)
    await ring(world)
    assert await status(world) is AgentStatus.IN_CHAT


async def test_available_cuts_it_short(world: World, clock: SetClock) -> None:
    await wrapping_up(world)
    waiting = await world.waiting_chat(OTHER)
    await world.status("ana")
    assert await world.offers("ana") == [waiting]
    assert await ring(world) is None
    assert await status(world) is AgentStatus.AVAILABLE


@pytest.mark.parametrize("chosen", [AgentStatus.BREAK, AgentStatus.OFFLINE])
async def test_who_chose_to_take_no_chats_stays_so(
    world: World, clock: SetClock, chosen: AgentStatus
) -> None:
    await wrapping_up(world)
    await world.status("ana", chosen)
    clock.move(seconds=60)
    assert await ring(world) is None
    assert await status(world) is chosen


async def test_a_chat_that_was_dismissed_or_given_back_is_no_end(world: World) -> None:
    await world.configure(wrap_up=60)
    await world.dismiss("ana", await world.silent_chat())
    assert await status(world) is AgentStatus.AVAILABLE


async def test_nobody_can_choose_wrap_up(world: World) -> None:
    with pytest.raises(Exception, match="must be one of"):
        await world.status("ana", AgentStatus.WRAP_UP)
