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

from carriers.protocol import Accepted
from domain.process import ChatRef, ChatView
from domain.statuses import ENDED, ChatStatus
from rehearse_scenario import Scenario, Shift
from services import claims, process, routing, sends
from store.database import Database
from store.outbox import Kind

Act = Callable[[], Awaitable[None]]
Progress = Callable[[float], None]


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
    router_at: datetime | None = None
    arrived: int = 0
    counter: itertools.count[int] = field(default_factory=itertools.count)

    def at(self, when: datetime, act: Act) -> None:
        """Have it happen then; what falls on one instant happens in the order it was asked for."""
        heapq.heappush(self.coming, (max(when, self.clock.at), next(self.counter), act))

    def after(self, pause: timedelta, act: Act) -> None:
        """Have it happen after a pause."""
        self.at(self.clock.at + pause, act)

    async def play(self, then: Act, progress: Progress) -> None:
        """Let the whole day pass; `then` is what people do about it after each event."""
        start = self.clock.at
        while self.coming and self.coming[0][0] < self.end:
            self.clock.at, _, act = heapq.heappop(self.coming)
            await act()
            await then()
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
                    self._set_router(datetime.fromisoformat(row.payload["at"]))
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

    def _set_router(self, at: datetime) -> None:
        """One alarm for the whole tenant, at the earliest instant, as its process has one."""
        if self.router_at is None or at < self.router_at:
            self.router_at = at
            self.at(at, partial(self._ring_router, at))

    async def _ring_router(self, set_for: datetime) -> None:
        if self.router_at != set_for:
            return
        self.router_at = None
        following = await self.db.write(routing.ring, self.tenant_id)
        if following.at is not None and following.at > self.clock.at:
            self._set_router(following.at)

    async def _send(self, message_id: int, chat_id: int | None = None) -> None:
        claim = await self.db.write(claims.claim, self.tenant_id, message_id, None)
        if isinstance(claim, claims.NotDue):
            self.after(claim.wait, partial(self._send, message_id, chat_id))
        elif isinstance(claim, claims.HandOver):
            taken = Accepted(provider_id=f"rehearsal-{message_id}")
            settled = await self.db.write(sends.accepted, self.tenant_id, message_id, taken)
            if chat_id is not None and self.views[chat_id].status not in ENDED:
                self._set_alarm(chat_id, settled.deadline_at)
