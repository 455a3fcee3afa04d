"""A Temporal that lost its data while our processes live: its namespace is made ready again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

import worker as workers
from settings import Settings
from store.database import WallClock
from temporal import reconciler
from temporal.binary import Binary
from temporal.binding import WrongNamespace, bind
from temporal.plugin import Connection, Parts
from temporal.server import RETENTION, missing_search_attributes, retention_of
from tests.engine import Engine, eventually, running
from tests.fixtures_temporal import TemporalServer, start_dev_server

pytestmark = pytest.mark.system


@pytest.fixture
async def server(temporal_binary: Binary, tmp_path: Path) -> AsyncIterator[TemporalServer]:
    started = await start_dev_server(temporal_binary, tmp_path)
    yield started
    started.clients.clear()
    await started.supervisor.stop(((("temporal",), 5.0),))


@pytest.fixture
async def engine(database_url: str, server: TemporalServer) -> AsyncIterator[Engine]:
    async with running(database_url, WallClock(), await server.client()) as engine:
        yield engine


def delete_files(folder: Path) -> None:
    for file in folder.glob("temporal-*.db*"):
        file.unlink()


async def lose_everything(server: TemporalServer, folder: Path) -> Client:
    """Its files are deleted and it is killed; what comes up in its place is as bare as can be."""
    delete_files(folder)
    child = server.supervisor.children["temporal"]
    bare = [
        part for part in child.command if part != "--search-attribute" and "=Keyword" not in part
    ]
    child.command = bare
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)

    async def started_anew() -> bool:
        return child.running and child.deaths > 0

    await eventually(started_anew)
    return await server.client()


async def test_chats_go_on_in_a_temporal_that_lost_its_data(
    engine: Engine, server: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciler, "EVERY", 0.5)
    connection = Connection(Settings(temporal_address=server.address), engine.db)
    parts = Parts(engine.db, connection, engine.relay, lambda _account: engine.carrier)
    guard = asyncio.ensure_future(workers.guard(parts))
    chat_id = await engine.world.connected_chat()
    await engine.quiet()

    emptied = await lose_everything(server, tmp_path)
    await engine.world.reply("ana", chat_id, "still here")

    async def is_prepared() -> bool:
        return not await missing_search_attributes(emptied)

    await eventually(is_prepared)
    await engine.quiet()
    assert engine.carrier.texts[-1] == "still here"
    assert await retention_of(emptied) == RETENTION
    # Bound again, too: another database is refused.
    with pytest.raises(WrongNamespace):
        await bind(emptied, another)
    guard.cancel()
    await asyncio.gather(guard, return_exceptions=True)


async def another(namespace: str) -> tuple[str, str | None]:
    return "another database's token", namespace


async def test_a_namespace_that_became_another_databases_is_refused_from_then_on(
    engine: Engine, server: TemporalServer, tmp_path: Path
) -> None:
    connection = Connection(Settings(temporal_address=server.address), engine.db)
    await connection()
    await bind(await lose_everything(server, tmp_path), another)

    for _ in range(2):
        with pytest.raises(WrongNamespace):
            await connection.prepared()
    with pytest.raises(WrongNamespace):
        await connection()
