"""The engine in one process: a store, a relay and both workers, beside a carrier of the test."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from google.protobuf.duration_pb2 import Duration
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker as workers
from activities.probes import Probes
from activities.sends import SendActivities
from carriers.protocol import (
    Accepted,
    Acknowledgement,
    Busy,
    Carrier,
    Found,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    OutboundText,
    Owned,
    Ownership,
    Receipt,
    SendResult,
    Unsupported,
    WebhookRequest,
)
from carriers.protocol import InboundText as Inbound
from domain.process import ChatRef
from services.commit import flush
from store import incarnations, outbox
from store import tables as t
from store.database import Database, Tx
from store.numbers import Account
from store.outbox import Owed
from temporal import ids
from temporal.relay import Relay
from tests.world import World, build

BASE_URL = "http://127.0.0.1:8080"


class SkippedClock:
    """The time of the time-skipping server, which the test moves by `env.sleep`."""

    def __init__(self, env: WorkflowEnvironment) -> None:
        self._env = env

    async def now(self) -> datetime:
        return (await self._env.get_current_time()).astimezone(UTC)


@dataclass
class TestCarrier:
    """Takes texts and remembers them, unless told to be down or to lose its answers."""

    __test__ = False

    name: str = "simulator"
    looks_up_after: timedelta = timedelta(0)
    inbound_acknowledgement: Acknowledgement = field(default_factory=Acknowledgement)
    can_look_up: bool = True
    down: bool = False
    answers: list[SendResult] = field(default_factory=list)
    taken: list[OutboundText] = field(default_factory=list)
    lose_next_answer: bool = False

    async def send(self, text: OutboundText) -> SendResult:
        if self.down:
            return Busy()
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(text)
        if self.lose_next_answer:
            self.lose_next_answer = False
            return NoAnswer("the connection was lost")
        return Accepted(f"carrier-{len(self.taken)}-{text.message_id}")

    async def look_up(self, text: InDoubtText) -> LookupResult:
        if not self.can_look_up:
            return Unsupported()
        known = [taken for taken in self.taken if taken.reference == text.reference]
        return Found(f"carrier-{text.reference}") if known else NotFound()

    async def owns(self, number: str) -> Ownership:
        return NoAnswer("down") if self.down else Owned(sms=True)

    def parse_inbound(self, request: WebhookRequest) -> Inbound:
        raise AssertionError("the test's carrier posts no webhooks")

    def parse_status(self, request: WebhookRequest) -> list[Receipt]:
        raise AssertionError("the test's carrier posts no webhooks")

    @property
    def texts(self) -> list[str]:
        return [text.text for text in self.taken]


@dataclass
class Engine:
    """A running engine, and what tests ask of it."""

    db: Database
    world: World
    carrier: TestCarrier
    relay: Relay
    client: Client
    env: WorkflowEnvironment | None = None
    workers: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def quiet(self, owed: int = 0) -> None:
        """Wait until nothing is owed to Temporal, and at most `owed` texts to the carrier."""

        async def is_quiet() -> bool:
            def look(tx: Tx) -> bool:
                m = t.messages.c
                unsent = sa.select(sa.func.count()).where(m.status.in_(("queued", "sending")))
                return outbox.count(tx) == 0 and tx.conn.execute(unsent).scalar_one() <= owed

            return not self.relay.pending and await self.db.read(look)

        await eventually(is_quiet)

    async def skip(self, **by: float) -> None:
        """Let time pass on the time-skipping server."""
        assert self.env is not None
        await self.quiet_relay()
        sleep = SleepRequest(duration=Duration())
        sleep.duration.FromTimedelta(timedelta(**by))
        # As `env.sleep` does it, which gives up after 30 s: little for an hour of tries in vain.
        server = self.env.client.test_service
        await server.unlock_time_skipping_with_sleep(sleep, timeout=timedelta(minutes=4))

    async def quiet_relay(self) -> None:
        """Wait until nothing is owed to Temporal."""

        async def is_quiet() -> bool:
            return not self.relay.pending and await self.db.read(outbox.count) == 0

        await eventually(is_quiet)

    async def deploy(self, make: Callable[[], Iterable[Worker]]) -> None:
        """Stop the workers, then start these in their place."""
        await self.workers.aclose()
        for made in make():
            await self.workers.enter_async_context(made)

    @contextlib.contextmanager
    def told_together(self) -> Iterator[None]:
        """Temporal is told of what is committed within only at the end, of all of it at once."""
        owed: list[Owed] = []
        deliver = self.db.on_commit
        self.db.on_commit = lambda rows, _events: owed.extend(rows)
        yield
        self.db.on_commit = deliver
        self.relay.deliver(owed)

    async def process(self, chat_id: int) -> WorkflowHandle[object, object]:
        """The process that acts for the chat now."""
        chat = await self.world.chat(chat_id)
        return self.client.get_workflow_handle(ids.chat_workflow(chat.ref))

    async def settled(self, chat_id: int) -> None:
        """Wait until the chat's process has done its last act."""

        async def is_settled() -> bool:
            return (await self.world.chat(chat_id)).settled_at is not None

        await eventually(is_settled)

    async def lose(self, verb: Awaitable[object]) -> None:
        """Let what the verb owes to Temporal never get there."""
        deliver, self.db.on_commit = self.db.on_commit, lambda _owed, _events: None
        await verb
        await self.db.write(lambda tx: tx.conn.execute(sa.delete(t.outbox)))
        self.db.on_commit = deliver

    async def reconcile(self) -> None:
        """What the reconciler does each minute."""
        from services import process
        from temporal.reconciler import reconcile

        async def repoint(ref: ChatRef) -> None:
            await self.db.write(process.repoint, ref)

        await self.db.write(process.resend_lost)
        await reconcile(self.client, await self.db.read(incarnations.unsettled), repoint)


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 120) -> None:
    """Wait for something that other tasks bring about; quick when it holds, and bounded only so
    that a failure is told before the test's own time limit."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 - what is awaited lives in other processes
            await asyncio.sleep(0.01)


def unused_ids(tx: Tx) -> None:
    """Ids that no other test's workflows have, for tests that share one Temporal server."""
    start = random.randrange(10**6, 10**9)
    for table in ("tenants", "chats", "messages"):
        if tx.on_sqlite:
            tx.conn.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
            tx.conn.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, start)
            )
        else:
            tx.conn.exec_driver_sql(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {start}")


def both_workers(
    client: Client, db: Database, sends: SendActivities, build_id: str = ""
) -> tuple[Worker, Worker]:
    chats = workers.chats_worker(client, db, build_id)
    return chats, workers.sends_worker(client, sends, build_id)


@asynccontextmanager
async def running(
    url: str,
    clock: object,
    client: Client,
    env: WorkflowEnvironment | None = None,
    carrier_of: Callable[[Account], Carrier] | None = None,
    base_url: str = BASE_URL,
    build_id: str = "",
) -> AsyncIterator[Engine]:
    """An engine with a world in it, its workers polling; with the test's carrier or real ones."""
    db = Database(url, clock, flush)  # type: ignore[arg-type]
    await db.write(unused_ids)
    world = await build(db)

    async def connect() -> Client:
        return client

    relay = Relay(db, connect, delete_every=0.03)
    db.on_commit = lambda owed, _events: relay.deliver(owed)
    carrier = TestCarrier()
    open_carrier = carrier_of or (lambda _account: carrier)
    sends = SendActivities(db, open_carrier, base_url)
    loops = [
        asyncio.create_task(relay.run()),
        asyncio.create_task(workers.ask_carriers(Probes(db, open_carrier), every=0.2)),
    ]
    async with AsyncExitStack() as stack:
        engine = Engine(db, world, carrier, relay, client, env, stack)
        await engine.deploy(lambda: both_workers(client, db, sends, build_id))
        yield engine
        # The relay first: it would rebuild what is ended here, and nobody would work for that.
        db.on_commit = lambda _owed, _events: None
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, relay.close(), return_exceptions=True)
        await _forget(engine)
    await db.close()


async def _forget(engine: Engine) -> None:
    """End what a test left open: a task for a worker that is gone would hold skipped time."""
    refs = [unsettled.ref for unsettled in await engine.db.read(incarnations.unsettled)]
    names = [ids.chat_workflow(ref) for ref in refs]
    for name in [*names, ids.router_workflow(engine.world.tenant_id)]:
        with contextlib.suppress(RPCError):
            await engine.client.get_workflow_handle(name).terminate("the test is over")
