"""A consumer comes back: to the same leaf soon, to the same agent for a day (product X9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.process import NextRouting
from domain.routing import FIRST_LOOK, WaitingBecause, in_words
from domain.statuses import AgentStatus, ChatStatus
from services import chat_views, routing
from tests.conftest import SetClock
from tests.world import VIP_NUMBER, World


async def ended_chat(world: World, agent: str = "ana") -> int:
    for name in ("ana", "ben"):
        await world.status(name)
    chat_id = await world.waiting_chat()
    await world.accept(agent, chat_id)
    await world.end(agent, chat_id)
    return chat_id


async def offers(world: World) -> list[list[int]]:
    return [await world.offers(agent) for agent in ("ana", "ben")]


async def said(world: World, chat_id: int) -> list[str]:
    return [text.kind for text in await world.thread(chat_id)]


async def test_thanks_after_an_agents_end_disturbs_only_that_agent(
    world: World, clock: SetClock
) -> None:
    first = await ended_chat(world)
    clock.move(minutes=9, seconds=59)
    received = await world.text("Thanks!")
    assert received.chat_id is not None
    assert received.chat_id != first
    chat = (await world.chat(received.chat_id)).state
    assert (chat.status, chat.queue_id) == (ChatStatus.QUEUED, world.queues["Orders"])
    assert await said(world, received.chat_id) == ["text"]
    assert await offers(world) == [[received.chat_id], []]
    assert await world.db.write(routing.sweep, world.tenant_id) == 0


async def test_later_the_consumer_is_greeted_again_and_the_agent_asked_first(
    world: World, clock: SetClock
) -> None:
    await ended_chat(world)
    clock.move(minutes=10)
    received = await world.text("Hello again")
    assert received.chat_id is not None
    assert await said(world, received.chat_id) == ["text", "greeting", "menu"]
    await world.text("2")
    assert await offers(world) == [[received.chat_id], []]


async def test_after_a_day_nobody_is_asked_first(world: World, clock: SetClock) -> None:
    await ended_chat(world)
    clock.move(hours=24)
    chat_id = await world.waiting_chat()
    assert await offers(world) == [[chat_id], [chat_id]]


async def test_both_can_be_switched_off(world: World) -> None:
    await world.configure(follow_up=0, last_agent=0)
    await ended_chat(world)
    chat_id = await world.waiting_chat()
    assert "menu" in await said(world, chat_id)
    assert await offers(world) == [[chat_id], [chat_id]]


async def test_a_follow_up_goes_to_its_agent_first_where_other_chats_do_not(
    world: World, clock: SetClock
) -> None:
    await world.configure(last_agent=0)
    await ended_chat(world)
    received = await world.text("Thanks!")
    assert await offers(world) == [[received.chat_id], []]
    assert received.chat_id is not None
    await world.accept("ana", received.chat_id)
    await world.end("ana", received.chat_id)
    clock.move(minutes=10)
    chat_id = await world.waiting_chat()
    assert await offers(world) == [[chat_id], [chat_id]]


async def test_after_a_moment_the_others_are_asked_too(world: World, clock: SetClock) -> None:
    await ended_chat(world)
    received = await world.text("One more thing")
    first_look_ends = (await world.chat(received.chat_id or 0)).held_until
    assert first_look_ends is not None
    clock.move(seconds=29)
    assert await world.db.write(routing.ring, world.tenant_id) == NextRouting(first_look_ends)
    assert await offers(world) == [[received.chat_id], []]
    clock.move(seconds=1)
    assert await world.db.write(routing.ring, world.tenant_id) == NextRouting(None)
    assert await offers(world) == [[received.chat_id], [received.chat_id]]


@pytest.mark.parametrize("how", ["declines", "leaves", "is full"])
async def test_when_the_agent_cannot_take_it_the_others_are_asked_at_once(
    world: World, how: str
) -> None:
    await world.configure(concurrency_limit=1)
    await ended_chat(world)
    received = await world.text("One more thing")
    assert received.chat_id is not None
    if how == "declines":
        await world.decline("ana", received.chat_id)
    elif how == "leaves":
        await world.status("ana", AgentStatus.BREAK)
    else:
        other = await world.waiting_chat("+14155550166")
        await world.accept("ana", other)
    assert await offers(world) == [[], [received.chat_id]]
    assert await world.db.write(routing.sweep, world.tenant_id) == 0


async def test_an_agent_who_is_away_is_not_waited_for(world: World) -> None:
    await ended_chat(world)
    await world.status("ana", AgentStatus.BREAK)
    received = await world.text("One more thing")
    assert await offers(world) == [[], [received.chat_id]]


async def in_wrap_up(world: World, seconds: int = 20) -> int:
    """The consumer's thanks, while Ana wraps up and Ben is free."""
    await world.configure(wrap_up=seconds)
    await ended_chat(world)
    received = await world.text("Thanks!")
    assert received.chat_id is not None
    return received.chat_id


async def test_thanks_in_the_agents_wrap_up_waits_for_that_agent(
    world: World, clock: SetClock
) -> None:
    chat_id = await in_wrap_up(world)
    over = clock.at + timedelta(seconds=20)
    assert await offers(world) == [[], []]
    assert (await world.chat(chat_id)).waiting_because == WaitingBecause.HELD
    [shown] = await world.db.read(
        chat_views.chats, world.tenant_id, [chat_id], lambda _id, _incarnation: None
    )
    assert shown.waiting_because == in_words(WaitingBecause.HELD)
    assert await world.db.write(routing.sweep, world.tenant_id) == 0
    assert await world.db.write(routing.ring, world.tenant_id) == NextRouting(over)
    clock.move(seconds=20)
    first_look_ends = NextRouting(over + FIRST_LOOK)
    assert await world.db.write(routing.ring, world.tenant_id) == first_look_ends
    assert await offers(world) == [[chat_id], []]
    clock.move(seconds=30)
    assert await world.db.write(routing.ring, world.tenant_id) == NextRouting(None)
    assert await offers(world) == [[chat_id], [chat_id]]


async def test_a_long_wrap_up_is_not_waited_for(world: World) -> None:
    chat_id = await in_wrap_up(world, seconds=61)
    assert await offers(world) == [[], [chat_id]]


async def test_an_agent_who_takes_a_break_in_wrap_up_is_not_waited_for_any_longer(
    world: World,
) -> None:
    chat_id = await in_wrap_up(world)
    await world.status("ana", AgentStatus.BREAK)
    assert await offers(world) == [[], [chat_id]]


async def test_an_agent_who_cuts_the_wrap_up_short_is_asked_at_once(world: World) -> None:
    chat_id = await in_wrap_up(world)
    await world.status("ana")
    assert await offers(world) == [[chat_id], []]


async def test_an_agent_who_comes_meanwhile_is_not_shown_what_another_is_asked_first(
    world: World,
) -> None:
    await ended_chat(world)
    received = await world.text("One more thing")
    await world.status("caro")
    assert await world.offers("caro") == []
    assert await offers(world) == [[received.chat_id], []]


@pytest.mark.parametrize(
    ("end", "word", "to"),
    [
        # The consumer left: that was not an agent's end.
        ("exit", "Hello", None),
        # Another number, a keyword, a word for the menu: a choice of its own.
        ("agent", "Hello", VIP_NUMBER),
        ("agent", "pay", None),
        ("agent", "back", None),
    ],
)
async def test_what_is_no_follow_up_is_greeted(
    world: World, end: str, word: str, to: str | None
) -> None:
    await world.status("ana")
    chat_id = await world.connected_chat()
    if end == "exit":
        await world.text("exit")
    else:
        await world.end("ana", chat_id)
    received = await (world.text(word) if to is None else world.text(word, to=to))
    assert received.chat_id is not None
    assert "greeting" in await said(world, received.chat_id)


@pytest.mark.parametrize("other_ended", [False, True])
async def test_a_chat_with_another_number_meanwhile_does_not_come_between(
    world: World, clock: SetClock, other_ended: bool
) -> None:
    await ended_chat(world)
    clock.move(minutes=1)
    await world.text("Hello VIP", to=VIP_NUMBER)
    if other_ended:
        await world.text("EXIT", to=VIP_NUMBER)
    received = await world.text("Thanks!")
    assert received.chat_id is not None
    assert await said(world, received.chat_id) == ["text"]
    assert received.chat_id in await world.offers("ana")
    assert received.chat_id not in await world.offers("ben")


async def test_the_day_of_the_last_agent_counts_from_that_agents_chat(
    world: World, clock: SetClock
) -> None:
    """A chat that nobody answered meanwhile does not prolong it."""
    await ended_chat(world)
    clock.move(hours=23)
    await world.text("Hello")
    await world.text("EXIT")
    clock.move(hours=1)
    chat_id = await world.waiting_chat()
    assert await offers(world) == [[chat_id], [chat_id]]


async def test_who_begins_with_a_word_for_the_menu_still_has_the_last_agent_first(
    world: World,
) -> None:
    await ended_chat(world)
    received = await world.text("BACK")
    assert received.chat_id is not None
    assert "menu" in await said(world, received.chat_id)
    await world.text("1")
    assert await offers(world) == [[received.chat_id], []]


async def test_another_consumers_chat_is_no_follow_up(world: World) -> None:
    await ended_chat(world)
    received = await world.text("Hello", sender="+14155550155")
    assert received.chat_id is not None
    assert "menu" in await said(world, received.chat_id)


async def test_a_chat_that_comes_back_from_dismissal_is_offered_to_its_agent_first(
    world: World,
) -> None:
    await world.status("ben")
    chat_id = await world.silent_chat("ana")
    await world.dismiss("ana", chat_id)
    await world.text("me again")
    assert await offers(world) == [[chat_id], []]
