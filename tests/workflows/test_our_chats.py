"""Chats that an agent or a program began, as processes on skipped time (product D, the timers).

The verbs that begin them are still to come: the store has them as they will be written.
"""

from __future__ import annotations

from domain.decisions import ChatState
from domain.statuses import Author, ChatStatus, Direction
from store import chats, messages, numbers, participants
from store.database import Tx
from tests.engine import Engine
from tests.world import MENU_NUMBER, PHONE, World

OTHER = "+14155550133"


async def begun(world: World, phone: str = PHONE, agent: str | None = None) -> int:
    """A chat of ours with its first text: an agent's, or one for nobody in particular."""
    orders = world.queues["Orders"]
    author = world.agents["ana"]

    def begin(tx: Tx) -> int:
        numbers.meet(tx, world.tenant_id, phone)
        pair = numbers.pair(tx, world.tenant_id, MENU_NUMBER, phone)
        assert pair is not None
        assert pair.consumer_id is not None
        state = ChatState(
            status=ChatStatus.ASSIGNED if agent else ChatStatus.SELECTING,
            entry_queue_id=orders,
            queue_id=orders,
            lang="en",
            window_from=tx.now,
            direction=Direction.OUTBOUND,
            heard=False,
            agent_id=world.agents[agent] if agent else None,
            queued_at=tx.now if agent else None,
            assigned_at=tx.now if agent else None,
            spell_from=tx.now if agent else None,
        )
        chat = chats.insert(tx, world.tenant_id, pair.number.id, pair.consumer_id, state)
        participants.join_consumer(tx, world.tenant_id, chat.id, pair.consumer_id)
        if agent:
            participants.join_agent(tx, world.tenant_id, chat.id, author)
        draft = messages.Draft(
            tenant_id=world.tenant_id,
            number_id=pair.number.id,
            consumer_id=pair.consumer_id,
            text="Your parcel is here.",
            key=f"first:{chat.id}",
            kind="reply",
            author=Author.AGENT,
            author_id=author,
            chat_id=chat.id,
            seq=chat.next_seq(),
        )
        chat.sends.append(messages.write_outbound(tx, draft))
        return chat.id

    return await world.db.write(begin)


async def how_it_ended(engine: Engine, chat_id: int) -> tuple[str, str | None, str]:
    await engine.settled(chat_id)
    state = (await engine.world.chat(chat_id)).state
    return state.status, state.fail_reason, state.disconnected_by


async def test_what_nobody_answers_fails_in_time_with_an_agent_or_without(engine: Engine) -> None:
    world = engine.world
    await world.timers(
        queue_selecting_expiration=50,
        outbound_timeout=20,
        unanswered_expiration=10,
        chat_timeout=30,
    )
    without = await begun(world)
    with_agent = await begun(world, OTHER, "ana")
    await engine.quiet()
    await engine.skip(minutes=30)
    # Our own further texts give no more time.
    await world.reply("ana", with_agent, "Are you there?")
    await engine.quiet()
    await engine.skip(minutes=19)
    assert await world.chat_status(without) is ChatStatus.SELECTING
    assert await world.chat_status(with_agent) is ChatStatus.ASSIGNED
    await engine.skip(minutes=2)
    for chat_id in (without, with_agent):
        assert await how_it_ended(engine, chat_id) == (
            "failed",
            "no_response",
            "disconnected_by_timeout",
        )
    first = "Your parcel is here."
    assert engine.carrier.texts == [first, first, "Are you there?"]


async def test_an_answered_one_ends_when_both_sides_are_silent_and_is_never_dismissed(
    engine: Engine,
) -> None:
    world = engine.world
    await world.timers(
        queue_selecting_expiration=50,
        outbound_timeout=30,
        chat_timeout=25,
        dismissal=True,
        dismissal_timeout=10,
    )
    chat_id = await begun(world, agent="ana")
    await engine.quiet()
    await engine.skip(minutes=45)
    await world.text("Which parcel?")
    for author in ("consumer", "agent", "consumer", "agent"):
        await engine.quiet()
        await engine.skip(minutes=29)
        assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
        if author == "agent":
            await world.reply("ana", chat_id, "The red one.")
        else:
            await world.text("And the other one?")
    await engine.quiet()
    await engine.skip(minutes=29)
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED
    await engine.skip(minutes=2)
    assert await how_it_ended(engine, chat_id) == ("finished", None, "disconnected_by_timeout")
    assert "has ended" in engine.carrier.texts[-1]
    assert not [text for text in engine.carrier.texts if "paused" in text]
