"""An engine on skipped time, on each database in turn; and one on the real dev server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from settings import Settings
from store.database import WallClock
from temporal.testserver import start_time_skipping
from tests.engine import Engine, SkippedClock, running
from tests.fixtures_temporal import TemporalServer


class TimeServers:
    """The server that skips time; another one when a test has left a task in it that nobody ends:
    such a server never skips again."""

    def __init__(self) -> None:
        self._env: WorkflowEnvironment | None = None

    async def current(self) -> WorkflowEnvironment:
        if self._env is not None and not await _still_skips(self._env):
            await self.stop()
        if self._env is None:
            self._env = await start_time_skipping(Settings().cache_dir)
        return self._env

    async def stop(self) -> None:
        if self._env is not None:
            await self._env.shutdown()
        self._env = None


async def _still_skips(env: WorkflowEnvironment) -> bool:
    moment = SleepRequest(duration=Duration(seconds=1))
    try:
        await env.client.test_service.unlock_time_skipping_with_sleep(
            moment, timeout=timedelta(seconds=15)
        )
    except RPCError:
        return False
    return True


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def time_servers() -> AsyncIterator[TimeServers]:
    """Of each module its own: what one leaves behind must not hold the next one's clock."""
    servers = TimeServers()
    yield servers
    await servers.stop()


@pytest.fixture
async def engine(database_url: str, time_servers: TimeServers) -> AsyncIterator[Engine]:
    env = await time_servers.current()
    client = await env.connect_client(data_converter=pydantic_data_converter)
    async with running(database_url, SkippedClock(env), client, env) as engine:
        yield engine


class ShiftedClock(WallClock):
    """The wall clock, put back by the test: what then happened is long ago."""

    def __init__(self) -> None:
        self.back = timedelta(0)

    async def now(self) -> datetime:
        return await super().now() - self.back


@pytest.fixture
def shifted() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def real_engine(
    database_url: str, temporal_server: TemporalServer, shifted: ShiftedClock
) -> AsyncIterator[Engine]:
    client = await temporal_server.client()
    async with running(database_url, shifted, client) as engine:
        yield engine
