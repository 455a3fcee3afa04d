"""An agent who is gone for some minutes is Offline, and keeps no chat from being answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from domain.statuses import AgentStatus, ChatStatus
from services import agents, auth, presence
from store import locks, sessions, users
from store import tables as t
from store.database import Tx
from tests.conftest import OpenDatabase, SetClock
from tests.crossing import crossed
from tests.world import World


async def log_in(world: World, agent: str) -> str:
    """The hash of the session's token."""
    token = auth.token_hash(agent)

    def begin(tx: Tx) -> None:
        user = users.get(tx, world.tenant_id, world.agents[agent])
        assert user is not None
        sessions.begin(tx, user, token, "csrf", timedelta(hours=12))

    await world.db.write(begin)
    return token


async def give_up(world: World, since: datetime) -> list[int]:
    return await world.db.write(presence.give_up_absent, world.tenant_id, since)


async def status(world: World, agent: str) -> AgentStatus:
    return (await world.db.read(agents.show, world.tenant_id, world.agents[agent])).status


async def test_an_agent_out_of_touch_goes_offline_and_the_chats_go_to_another(
    world: World, clock: SetClock
) -> None:
    began = clock.at
    await log_in(world, "ana")
    ben = await log_in(world, "ben")
    chat_id = await world.connected_chat("ana")
    await world.status("ben")
    clock.move(minutes=4, seconds=59)
    await world.db.write(presence.heard_of, {ben})
    assert await give_up(world, began) == []
    clock.move(seconds=2)
    assert await give_up(world, began) == [world.agents["ana"]]
    assert await status(world, "ana") is AgentStatus.OFFLINE
    assert await status(world, "ben") is AgentStatus.AVAILABLE
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    assert await world.offers("ben") == [chat_id]
    assert await give_up(world, began) == []


async def test_an_outage_of_ours_is_nobodys_absence(world: World, clock: SetClock) -> None:
    await log_in(world, "ana")
    await world.status("ana")
    clock.move(hours=2)
    listening_since = clock.at
    clock.move(minutes=4)
    assert await give_up(world, listening_since) == []
    clock.move(minutes=2)
    assert await give_up(world, listening_since) == [world.agents["ana"]]


@pytest.mark.parametrize("chosen", [AgentStatus.BREAK, AgentStatus.AVAILABLE])
async def test_whoever_is_not_offline_can_be_gone(
    world: World, clock: SetClock, chosen: AgentStatus
) -> None:
    began = clock.at
    await world.status("ana", chosen)
    clock.move(minutes=6)
    assert await give_up(world, began) == [world.agents["ana"]]


async def test_a_status_that_was_just_chosen_is_a_sign_of_life(
    world: World, clock: SetClock
) -> None:
    began = clock.at
    await log_in(world, "ana")
    clock.move(hours=1)
    await world.status("ana")
    assert await give_up(world, began) == []


async def test_a_session_that_is_over_is_nobodys(world: World, clock: SetClock) -> None:
    began = clock.at
    ana = await log_in(world, "ana")
    await world.status("ana")
    await world.db.write(sessions.end, ana)
    clock.move(minutes=6)
    await world.db.write(presence.heard_of, {ana})
    assert await give_up(world, began) == [world.agents["ana"]]


async def test_the_time_is_a_setting(world: World, clock: SetClock) -> None:
    began = clock.at
    await world.configure(disconnect_timeout=30)
    await world.status("ana")
    clock.move(minutes=29)
    assert await give_up(world, began) == []
    clock.move(minutes=2)
    assert await give_up(world, began) == [world.agents["ana"]]


async def test_while_everybody_is_here_nobody_is_locked_out(world: World, clock: SetClock) -> None:
    began = clock.at
    ana = await log_in(world, "ana")
    await world.status("ana")
    clock.move(minutes=6)
    await world.db.write(presence.heard_of, {ana})
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    sa.event.listen(world.db._writer, "before_cursor_execute", note)
    assert await give_up(world, began) == []
    assert len(said) <= 2
    assert not [one for one in said if "UPDATE" in one or "lock" in one.lower()]


async def test_the_time_is_the_one_that_holds_when_somebody_is_sent_offline(
    world: World, clock: SetClock, open_database: OpenDatabase
) -> None:
    began = clock.at
    await log_in(world, "ana")
    await world.status("ana")
    clock.move(minutes=6)

    def longer(tx: Tx) -> None:
        locks.routing(tx, world.tenant_id)
        tx.conn.execute(sa.update(t.tenants).values(settings={"disconnect_timeout": 60}))

    def absent(tx: Tx) -> list[int]:
        return presence.give_up_absent(tx, world.tenant_id, began)

    async with open_database() as other:
        _, gone = await crossed((world.db, longer), (other, absent))
    assert gone == []
