"""Dismissal, its notice, and the way back, as transactions (product D)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.process import ChatRef, LoadedChat
from domain.statuses import AgentStatus, ChatStatus
from services import chat_views, process, routing, views
from services.errors import (
    AgentOffline,
    CannotDismiss,
    ChatEnded,
    NotDismissed,
    NotFound,
    NotYourChat,
    QueueClosed,
)
from services.shapes import Chat
from store import tables as t
from tests.conftest import SetClock
from tests.world import World, build

STARTED = {"dismissal": True, "dismissal_timeout": 60, "chat_timeout": 240}


async def ring(world: World, chat_id: int) -> LoadedChat:
    loaded = await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    await world.all_sent()
    return loaded


async def kinds(world: World, chat_id: int) -> list[str]:
    return [text.kind for text in await world.thread(chat_id) if text.direction == "outbound"]


async def shown(world: World, chat_id: int) -> Chat:
    found = await world.db.read(
        chat_views.chats, world.tenant_id, [chat_id], lambda _id, _incarnation: None
    )
    return found[0]


async def dismissed_chat(world: World) -> int:
    chat_id = await world.silent_chat()
    await world.dismiss("ana", chat_id)
    return chat_id


async def test_a_silent_consumer_is_told_and_then_the_chat_is_dismissed_and_then_ended(
    world: World, clock: SetClock
) -> None:
    await world.configure(**STARTED)
    chat_id = await world.silent_chat()
    clock.move(minutes=54, seconds=59)
    await ring(world, chat_id)
    assert "dismissal_notice" not in await kinds(world, chat_id)
    clock.move(seconds=1)
    loaded = await ring(world, chat_id)
    assert loaded.view is not None
    assert loaded.view.deadline_at == (await world.chat(chat_id)).deadline_at
    thread = await world.thread(chat_id)
    assert thread[-1].text.endswith("will be paused in 5 minutes.")
    clock.move(minutes=4, seconds=59)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    clock.move(seconds=1)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED
    clock.move(minutes=179, seconds=59)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED
    clock.move(seconds=1)
    await ring(world, chat_id)
    chat = (await world.chat(chat_id)).state
    assert (chat.status, chat.disconnected_by) == ("finished", "disconnected_by_timeout")
    assert (await kinds(world, chat_id))[-2:] == ["dismissal_notice", "ended"]


async def test_an_alarm_that_rings_after_dismissal_was_due_dismisses_without_notice(
    world: World, clock: SetClock
) -> None:
    await world.configure(**STARTED)
    chat_id = await world.silent_chat()
    clock.move(minutes=60)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED
    assert "dismissal_notice" not in await kinds(world, chat_id)


async def test_without_the_setting_nothing_is_dismissed(world: World, clock: SetClock) -> None:
    chat_id = await world.silent_chat()
    clock.move(minutes=1439)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def test_a_text_that_is_still_to_be_sent_holds_dismissal_off(
    world: World, clock: SetClock
) -> None:
    await world.configure(**STARTED)
    chat_id = await world.silent_chat()
    await world.reply("ana", chat_id, "Are you there?")
    clock.move(minutes=100)
    await ring(world, chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def test_a_dismissed_chat_leaves_the_agent_and_makes_room(world: World) -> None:
    await world.configure(concurrency_limit=1)
    chat_id = await world.silent_chat()
    next_one = await world.waiting_chat("+14155550199")
    assert await world.offers("ana") == []
    await world.dismiss("ana", chat_id)
    assert await world.offers("ana") == [next_one]
    mine = await world.db.read(
        views.open_chats, world.tenant_id, world.agents["ana"], lambda _a, _b: None
    )
    assert mine == []
    aside = await world.db.read(
        views.dismissed_chats, world.tenant_id, world.agents["ana"], lambda _a, _b: None
    )
    assert [chat.id for chat in aside] == [chat_id]
    left = [event["agent_ids"] for event in await world.events("chat.left")]
    assert left == [[world.agents["ana"]]]


async def test_a_reply_brings_the_chat_back_with_its_history(world: World, clock: SetClock) -> None:
    chat_id = await dismissed_chat(world)
    clock.move(minutes=30)
    received = await world.text("sorry, I was away")
    assert (received.chat_id, await world.chat_status(chat_id)) == (chat_id, ChatStatus.QUEUED)
    assert (await kinds(world, chat_id))[-1] == "dismissed_response"
    assert await world.offers("ana") == [chat_id]
    await world.accept("ana", chat_id)
    texts = [text.text for text in await world.thread(chat_id)]
    assert "How can I help?" in texts


async def test_who_had_a_dismissed_chat_last_hears_that_it_came_back(world: World) -> None:
    """The console's list of dismissed chats would show it for ever."""
    await dismissed_chat(world)
    await world.text("sorry, I was away")
    heard = (await world.events("chat.changed"))[-1]
    assert (heard["status"], heard["agent_ids"]) == ("queued", [world.agents["ana"]])


@pytest.mark.parametrize("resumed", [False, True])
async def test_who_had_a_chat_last_hears_that_another_agent_took_it(
    world: World, resumed: bool
) -> None:
    """Their console would go on telling why it waits, or have it among the dismissed."""
    chat_id = await dismissed_chat(world)
    await world.status("ben")
    if resumed:
        await world.resume(chat_id, "ben")
    else:
        await world.text("sorry, I was away")
        await world.status("ana", AgentStatus.OFFLINE)
        await world.accept("ben", chat_id)
    heard = (await world.events("chat.changed"))[-1]
    # Whoever has it comes first.
    both = [world.agents["ben"], world.agents["ana"]]
    assert (heard["status"], heard["agent_ids"]) == ("assigned", both)
    await world.text("hello?")
    assert (await world.events("chat.changed"))[-1]["agent_ids"] == [world.agents["ben"]]


async def test_neither_waiting_nor_handling_counts_while_a_chat_is_dismissed(
    world: World, clock: SetClock
) -> None:
    await world.status("ana")
    chat_id = await world.waiting_chat()
    clock.move(seconds=10)
    await world.accept("ana", chat_id)
    await world.reply("ana", chat_id, "Hello")
    clock.move(seconds=20)
    await world.dismiss("ana", chat_id)
    clock.move(seconds=4000)
    chat = await shown(world, chat_id)
    assert (chat.wait_duration, chat.queue_duration, chat.chat_duration) == (10, 10, 20)
    await world.text("me again")
    clock.move(seconds=5)
    await world.accept("ana", chat_id)
    clock.move(seconds=7)
    await world.end("ana", chat_id)
    clock.move(seconds=1000)
    chat = await shown(world, chat_id)
    assert (chat.wait_duration, chat.queue_duration, chat.chat_duration) == (10, 15, 27)


async def test_it_comes_back_to_its_place_in_line_without_the_time_between(
    world: World, clock: SetClock
) -> None:
    chat_id = await dismissed_chat(world)
    clock.move(minutes=60)
    older = await world.waiting_chat("+14155550198")
    clock.move(minutes=60)
    await world.text("me again")
    # It had waited for no time, and so the other is before it.
    assert (await world.chat(chat_id)).state.queued_at == clock.at
    offered = await world.db.read(views.offers, world.tenant_id, world.agents["ana"])
    assert {offer.chat_id for offer in offered} == {older, chat_id}
    assert await world.db.write(routing.sweep, world.tenant_id) == 0


async def test_what_an_agent_may_not_dismiss_is_refused_in_words(world: World) -> None:
    chat_id = await world.connected_chat()
    with pytest.raises(CannotDismiss, match="The consumer is waiting for an answer"):
        await world.dismiss("ana", chat_id)
    await world.reply("ana", chat_id, "Hello")
    with pytest.raises(NotYourChat):
        await world.dismiss("ben", chat_id)
    await world.dismiss("ana", chat_id)
    with pytest.raises(NotYourChat):
        await world.dismiss("ana", chat_id)
    await world.text("exit")
    with pytest.raises(ChatEnded):
        await world.dismiss("ana", chat_id)
    with pytest.raises(NotFound):
        await world.dismiss("ana", chat_id + 1)


async def test_an_agent_resumes_a_chat_and_may_exceed_the_limit(world: World) -> None:
    await world.configure(concurrency_limit=1)
    chat_id = await dismissed_chat(world)
    other = await world.waiting_chat("+14155550197")
    await world.accept("ana", other)
    before = len(await world.thread(chat_id))
    await world.resume(chat_id, "ana")
    state = (await world.chat(chat_id)).state
    assert (state.status, state.agent_id) == (ChatStatus.ASSIGNED, world.agents["ana"])
    assert len(await world.thread(chat_id)) == before
    third = await world.waiting_chat("+14155550196")
    assert third not in await world.offers("ana")
    with pytest.raises(NotDismissed, match=r"^This chat is not in dismissed state$"):
        await world.resume(chat_id, "ana")


async def test_only_who_had_a_chat_or_sits_on_its_queue_may_resume_it(world: World) -> None:
    chat_id = await dismissed_chat(world)
    with pytest.raises(AgentOffline):
        await world.resume(chat_id, "ben")
    await world.db.write(
        lambda tx: tx.conn.execute(
            sa.delete(t.queue_agents).where(t.queue_agents.c.user_id == world.agents["ben"])
        )
    )
    await world.status("ben")
    with pytest.raises(NotFound):
        await world.resume(chat_id, "ben")
    await world.status("caro")
    await world.resume(chat_id, "caro")


async def test_an_api_client_has_a_chat_queued_again_without_a_text(world: World) -> None:
    chat_id = await dismissed_chat(world)
    before = len(await world.thread(chat_id))
    await world.resume(chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.QUEUED
    assert await world.offers("ana") == [chat_id]
    assert len(await world.thread(chat_id)) == before
    with pytest.raises(NotDismissed, match=r"^This chat is not in dismissed state$"):
        await world.resume(chat_id)


async def test_after_hours_a_resume_is_refused_with_the_text_that_consumers_get(
    world: World,
) -> None:
    chat_id = await dismissed_chat(world)
    await world.hours("Orders", "Mo-Fr 14:00-17:00")
    with pytest.raises(QueueClosed, match=r"We are closed now\. Next opening: today, 2:00 PM\."):
        await world.resume(chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED


async def test_a_refused_resume_says_why_even_where_the_text_has_nothing_left_to_say(
    world: World,
) -> None:
    chat_id = await dismissed_chat(world)
    await world.hours("Orders", "off")
    saying = {"en": {"after_hours": "Back @{NEXT_REOPEN_HOUR}."}}
    await world.db.write(lambda tx: tx.conn.execute(sa.update(t.tenants).values(texts=saying)))
    with pytest.raises(QueueClosed, match=r"This queue is closed now\."):
        await world.resume(chat_id)


@pytest.mark.parametrize(
    ("word", "text"), [("exit", "ended"), ("STOP", None)], ids=["exit", "stop"]
)
async def test_a_consumer_may_leave_a_dismissed_chat(
    world: World, word: str, text: str | None
) -> None:
    chat_id = await dismissed_chat(world)
    await world.text(word)
    state = (await world.chat(chat_id)).state
    assert (state.status, state.disconnected_by) == ("finished", "disconnected_by_end_user")
    assert (await kinds(world, chat_id))[-1] == (text or "reply")
    # The pair is free for another chat.
    assert (await world.chat(chat_id)).state.ended_at is not None


async def test_help_leaves_a_dismissed_chat_as_it_is(world: World) -> None:
    chat_id = await dismissed_chat(world)
    await world.text("HELP")
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED


async def test_an_agent_who_goes_offline_keeps_nothing_of_a_dismissed_chat(world: World) -> None:
    chat_id = await dismissed_chat(world)
    await world.status("ana", AgentStatus.OFFLINE)
    assert await world.chat_status(chat_id) is ChatStatus.DISMISSED


async def test_another_tenants_dismissed_chat_is_not_found(world: World) -> None:
    chat_id = await dismissed_chat(world)
    others = await build(world.db, "globex")
    await others.status("ana")
    for agent in (None, "ana"):
        with pytest.raises(NotFound):
            await others.resume(chat_id, agent)
    with pytest.raises(NotFound):
        await others.dismiss("ana", chat_id)


@pytest.mark.parametrize("chosen", [AgentStatus.BREAK, AgentStatus.MEAL, AgentStatus.UNAVAILABLE])
async def test_who_takes_no_chats_and_resumes_one_is_told_of_the_load(
    world: World, chosen: AgentStatus
) -> None:
    """The console asks before chats are given back, and must know of them."""
    chat_id = await dismissed_chat(world)
    await world.status("ana", chosen)
    before = len(await world.events("agent.changed"))
    await world.resume(chat_id, "ana")
    await world.end("ana", chat_id)
    told = [(one["status"], one["agent_ids"]) for one in await world.events("agent.changed")]
    assert told[before:] == [(chosen, [world.agents["ana"]])] * 2
