"""The relay under disorder: signals lost, repeated and overtaking each other (rule 3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
)

from store import outbox
from store import tables as t
from store.database import Tx, WallClock
from store.outbox import Owed
from temporal.relay import Relay
from tests.conftest import OpenDatabase, SetClock
from tests.engine import Engine, eventually, running
from tests.fixtures_temporal import TemporalServer
from tests.world import World


class Unruly(Interceptor):
    """A client that loses, repeats and delays what it is given for a real server."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _UnrulyCalls(next, self.random)


class _UnrulyCalls(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, random: random.Random) -> None:
        super().__init__(next)
        self.random = random

    async def start_workflow(self, input: StartWorkflowInput) -> Any:
        return await self._maybe(self.next.start_workflow, input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await self._maybe(self.next.signal_workflow, input)

    async def _maybe(self, call: Any, input: Any) -> Any:
        fate = self.random.random()
        await asyncio.sleep(self.random.random() * 0.05)
        if fate < 0.15:
            raise RuntimeError("lost before the server had it")
        answer = await call(input)
        if fate < 0.30:
            raise RuntimeError("delivered, but the answer was lost")
        if fate < 0.45:
            return await call(input)
        return answer


class Noting(Interceptor):
    """A client that notes what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _NotingCalls(next, self.calls)


class _NotingCalls(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, calls: list[str]) -> None:
        super().__init__(next)
        self.calls = calls

    async def start_workflow(self, input: StartWorkflowInput) -> Any:
        self.calls.append("start")
        return await self.next.start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        self.calls.append("signal")
        await self.next.signal_workflow(input)


def intercepted(client: Client, interceptor: Interceptor) -> Client:
    """The same server through an interceptor."""
    config = client.config()
    config["interceptors"] = [interceptor]
    return Client(**config)


@pytest.fixture
async def engine(database_url: str, temporal_server: TemporalServer) -> AsyncIterator[Engine]:
    async with running(database_url, WallClock(), await temporal_server.client()) as engine:
        yield engine


async def test_with_several_unruly_relays_nothing_is_lost_doubled_or_swapped(
    engine: Engine, open_database: OpenDatabase
) -> None:
    world = engine.world
    await world.status("ana")
    chats = [await world.connected_chat(sender=f"+1415555{3000 + n}") for n in range(3)]
    await engine.quiet()
    unruly = intercepted(engine.client, Unruly(seed=7))

    async def connect() -> Client:
        return unruly

    async with open_database() as first, open_database() as second:
        relays = [Relay(first, connect), Relay(second, connect)]

        def hand_over(owed: list[Owed], _events: bool) -> None:
            """To both, in any order: their signals repeat and overtake each other."""
            for relay in relays:
                relay.deliver(random.sample(owed, len(owed)))

        engine.db.on_commit = hand_over
        loops = [asyncio.create_task(relay.run()) for relay in relays]
        for n in range(20):
            await asyncio.gather(
                *(world.reply("ana", chat_id, f"{chat_id} says {n}") for chat_id in chats)
            )
        await engine.quiet()
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
    for chat_id in chats:
        mine = [text for text in engine.carrier.texts if text.startswith(f"{chat_id} says")]
        assert mine == [f"{chat_id} says {n}" for n in range(20)]


async def test_a_chat_that_has_a_process_is_signalled_and_a_lost_process_is_started_again(
    engine: Engine,
) -> None:
    world = engine.world
    noting = Noting()
    client = intercepted(engine.client, noting)

    async def connect() -> Client:
        return client

    engine.relay._connect = connect
    await world.status("ana")
    chat_id = await world.connected_chat()
    await engine.quiet()
    assert noting.calls.count("start") == 1, "the first pointer, and no other, begins a process"
    noting.calls.clear()
    await world.reply("ana", chat_id, "one")
    await engine.quiet()
    assert noting.calls == ["signal"]
    await engine.client.get_workflow_handle(f"chat-{chat_id}").terminate()
    noting.calls.clear()
    await world.reply("ana", chat_id, "two")
    await engine.quiet()
    assert noting.calls == ["signal", "start"] * 2, "closed for good; then the next one"
    assert engine.carrier.texts[-2:] == ["one", "two"]


async def test_what_a_dead_process_owed_is_delivered_by_another(engine: Engine) -> None:
    engine.db.on_commit = lambda _owed, _events: None  # dies between commit and signal
    received = await engine.world.text("hello")
    assert received.chat_id is not None
    assert await engine.db.read(outbox.count) == 1
    await engine.quiet()
    assert len(engine.carrier.texts) == 2


async def test_a_webhook_never_waits_for_temporal(open_database: OpenDatabase, world: Any) -> None:
    hangs = asyncio.Event()

    async def connect() -> Any:
        await hangs.wait()

    async with open_database() as db:
        relay = Relay(db, connect)
        db.on_commit = lambda owed, _events: relay.deliver(owed)
        there = world.seen_through(db)
        async with asyncio.timeout(60):
            for n in range(20):
                await there.text(f"text {n}")
        assert relay.pending == 20
        await relay.close()


async def test_the_breaker_leaves_rows_in_the_store_and_the_sweep_takes_them_later(
    engine: Engine,
) -> None:
    broken = True
    client = engine.client

    async def connect() -> Any:
        if broken:
            raise RuntimeError("Temporal is away")
        return client

    relay = Relay(engine.db, connect)
    engine.db.on_commit = lambda owed, _events: relay.deliver(owed)
    engine.relay._connect = connect  # the engine's own relay shares the outage
    await engine.world.text("hello")
    await eventually(lambda: _is_idle(relay))
    assert await engine.db.read(outbox.count) == 1
    broken = False
    await engine.quiet()
    assert len(engine.carrier.texts) == 2


async def test_a_row_that_cannot_be_delivered_holds_no_other_chat_up(engine: Engine) -> None:
    def poison(tx: Tx) -> None:
        outbox.add(tx, engine.world.tenant_id, outbox.Kind.CHAT, 1, {"from": "another version"})

    await engine.db.write(poison)
    await engine.world.text("hello")

    async def greeted() -> bool:
        return len(engine.carrier.texts) == 2

    await eventually(greeted)


async def test_what_the_sweep_claimed_in_vain_is_free_again_at_once(
    world: World, clock: SetClock
) -> None:
    async def connect() -> Any:
        raise RuntimeError("Temporal is away")

    await world.text("hello")
    clock.move(seconds=3)
    relay = Relay(world.db, connect)
    await relay.sweep_once()
    assert await world.db.read(claims) == 1
    await eventually(lambda: _is_idle(relay))
    await relay.tidy_once()
    assert await world.db.read(claims) == 0
    assert await world.db.read(outbox.count) == 1


async def test_a_refused_row_is_counted_named_and_not_tried_again_at_once(
    world: World, clock: SetClock
) -> None:
    async def connect() -> Any:
        raise ValueError("no signal of ours")

    received = await world.text("hello")
    clock.move(seconds=3)
    relay = Relay(world.db, connect)
    with structlog.testing.capture_logs() as logs:
        await relay.sweep_once()
        await eventually(lambda: _is_idle(relay))
    (line,) = [line for line in logs if line["event"] == "relay.refused"]
    assert (line["kind"], line["target_id"]) == ("chat", received.chat_id)
    assert relay.refused == 1
    await relay.tidy_once()
    assert await world.db.read(claims) == 1


async def test_no_failure_of_one_round_ends_the_relay(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = {"delete": 0, "claim_old": 0}

    def failing_once(name: str, works: Any) -> Any:
        def verb(*args: Any) -> Any:
            if failed[name] == 0:
                failed[name] += 1
                raise ZeroDivisionError
            return works(*args)

        return verb

    for name in failed:
        monkeypatch.setattr(outbox, name, failing_once(name, getattr(outbox, name)))
    with structlog.testing.capture_logs() as logs:
        await engine.world.text("hello")
        await eventually(lambda: _failed(logs, 2))
        await engine.quiet()
    assert failed == {"delete": 1, "claim_old": 1}
    assert len(engine.carrier.texts) == 2


async def _failed(logs: Any, times: int) -> bool:
    return [line["event"] for line in logs].count("relay.failed") == times


def claims(tx: Tx) -> int:
    """How many rows a process has claimed."""
    o = t.outbox.c
    claimed = sa.select(sa.func.count()).where(o.claimed_at.is_not(None))
    return int(tx.conn.execute(claimed).scalar_one())


async def _is_idle(relay: Relay) -> bool:
    return relay.pending == 0
