"""The sweep beside API and workers: what time alone made possible is offered without Temporal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import structlog

import sweep
from domain.routing import FIRST_LOOK
from services import routing
from settings import Settings
from store.database import StoreUnavailable, Tx
from temporal import plugin
from tests.conftest import SetClock
from tests.engine import eventually
from tests.world import World, build
from worker import run_worker

NOBODY_LISTENS = "127.0.0.1:1"


async def held_for_ana(world: World) -> int:
    """A chat that Ana is asked first to take, while Ben is free as well."""
    await world.status("ben")
    await world.end("ana", await world.connected_chat("ana"))
    received = await world.text("One more thing")
    assert received.chat_id is not None
    assert await world.offers("ana") == [received.chat_id]
    return received.chat_id


@asynccontextmanager
async def a_chats_worker(settings: Settings) -> AsyncIterator[None]:
    running = asyncio.create_task(run_worker(settings, "chats"))
    yield
    assert not running.done()
    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await running
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)


@asynccontextmanager
async def an_api(settings: Settings) -> AsyncIterator[None]:
    app = plugin.build_app(settings)
    async with app.router.lifespan_context(app):
        yield


@pytest.mark.parametrize("process", [a_chats_worker, an_api])
async def test_a_chat_held_for_an_agent_goes_to_the_free_one_though_temporal_is_away_from_the_start(
    world: World,
    clock: SetClock,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    process: Callable[[Settings], AbstractAsyncContextManager[None]],
) -> None:
    monkeypatch.setattr(sweep, "EVERY", 0.05)
    monkeypatch.setattr(plugin, "WallClock", lambda: clock)
    chat_id = await held_for_ana(world)

    async def is_offered_to_ben() -> bool:
        return await world.offers("ben") == [chat_id]

    assert not await is_offered_to_ben()
    clock.move(seconds=FIRST_LOOK.total_seconds() + 1)
    alone = Settings(database_url=database_url, temporal_address=NOBODY_LISTENS)
    async with process(alone):
        await eventually(is_offered_to_ben, within=30)


async def test_one_tenants_failing_match_does_not_keep_the_others_from_theirs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [await build(world.db, name) for name in ("globex", "initech")]
    swept = []

    def match(tx: Tx, tenant_id: int) -> int:
        if tenant_id == others[0].tenant_id:
            raise StoreUnavailable("busy")
        swept.append(tenant_id)
        return 0

    monkeypatch.setattr(routing, "sweep", match)
    with structlog.testing.capture_logs() as logs:
        await sweep.sweep_once(world.db)
    assert sorted(swept) == [world.tenant_id, others[1].tenant_id]
    (line,) = logs
    assert (line["event"], line["tenant_id"]) == ("routing.sweep_failed", others[0].tenant_id)
    assert line["error"] == "StoreUnavailable"


async def test_a_round_without_the_database_is_logged_and_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(_query: Callable[[Tx], object]) -> object:
        raise StoreUnavailable("away")

    monkeypatch.setattr(world.db, "read", read)
    with structlog.testing.capture_logs() as logs:
        await sweep.sweep_once(world.db)
    assert [line["event"] for line in logs] == ["routing.sweep_failed"]
