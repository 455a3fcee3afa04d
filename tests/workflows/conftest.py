"""An engine on skipped time, on each database in turn; and one on the real dev server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from store.database import WallClock
from tests.engine import Engine, SkippedClock, running
from tests.fixtures_temporal import TemporalServer


@pytest.fixture
async def engine(
    database_url: str, env: WorkflowEnvironment, plain_client: Client
) -> AsyncIterator[Engine]:
    async with running(database_url, SkippedClock(env), plain_client, env) as engine:
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
