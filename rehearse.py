"""A rehearsal (product X2): a day of consumers and agents against the product's own services.

Time is a heap of instants. What a transaction owes to Temporal is done here at its instant: texts
are claimed and taken, alarms and the router ring. No decision about a chat is made here.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from carriers.protocol import Accepted, InboundText
from domain.process import ChatRef, ChatView
from domain.statuses import ENDED, AgentStatus, ChatStatus, OfferState
from rehearse_scenario import Scenario, Shift
from services import agents, claims, intake, process, replies, routing, sends
from store import agent_offers, numbers, tenants
from store import chats as store_chats
from store import tables as t
from store.database import Database, Tx
from store.outbox import Kind

Act = Callable[[], Awaitable[None]]
Progress = Callable[[float], None]
ANSWERS_AFTER = timedelta(seconds=15)
FIRST_REPLY_AFTER = timedelta(seconds=30)


class SetClock:
    """The rehearsal's own time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self) -> datetime:
        return self.at


@dataclass
class Consumer:
    """Somebody with a wish; everything about it was drawn when the day was made."""

    phone: str
    number: str
    leaf: int
    first: str
    silent: bool
    back: bool
    leaves_with: str
    patience: timedelta
    chat_id: int | None = None


@dataclass
class Served:
    """A chat that an agent had, from when to when."""

    chat_id: int
    agent_id: int
    start: datetime
    end: datetime | None = None


@dataclass
class Duty:
    """An agent's day; `end` moves on while chats are being finished."""

    shift: Shift
    limit: int
    start: datetime
    end: datetime
    looking: bool = False


@dataclass
class Day:
    """A day being played: the world, and what is still to come."""

    db: Database
    clock: SetClock
    scenario: Scenario
    tenant_id: int
    random: random.Random
    end: datetime
    coming: list[tuple[datetime, int, Act]] = field(default_factory=list)
    views: dict[int, ChatView] = field(default_factory=dict)
    alarms: dict[int, datetime] = field(default_factory=dict)
    consumers: dict[int, Consumer] = field(default_factory=dict)
    served: dict[int, Served] = field(default_factory=dict)
    spells: list[Served] = field(default_factory=list)
    duties: dict[int, Duty] = field(default_factory=dict)
    arrived: int = 0
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, when: datetime, act: Act) -> None:
        """Have it happen then; what falls on one instant happens in the order it was asked for."""
        heapq.heappush(self.coming, (max(when, self.clock.at), next(self._count), act))

    def after(self, pause: timedelta, act: Act) -> None:
        """Have it happen after a pause."""
        self.at(self.clock.at + pause, act)

    async def play(self, progress: Progress) -> None:
        """Let the whole day pass."""
        start = self.clock.at
        while self.coming and self.coming[0][0] < self.end:
            self.clock.at, _, act = heapq.heappop(self.coming)
            await act()
            await self._wake_agents()
            progress((self.clock.at - start) / (self.end - start))
        self.clock.at = self.end
        progress(1)

    def owed(self, rows: list[Any], _events: bool) -> None:
        """What a commit owes to Temporal, done here."""
        for row in rows:
            match row.kind:
                case Kind.SEND:
                    self.at(self.clock.at, partial(self._send, row.target_id))
                case Kind.ROUTER:
                    at = datetime.fromisoformat(row.payload["at"])
                    self.at(at, self._ring_router)
                case Kind.CHAT:
                    self._point(row.target_id, row.payload)

    def _point(self, chat_id: int, payload: dict[str, Any]) -> None:
        told = payload["pointer"]
        view = told["view"]
        deadline = view["deadline_at"] and datetime.fromisoformat(view["deadline_at"])
        self._see(
            chat_id,
            ChatView(
                ptr=told["ptr"],
                status=ChatStatus(view["status"]),
                queue_id=view["queue_id"],
                agent_id=view["agent_id"],
                deadline_at=deadline,
            ),
        )
        for message_id in told["sends"]:
            self.at(self.clock.at, partial(self._send, message_id, chat_id))

    def _see(self, chat_id: int, view: ChatView) -> None:
        self.views[chat_id] = view
        spell = self.served.get(chat_id)
        gone = view.status is not ChatStatus.ASSIGNED
        if spell is not None and (gone or view.agent_id != spell.agent_id):
            spell.end = self.clock.at
            del self.served[chat_id]
            duty = self.duties[spell.agent_id]
            duty.end = max(duty.end, self.clock.at)
        if view.status not in ENDED:
            self._set_alarm(chat_id, view.deadline_at)

    def _set_alarm(self, chat_id: int, at: datetime | None) -> None:
        """One lazy alarm per chat, as its process has one (architecture rule 7)."""
        set_for = self.alarms.get(chat_id)
        if at is not None and (set_for is None or at < set_for):
            self.alarms[chat_id] = at
            self.at(at, partial(self._ring, chat_id, at))

    async def _ring(self, chat_id: int, set_for: datetime) -> None:
        if self.alarms.get(chat_id) != set_for:
            return
        del self.alarms[chat_id]
        if self.views[chat_id].status in ENDED:
            return
        loaded = await self.db.write(process.ring, ChatRef(self.tenant_id, chat_id))
        if loaded.view is not None and loaded.view.status not in ENDED:
            self._set_alarm(chat_id, loaded.view.deadline_at)

    async def _ring_router(self) -> None:
        following = await self.db.write(routing.ring, self.tenant_id)
        if following.at is not None and following.at > self.clock.at:
            self.at(following.at, self._ring_router)

    async def _send(self, message_id: int, chat_id: int | None = None) -> None:
        claim = await self.db.write(claims.claim, self.tenant_id, message_id, None)
        if isinstance(claim, claims.NotDue):
            self.after(claim.wait, partial(self._send, message_id, chat_id))
        elif isinstance(claim, claims.HandOver):
            taken = Accepted(provider_id=f"rehearsal-{message_id}")
            settled = await self.db.write(sends.accepted, self.tenant_id, message_id, taken)
            if chat_id is not None and self.views[chat_id].status not in ENDED:
                self._set_alarm(chat_id, settled.deadline_at)

    async def _wake_agents(self) -> None:
        """Who is offered something looks at it after a moment."""
        pending = await self.db.read(_asked, self.tenant_id)
        for agent_id in pending:
            duty = self.duties[agent_id]
            if not duty.looking:
                duty.looking = True
                pause = timedelta(seconds=duty.shift.reaction_seconds)
                self.after(pause, partial(self._look, agent_id))

    async def _look(self, agent_id: int) -> None:
        self.duties[agent_id].looking = False
        taken = await self.db.write(_accept_first, self.tenant_id, agent_id)
        if taken is None:
            return
        self.served[taken] = Served(taken, agent_id, self.clock.at)
        self.spells.append(self.served[taken])
        # A gamma of shape 4: few very short chats, a tail of long ones.
        minutes = self.random.gammavariate(4, self.duties[agent_id].shift.handling_minutes / 4)
        ends_after = timedelta(minutes=minutes)
        replies_after = min(FIRST_REPLY_AFTER, ends_after / 2)
        self.after(replies_after, partial(self._reply, agent_id, taken))
        self.after(replies_after * 1.5, partial(self._thank, agent_id, taken))
        self.after(ends_after, partial(self._end, agent_id, taken))

    def _has(self, agent_id: int, chat_id: int) -> bool:
        return self.views[chat_id].agent_id == agent_id and chat_id in self.served

    async def _reply(self, agent_id: int, chat_id: int) -> None:
        if self._has(agent_id, chat_id):
            text = "How can I help?"
            await self.db.write(replies.reply, self.tenant_id, agent_id, chat_id, text, "1")

    async def _thank(self, agent_id: int, chat_id: int) -> None:
        if self._has(agent_id, chat_id):
            await self.text(self.consumers[chat_id], "Thank you.")

    async def _end(self, agent_id: int, chat_id: int) -> None:
        if self._has(agent_id, chat_id):
            await self.db.write(agents.end_chat, self.tenant_id, agent_id, chat_id)

    async def set_status(self, agent_id: int, status: AgentStatus) -> None:
        """An agent's shift begins or ends."""
        await self.db.write(agents.set_status, self.tenant_id, agent_id, status)

    async def text(self, consumer: Consumer, text: str) -> None:
        """A consumer's text comes in."""
        inbound = InboundText(f"in-{next(self._count)}", consumer.phone, consumer.number, text)
        received = await self.db.write(_receive, self.tenant_id, inbound)
        if received.chat_id is not None:
            consumer.chat_id = received.chat_id
            self.consumers[received.chat_id] = consumer

    async def arrive(self, consumer: Consumer) -> None:
        """A consumer's first text, and what follows of it."""
        self.arrived += 1
        await self.text(consumer, consumer.first)
        if consumer.chat_id is None:
            return
        if not consumer.silent:
            self.after(ANSWERS_AFTER, partial(self._answer, consumer))
            self.after(consumer.patience, partial(self._leave, consumer))

    async def _answer(self, consumer: Consumer) -> None:
        assert consumer.chat_id is not None
        view = self.views[consumer.chat_id]
        if view.status is ChatStatus.SELECTING:
            said = await self.db.read(_choice, self.tenant_id, consumer)
            if said is None:
                return
            await self.text(consumer, said)
        elif view.status is ChatStatus.QUEUED and consumer.back:
            consumer.back = False
            await self.text(consumer, await self.db.read(_back, self.tenant_id))
        else:
            return
        self.after(ANSWERS_AFTER, partial(self._answer, consumer))

    async def _leave(self, consumer: Consumer) -> None:
        assert consumer.chat_id is not None
        waits = self.views[consumer.chat_id].status in (ChatStatus.SELECTING, ChatStatus.QUEUED)
        if waits:
            await self.text(consumer, consumer.leaves_with)


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
