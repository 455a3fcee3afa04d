"""Offers, and the agents who answer them (product D, architecture rule 10)."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

import domain.routing
import store.matching
from domain.process import NextRouting
from domain.routing import DECLINE_PAUSE, WaitingBecause, in_words
from domain.statuses import AgentStatus, ChatStatus
from services import agents, chat_views, routing
from services.errors import (
    AlreadyAnswered,
    AtCapacity,
    ChatEnded,
    InvalidField,
    NotFound,
    NotOffered,
    NotYourChat,
)
from store import tables as t
from tests.conftest import OpenDatabase, SetClock
from tests.world import World, build

AGENTS = ("ana", "ben", "caro")


def phone(n: int) -> str:
    return f"+1415555{3000 + n}"


async def ring(world: World) -> NextRouting:
    return await world.db.write(routing.ring, world.tenant_id)


async def why(world: World, chat_id: int) -> str | None:
    return (await world.chat(chat_id)).waiting_because


async def test_a_waiting_chat_is_offered_to_everybody_who_takes_chats(world: World) -> None:
    await world.status("ana")
    await world.status("ben", AgentStatus.BREAK)
    chat_id = await world.waiting_chat()
    assert [await world.offers(agent) for agent in AGENTS] == [[chat_id], [], []]
    await world.status("ben")
    await world.status("caro")
    assert [await world.offers(agent) for agent in AGENTS] == [[chat_id]] * 3


async def test_the_offers_of_others_are_withdrawn_when_one_accepts(world: World) -> None:
    for agent in AGENTS:
        await world.status(agent)
    chat_id = await world.waiting_chat()
    await world.accept("ben", chat_id)
    assert [await world.offers(agent) for agent in AGENTS] == [[], [], []]
    chat = await world.chat(chat_id)
    assert chat.state.agent_id == world.agents["ben"]
    assert chat.waiting_because is None
    with pytest.raises(AlreadyAnswered, match=r"Chat was already answered\."):
        await world.accept("ana", chat_id)
    with pytest.raises(AlreadyAnswered):
        await world.decline("ana", chat_id)


async def test_accepting_again_is_answered_as_the_first_time(world: World) -> None:
    chat_id = await world.connected_chat()
    assert (await world.accept("ana", chat_id)).state.agent_id == world.agents["ana"]


async def test_only_an_offered_chat_can_be_taken(world: World) -> None:
    chat_id = await world.waiting_chat()
    with pytest.raises(NotOffered):
        await world.accept("ana", chat_id)
    with pytest.raises(NotOffered):
        await world.decline("ana", chat_id)
    await world.text("exit")
    with pytest.raises(ChatEnded):
        await world.accept("ana", chat_id)


async def test_only_the_chats_agent_can_end_it_and_only_once(world: World) -> None:
    chat_id = await world.connected_chat()
    with pytest.raises(NotYourChat):
        await world.end("ben", chat_id)
    await world.end("ana", chat_id)
    with pytest.raises(ChatEnded):
        await world.end("ana", chat_id)


@pytest.mark.parametrize("many", [10, 100])
@pytest.mark.postgres_15
async def test_of_many_who_accept_at_once_one_wins(
    world: World, open_database: OpenDatabase, many: int
) -> None:
    crowd = await build(world.db, "globex", agents=many)
    names = [f"agent{n}" for n in range(many)]
    await crowd.db.write(lambda tx: tx.conn.execute(sa.update(t.users).values(status="Available")))
    number = next(iter(crowd.numbers))
    chat_id = (await crowd.text("hi", to=number)).chat_id
    await crowd.text("1", to=number)
    assert chat_id is not None
    async with open_database() as other:
        there = crowd.seen_through(other)
        answers = await asyncio.gather(
            *((crowd, there)[n % 2].accept(name, chat_id) for n, name in enumerate(names)),
            return_exceptions=True,
        )
    lost = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(lost) == many - 1
    assert {type(error) for error in lost} == {AlreadyAnswered}
    winner = next(n for n, answer in enumerate(answers) if not isinstance(answer, BaseException))
    assert (await crowd.chat(chat_id)).state.agent_id == crowd.agents[names[winner]]


@pytest.mark.postgres_15
async def test_nobody_exceeds_the_limit_by_accepting_many_at_once(
    world: World, open_database: OpenDatabase
) -> None:
    async with open_database() as other:
        there = world.seen_through(other)
        chats = [await world.waiting_chat(phone(n)) for n in range(8)]
        await world.status("ana")
        offered = await world.offers("ana")
        assert offered == chats
        await asyncio.gather(
            *(
                (world, there)[n % 2].accept("ana", chat_id)
                for n, chat_id in enumerate([*chats, *offered])
            ),
            return_exceptions=True,
        )
    taken = [chat for chat in chats if await world.chat_status(chat) is ChatStatus.ASSIGNED]
    assert len(taken) == 3
    assert await world.offers("ana") == []


async def test_an_offer_from_before_the_limit_was_lowered_is_not_granted(world: World) -> None:
    chats = [await world.waiting_chat(phone(n)) for n in range(3)]
    await world.status("ana")
    await world.accept("ana", chats[0])
    await world.configure(concurrency_limit=1)
    with pytest.raises(AtCapacity):
        await world.accept("ana", chats[1])


async def test_the_last_chat_that_a_lowered_limit_allows_takes_the_other_offers_away(
    world: World,
) -> None:
    chats = [await world.waiting_chat(phone(n)) for n in range(3)]
    await world.status("ana")
    await world.configure(concurrency_limit=1)
    await world.accept("ana", chats[0])
    assert await world.offers("ana") == []
    assert await why(world, chats[1]) == WaitingBecause.AT_CAPACITY


async def test_room_that_an_end_makes_is_offered_at_once(world: World, clock: SetClock) -> None:
    await world.status("ana")
    mine = [await world.waiting_chat(phone(n)) for n in range(3)]
    for chat_id in mine:
        await world.accept("ana", chat_id)
    waiting = []
    for n in range(3, 6):
        clock.move(seconds=1)
        waiting.append(await world.waiting_chat(phone(n)))
    assert await world.offers("ana") == []
    await world.end("ana", mine[1])
    assert await world.offers("ana") == waiting


async def test_an_agent_is_shown_what_has_waited_longest_and_then_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (domain.routing, store.matching):
        monkeypatch.setattr(module, "OFFERS_SHOWN", 3)
    await world.status("ana")
    chats = [await world.waiting_chat(phone(n)) for n in range(4)]
    assert await world.offers("ana") == chats[:3]
    await world.text("back", sender=phone(0))
    assert await world.offers("ana") == chats[1:]


async def test_an_accept_that_leaves_room_shows_the_next_chat_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (domain.routing, store.matching):
        monkeypatch.setattr(module, "OFFERS_SHOWN", 3)
    await world.status("ana")
    chats = [await world.waiting_chat(phone(n)) for n in range(5)]
    await world.accept("ana", chats[0])
    assert await world.offers("ana") == chats[1:4]


async def test_a_declined_chat_goes_to_others_and_comes_back_after_the_pause(
    world: World, clock: SetClock
) -> None:
    await world.status("ana")
    await world.status("ben")
    chat_id = await world.waiting_chat()
    await world.decline("ana", chat_id)
    assert [await world.offers(agent) for agent in ("ana", "ben")] == [[], [chat_id]]
    assert await why(world, chat_id) == WaitingBecause.OFFERED
    await world.decline("ben", chat_id)
    assert await why(world, chat_id) == WaitingBecause.DECLINED
    declined_at = clock.at
    clock.move(seconds=29)
    assert (await ring(world)).at == declined_at + DECLINE_PAUSE
    assert await world.offers("ana") == []
    clock.move(seconds=1)
    assert (await ring(world)).at is None
    assert [await world.offers(agent) for agent in ("ana", "ben")] == [[chat_id], [chat_id]]


async def test_a_decline_makes_room_for_another_chat_at_once(world: World) -> None:
    await world.status("ana")
    chats = [await world.waiting_chat(phone(n)) for n in range(4)]
    await world.decline("ana", chats[0])
    assert await world.offers("ana") == chats[1:]


async def test_going_offline_gives_the_chats_back_to_their_queue_with_their_age(
    world: World, clock: SetClock
) -> None:
    await world.configure(concurrency_limit=1)
    chat_id = await world.connected_chat()
    queued_at = (await world.chat(chat_id)).state.queued_at
    clock.move(minutes=5)
    younger = await world.waiting_chat(phone(1))
    await world.status("ana", AgentStatus.OFFLINE)
    chat = await world.chat(chat_id)
    assert (chat.state.status, chat.state.agent_id) == (ChatStatus.QUEUED, None)
    assert chat.state.queued_at == queued_at
    assert await why(world, chat_id) == WaitingBecause.NOBODY_AVAILABLE
    await world.status("ben")
    assert await world.offers("ben") == [chat_id, younger]


async def test_a_chat_that_comes_back_is_offered_beside_younger_ones(world: World) -> None:
    old = await world.connected_chat()
    await world.status("ben")
    younger = [await world.waiting_chat(phone(n)) for n in range(1, 4)]
    await world.status("ana", AgentStatus.OFFLINE)
    assert await world.offers("ben") == [old, *younger]


async def test_a_break_keeps_the_chats_and_withdraws_the_offers(world: World) -> None:
    chat_id = await world.connected_chat()
    waiting = await world.waiting_chat(phone(1))
    assert await world.offers("ana") == [waiting]
    await world.status("ana", AgentStatus.BREAK)
    assert await world.offers("ana") == []
    assert await why(world, waiting) == WaitingBecause.NOBODY_AVAILABLE
    assert (await world.chat(chat_id)).state.agent_id == world.agents["ana"]
    with pytest.raises(NotOffered):
        await world.accept("ana", waiting)
    await world.status("ana")
    assert await world.offers("ana") == [waiting]


async def test_an_agent_is_in_chat_while_there_are_any(world: World) -> None:
    async def status() -> str:
        return (await world.db.read(agents.show, world.tenant_id, world.agents["ana"])).status

    chat_id = await world.connected_chat()
    assert await status() == AgentStatus.IN_CHAT
    await world.status("ana", AgentStatus.MEAL)
    await world.status("ana")
    assert await status() == AgentStatus.IN_CHAT
    await world.end("ana", chat_id)
    assert await status() == AgentStatus.AVAILABLE


async def test_only_a_status_that_agents_may_choose_is_taken(world: World) -> None:
    for refused in ("In-chat", "available", ""):
        with pytest.raises(InvalidField):
            await world.db.write(agents.set_status, world.tenant_id, world.agents["ana"], refused)


async def test_another_tenants_chats_and_agents_are_not_found(world: World) -> None:
    other = await build(world.db, "globex")
    chat_id = await world.connected_chat()
    intruder = other.seen_through(world.db)
    for verb in (intruder.accept, intruder.decline, intruder.end):
        with pytest.raises(NotFound):
            await verb("ana", chat_id)
    intruder.agents = world.agents
    with pytest.raises(NotFound):
        await intruder.status("ana")


async def test_a_queue_without_agents_says_so(world: World) -> None:
    await world.db.write(lambda tx: tx.conn.execute(sa.delete(t.queue_agents)))
    assert await why(world, await world.waiting_chat()) == WaitingBecause.NO_AGENT


async def test_why_a_chat_waits_is_told_as_it_is_now(world: World, clock: SetClock) -> None:
    async def told(chat_id: int) -> str | None:
        shown = await world.db.read(chat_views.chats, world.tenant_id, [chat_id], lambda *_: None)
        return shown[0].waiting_because

    await world.configure(concurrency_limit=1)
    await world.connected_chat("ana", phone(9))
    waiting = await world.waiting_chat()
    assert await told(waiting) == in_words(WaitingBecause.AT_CAPACITY)
    await world.status("ana", AgentStatus.OFFLINE)
    assert await told(waiting) == in_words(WaitingBecause.NOBODY_AVAILABLE)
    await world.status("ben")
    assert await told(waiting) == in_words(WaitingBecause.OFFERED, offered_to=1)
    await world.decline("ben", waiting)
    assert await told(waiting) == in_words(WaitingBecause.DECLINED)


async def test_a_chat_that_comes_back_takes_the_place_of_the_youngest_that_is_shown(
    world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (domain.routing, store.matching):
        monkeypatch.setattr(module, "OFFERS_SHOWN", 3)
    old = [await world.connected_chat(sender=phone(n)) for n in (1, 2)]
    clock.move(minutes=1)
    await world.status("ana", AgentStatus.BREAK)
    await world.status("ben")
    young = [await world.waiting_chat(phone(n)) for n in range(3, 7)]
    assert await world.offers("ben") == young[:3]
    clock.move(minutes=1)

    await world.status("ana", AgentStatus.OFFLINE)

    assert await world.offers("ben") == [*old, young[0]]
    given_up = [await why(world, chat_id) for chat_id in young[1:3]]
    assert given_up == [WaitingBecause.BEHIND] * 2
    assert await world.db.write(routing.sweep, world.tenant_id) == 0
    await world.accept("ben", old[0])
    assert await world.offers("ben") == [old[1], *young[:2]]


async def test_a_chat_that_comes_back_displaces_nothing_that_has_waited_longer(
    world: World, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (domain.routing, store.matching):
        monkeypatch.setattr(module, "OFFERS_SHOWN", 2)
    older = [await world.waiting_chat(phone(n)) for n in (1, 2)]
    clock.move(minutes=1)
    late = await world.waiting_chat(phone(3))
    await world.status("ben")
    for chat_id in older:
        await world.decline("ben", chat_id)
    await world.accept("ben", late)
    await world.status("ana")
    assert await world.offers("ana") == older
    clock.move(minutes=1)
    await world.status("ben", AgentStatus.OFFLINE)
    assert await world.offers("ana") == older
