"""Whatever agents and consumers do, and however they race, routing leaves nothing undone."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
import sqlalchemy as sa

import domain.routing
import store.matching
from domain.process import ChatRef
from domain.statuses import AgentStatus, ChatStatus
from services import process, routing
from services.errors import Refused
from store import tables as t
from tests.conftest import OpenDatabase, SetClock
from tests.world import MENU_NUMBER, VIP_NUMBER, World

AGENTS = ("ana", "ben", "caro")
# How many chats above the limit the walks may leave an agent with, by resuming.
RESUMED = 3
PHONES = [f"+1415555{4000 + n}" for n in range(7)]
TEXTS = ["hello", "hello", "1", "1", "2", "pay", "back", "exit", "stop", "start", "help"]
STATUSES = [AgentStatus.AVAILABLE] * 4 + [AgentStatus.BREAK, AgentStatus.OFFLINE]
VERBS = (
    ["text"] * 6
    + ["accept"] * 3
    + ["end"] * 2
    + ["decline", "status", "reply", "ring", "dismiss", "dismiss", "resume", "again"]
)


async def act(world: World, chance: random.Random) -> None:
    """One thing that somebody does, whether it makes sense or not."""
    agent, phone = chance.choice(AGENTS), chance.choice(PHONES)
    chat_id = chance.randint(1, 12)
    match chance.choice(VERBS):
        case "text":
            to = chance.choice([MENU_NUMBER, MENU_NUMBER, VIP_NUMBER])
            await world.text(chance.choice(TEXTS), sender=phone, to=to)
        case "status":
            await world.status(agent, chance.choice(STATUSES))
        case "reply":
            await world.reply(agent, chat_id, "Hello!")
        case "accept":
            offered = await world.offers(agent)
            await world.accept(agent, chance.choice(offered or [chat_id]))
        case "ring":
            await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
        case "decline":
            await world.decline(agent, chance.choice(await world.offers(agent) or [chat_id]))
        case "dismiss":
            mine = chance.choice(await busy_with(world, agent) or [chat_id])
            await world.reply(agent, mine, "Hello!")
            await world.dismiss(agent, mine)
        case "resume":
            await world.resume(chance.choice(await aside(world) or [chat_id]), agent)
        case "again":
            await world.resume(chance.choice(await aside(world) or [chat_id]))
        case "end":
            await world.end(agent, chance.choice(await busy_with(world, agent) or [chat_id]))


async def busy_with(world: World, agent: str) -> list[int]:
    c = t.chats.c
    mine = sa.select(c.id).where(c.agent_id == world.agents[agent], c.status == "assigned")
    return [row.id for row in await world.rows(mine)]


async def aside(world: World) -> list[int]:
    c = t.chats.c
    return [row.id for row in await world.rows(sa.select(c.id).where(c.status == "dismissed"))]


async def check(world: World) -> None:
    """No agent above the limit, one active chat per pair, offers only of waiting chats."""
    assert await world.db.write(routing.sweep, world.tenant_id) == 0
    c, o, u = t.chats.c, t.offers.c, t.users.c
    chats = await world.rows(sa.select(c.id, c.number_id, c.consumer_id, c.status, c.agent_id))
    load = Counter(chat.agent_id for chat in chats if chat.status == ChatStatus.ASSIGNED)
    # Only who takes a dismissed chat up again may have more.
    assert all(count <= 3 + RESUMED for count in load.values())
    active = ("selecting", "queued", "assigned", "dismissed")
    pairs = Counter((chat.number_id, chat.consumer_id) for chat in chats if chat.status in active)
    assert all(count == 1 for count in pairs.values())
    waiting = {chat.id for chat in chats if chat.status == ChatStatus.QUEUED}
    offers = await world.rows(
        sa.select(o.chat_id, o.agent_id, u.status)
        .join(t.users, u.id == o.agent_id)
        .where(o.state == "pending")
    )
    assert {offer.chat_id for offer in offers} <= waiting
    assert {offer.status for offer in offers} <= {AgentStatus.AVAILABLE, AgentStatus.IN_CHAT}
    shown = Counter(offer.agent_id for offer in offers)
    most = domain.routing.OFFERS_SHOWN
    assert all(load[agent] < 3 and count <= most for agent, count in shown.items())
    await check_places(world, offers)
    explained = {chat.id: chat.waiting_because for chat in await whole(world)}
    for chat_id in waiting:
        offered = any(offer.chat_id == chat_id for offer in offers)
        assert (explained[chat_id] == "offered") == offered


async def check_places(world: World, offers: list[sa.Row[int, int]]) -> None:
    """Nobody is asked to take a chat before one that waits longer, unless that was declined."""
    c, o = t.chats.c, t.offers.c
    queued = sa.select(c.id, c.queued_at, c.held_until, c.preferred_agent_id).where(
        c.status == ChatStatus.QUEUED
    )
    rows = await world.rows(queued)
    place = {row.id: (row.queued_at, row.id) for row in rows}
    now = await world.db.clock.now()
    held = {
        row.id: row.preferred_agent_id for row in rows if row.held_until and row.held_until > now
    }
    for offer in offers:
        assert held.get(offer.chat_id, offer.agent_id) == offer.agent_id
    declined = sa.select(o.agent_id, o.chat_id).where(o.state == "declined")
    spared = {(row.agent_id, row.chat_id) for row in await world.rows(declined)}
    for agent in {offer.agent_id for offer in offers}:
        shown = {offer.chat_id for offer in offers if offer.agent_id == agent}
        rest = {
            chat
            for chat in place
            if chat not in shown and (agent, chat) not in spared and held.get(chat, agent) == agent
        }
        last = max(place[chat] for chat in shown)
        assert all(place[chat] > last for chat in rest)


async def whole(world: World) -> list[sa.Row[int, str]]:
    return await world.rows(sa.select(t.chats.c.id, t.chats.c.waiting_because))


@pytest.mark.parametrize(("seed", "shown"), [(1, 20), (2, 20), (4, 1)])
async def test_after_every_step_of_a_walk_the_sweep_finds_nothing_to_repair(
    world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch, seed: int, shown: int
) -> None:
    for module in (domain.routing, store.matching):
        monkeypatch.setattr(module, "OFFERS_SHOWN", shown)
    chance = random.Random(seed)
    for agent in AGENTS:
        await world.status(agent)
    done, seen = 0, set[str]()
    while done < 50:
        clock.move(seconds=chance.choice([0, 1, 10]))
        await world.db.write(routing.ring, world.tenant_id)
        try:
            await act(world, chance)
        except Refused:
            continue
        await check(world)
        seen |= {chat.status for chat in await world.rows(sa.select(t.chats.c.status))}
        done += 1
    assert seen >= {"queued", "assigned", "dismissed"}


async def test_after_a_storm_nothing_is_left_to_repair(
    world: World, open_database: OpenDatabase, clock: SetClock
) -> None:
    for agent in AGENTS:
        await world.status(agent)
    async with open_database() as other:
        there = world.seen_through(other)

        async def person(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(12):
                try:
                    await act((world, there)[seed % 2], chance)
                except Refused:
                    continue

        for storm in range(2):
            # Nothing holds an expiry off: of the second storm's alarms some are due.
            clock.move(hours=5)
            await world.db.write(
                lambda tx: tx.conn.execute(sa.update(t.messages).values(status="sent"))
            )
            await asyncio.gather(*(person(seed) for seed in range(storm * 10, storm * 10 + 10)))
            clock.move(seconds=31)
            await world.db.write(routing.ring, world.tenant_id)
            await check(world)
