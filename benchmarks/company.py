"""A company whose agents have live chats, made by the same services that serve it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from domain.process import ChatRef
from domain.statuses import UNSENT, AgentStatus, ChatStatus, MessageStatus
from services import auth, process
from services.commit import flush
from store import outbox, sessions, users
from store import tables as t
from store.database import Database, Tx, WallClock
from tests.world import World, build

CHATS_PER_AGENT = 20
# Rows of one insert, chats of one transaction.
BATCH = 500


@dataclass(frozen=True)
class Chat:
    """A connected chat, and the session of its agent."""

    id: int
    phone: str
    token: str


@dataclass
class Company:
    """The tenant, the agents who are logged in, and their chats."""

    db: Database
    world: World
    number: str
    chats_per_agent: int
    tokens: dict[str, str] = field(default_factory=dict)
    chats: list[Chat] = field(default_factory=list)
    idle: int = 0

    @staticmethod
    @asynccontextmanager
    async def opened(
        database_url: str, name: str, carrier_url: str, agents: int, chats_per_agent: int
    ) -> AsyncIterator[Company]:
        """A company that did not exist before, its texts carried by `carrier_url`."""
        db = Database(database_url, WallClock(), flush)
        try:
            world = await build(db, name, agents)
            await db.write(_prepare, world, carrier_url, chats_per_agent)
            # Who has only idle chats does not call for a long time, and is not gone for that.
            await world.configure(disconnect_timeout=24 * 60)
            # The number of the queue without a menu.
            yield Company(db, world, list(world.numbers)[-1], chats_per_agent)
        finally:
            await db.close()

    async def session(self, agent: str) -> str:
        """A token with which the agent is logged in, without the price of a password."""
        if agent not in self.tokens:
            self.tokens[agent] = token = auth.new_token()
            await self.db.write(_open_session, self.world, agent, token)
        return self.tokens[agent]

    async def connect_chats(self, count: int) -> list[Chat]:
        """Live chats up to this number: each was greeted, and has an agent."""
        agents = list(self.world.agents)
        while len(self.chats) < count:
            made = len(self.chats)
            agent = agents[made // self.chats_per_agent]
            if made % self.chats_per_agent == 0:
                await self.world.status(agent, AgentStatus.AVAILABLE)
            phone = f"+1415{made:07}"
            opened = await self.world.text("Hello", sender=phone, to=self.number)
            assert opened.chat_id is not None
            await self.world.accept(agent, opened.chat_id)
            self.chats.append(Chat(opened.chat_id, phone, await self.session(agent)))
        await self.quiet()
        return self.chats[:count]

    async def add_idle_chats(self, count: int) -> None:
        """Connected chats that nobody writes in: written as rows, then told to Temporal as the
        reconciler would, so that each has a process of its own."""
        while count > 0:
            made = min(BATCH, count)
            await self.db.write(_idle_chats, self.world, self.idle, made)
            await self.db.write(_repoint_idle)
            await self.quiet()
            self.idle += made
            count -= made

    async def quiet(self, within: float = 300) -> None:
        """Wait until nothing is owed to Temporal or the carrier."""
        async with asyncio.timeout(within):
            while await self.db.read(_owed):  # noqa: ASYNC110 - other processes deliver it
                await asyncio.sleep(0.2)

    async def texts(self, direction: str, status: MessageStatus) -> set[str]:
        """What the store holds of the company's texts."""
        m = t.messages.c
        query = sa.select(m.text).where(
            m.tenant_id == self.world.tenant_id, m.direction == direction, m.status == status
        )
        found = [row.text for row in await self.world.rows(query)]
        return set(found)


def _prepare(tx: Tx, world: World, carrier_url: str, room: int) -> None:
    mine = t.carrier_accounts.c.id == world.account.id
    tx.conn.execute(sa.update(t.carrier_accounts).where(mine).values(base_url=carrier_url))
    staff = t.users.c.tenant_id == world.tenant_id
    tx.conn.execute(sa.update(t.users).where(staff).values(concurrency_limit=room))


def _open_session(tx: Tx, world: World, agent: str, token: str) -> None:
    user = users.get(tx, world.tenant_id, world.agents[agent])
    assert user is not None
    sessions.begin(tx, user, auth.token_hash(token), "csrf", auth.SESSION_LASTS)


def _owed(tx: Tx) -> int:
    m = t.messages.c
    unsent = sa.select(sa.func.count()).where(m.status.in_(UNSENT))
    return outbox.count(tx) + int(tx.conn.execute(unsent).scalar_one())


def _idle_chats(tx: Tx, world: World, start: int, count: int) -> None:
    mine = {"tenant_id": world.tenant_id}
    phones = [f"+1999{n:07}" for n in range(start, start + count)]
    consumers = [mine | {"number": phone, "created_at": tx.now} for phone in phones]
    met = sa.insert(t.consumers).returning(t.consumers.c.id)
    ids = list(tx.conn.execute(met, consumers).scalars())
    agents = list(world.agents.values())
    queue = world.queues["VIP"]
    times = ("window_from", "created_at", "updated_at", "queued_at", "assigned_at")
    chat = (
        mine
        | dict.fromkeys(times, tx.now)
        | {
            "status": ChatStatus.ASSIGNED,
            "lang": "en",
            "entry_queue_id": queue,
            "queue_id": queue,
            "number_id": max(world.numbers.values()),
        }
    )
    rows = [
        chat | {"consumer_id": consumer_id, "agent_id": agents[n % len(agents)]}
        for n, consumer_id in enumerate(ids)
    ]
    tx.conn.execute(sa.insert(t.chats), rows)


def _repoint_idle(tx: Tx) -> None:
    c = t.chats.c
    untold = sa.select(c.id, c.tenant_id).where(c.settled_at.is_(None), c.ptr == 0)
    for row in tx.conn.execute(untold).all():
        process.repoint(tx, ChatRef(row.tenant_id, row.id))
