"""What the consumers and agents of a rehearsal do, each by a verb of the product's own services."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from carriers.protocol import InboundText
from domain.statuses import AgentStatus, ChatStatus, OfferState
from rehearse import Consumer, Day, Served
from services import agents, intake, replies
from store import agent_offers, numbers, tenants
from store import chats as store_chats
from store import tables as t
from store.database import Tx

ANSWERS_AFTER = timedelta(seconds=15)
FIRST_REPLY_AFTER = timedelta(seconds=30)


async def wake_agents(day: Day) -> None:
    """Who is offered something looks at it after a moment."""
    pending = await day.db.read(_asked, day.tenant_id)
    for agent_id in pending:
        duty = day.duties[agent_id]
        if not duty.looking:
            duty.looking = True
            pause = timedelta(seconds=duty.shift.reaction_seconds)
            day.after(pause, partial(_look, day, agent_id))


async def _look(day: Day, agent_id: int) -> None:
    day.duties[agent_id].looking = False
    taken = await day.db.write(_accept_first, day.tenant_id, agent_id)
    if taken is None:
        return
    day.served[taken] = Served(taken, agent_id, day.clock.at)
    day.spells.append(day.served[taken])
    # A gamma of shape 4: few very short chats, a tail of long ones.
    minutes = day.random.gammavariate(4, day.duties[agent_id].shift.handling_minutes / 4)
    ends_after = timedelta(minutes=minutes)
    replies_after = min(FIRST_REPLY_AFTER, ends_after / 2)
    day.after(replies_after, partial(_reply, day, agent_id, taken))
    day.after(replies_after * 1.5, partial(_thank, day, agent_id, taken))
    day.after(ends_after, partial(_end, day, agent_id, taken))


def _has(day: Day, agent_id: int, chat_id: int) -> bool:
    return day.views[chat_id].agent_id == agent_id and chat_id in day.served


async def _reply(day: Day, agent_id: int, chat_id: int) -> None:
    if _has(day, agent_id, chat_id):
        text = "How can I help?"
        await day.db.write(replies.reply, day.tenant_id, agent_id, chat_id, text, "1")


async def _thank(day: Day, agent_id: int, chat_id: int) -> None:
    if _has(day, agent_id, chat_id):
        await text(day, day.consumers[chat_id], "Thank you.")


async def _end(day: Day, agent_id: int, chat_id: int) -> None:
    if _has(day, agent_id, chat_id):
        await day.db.write(agents.end_chat, day.tenant_id, agent_id, chat_id)


async def set_status(day: Day, agent_id: int, status: AgentStatus) -> None:
    """An agent's shift begins or ends."""
    await day.db.write(agents.set_status, day.tenant_id, agent_id, status)


async def text(day: Day, consumer: Consumer, text: str) -> None:
    """A consumer's text comes in."""
    inbound = InboundText(f"in-{next(day.counter)}", consumer.phone, consumer.number, text)
    received = await day.db.write(_receive, day.tenant_id, inbound)
    if received.chat_id is not None:
        consumer.chat_id = received.chat_id
        day.consumers[received.chat_id] = consumer


async def arrive(day: Day, consumer: Consumer) -> None:
    """A consumer's first text, and what follows of it."""
    day.arrived += 1
    await text(day, consumer, consumer.first)
    if consumer.chat_id is None:
        return
    if not consumer.silent:
        day.after(ANSWERS_AFTER, partial(_answer, day, consumer))
        day.after(consumer.patience, partial(_leave, day, consumer))


async def _answer(day: Day, consumer: Consumer) -> None:
    assert consumer.chat_id is not None
    view = day.views[consumer.chat_id]
    if view.status is ChatStatus.SELECTING:
        said = await day.db.read(_choice, day.tenant_id, consumer)
        if said is None:
            return
        await text(day, consumer, said)
    elif view.status is ChatStatus.QUEUED and consumer.back:
        consumer.back = False
        await text(day, consumer, await day.db.read(_back, day.tenant_id))
    else:
        return
    day.after(ANSWERS_AFTER, partial(_answer, day, consumer))


async def _leave(day: Day, consumer: Consumer) -> None:
    assert consumer.chat_id is not None
    waits = day.views[consumer.chat_id].status in (ChatStatus.SELECTING, ChatStatus.QUEUED)
    if waits:
        await text(day, consumer, consumer.leaves_with)


def _asked(tx: Tx, tenant_id: int) -> list[int]:
    o = t.offers.c
    query = sa.select(o.agent_id).where(o.tenant_id == tenant_id, o.state == OfferState.PENDING)
    return list(tx.conn.execute(query.distinct().order_by(o.agent_id)).scalars())


def _accept_first(tx: Tx, tenant_id: int, agent_id: int) -> int | None:
    """Take the chat that has waited longest of those offered, if there are any left."""
    offered = agent_offers.offered_to(tx, tenant_id, agent_id)
    if not offered:
        return None
    return agents.accept_offer(tx, tenant_id, agent_id, offered[0].chat_id).id


def _receive(tx: Tx, tenant_id: int, inbound: InboundText) -> intake.Received:
    number = numbers.by_number(tx, tenant_id, inbound.recipient)
    assert number is not None
    return intake.receive(tx, numbers.account_by_id(tx, number.account_id), inbound)


def _choice(tx: Tx, tenant_id: int, consumer: Consumer) -> str | None:
    """What of the menu last sent leads to what the consumer wants; None: nothing does."""
    assert consumer.chat_id is not None
    chat = store_chats.read(tx, tenant_id, consumer.chat_id)
    assert chat is not None
    tree = tenants.tree(tx, tenant_id)
    way = tree.way_up(consumer.leaf)
    for place, queue_id in enumerate(chat.state.menu_sent, 1):
        if queue_id in way:
            return str(place)
    return None


def _back(tx: Tx, tenant_id: int) -> str:
    words = tenants.get(tx, tenant_id).back_words
    return words[0] if words else "Hello?"
