"""What every test stands on: a clock that the test moves, a store on both databases, one world."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from services.commit import flush
from store.database import Database
from store.migrations import upgrade
from tests.fixtures_temporal import *  # noqa: F403
from tests.postgres import (
    OLDEST,
    command,
    copy_pristine,
    emptied,
    newest_server,
    oldest_server,
)
from tests.world import World, build

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

# A loaded machine fails no test: an example may take as long as it likes.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")


class SetClock:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.at = NOON

    async def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """One PostgreSQL server, with a migrated database that is emptied for each test."""
    with newest_server() as server:
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        # Nothing here outlives the run.
        command(url, "ALTER SYSTEM SET fsync = off")
        command(url, "SELECT pg_reload_conf()")
        yield _migrated(url)


@pytest.fixture(scope="session")
def postgres_15() -> Iterator[sa.URL]:
    """The same on the oldest PostgreSQL that is supported."""
    with oldest_server() as url:
        yield _migrated(url)


def _migrated(server: sa.URL) -> sa.URL:
    command(server, "CREATE DATABASE pristine")
    upgrade(server.set(database="pristine").render_as_string(hide_password=False))
    copy_pristine(server, "store")
    return server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What uses the store runs on both databases; some of it on the oldest PostgreSQL as well."""
    if "database_url" not in metafunc.fixturenames:
        return
    kinds = ["sqlite", "postgres"]
    # A gap that nobody sees: CI fails without it, a laptop runs the others.
    has_oldest = (OLDEST / "initdb").exists() or "CI" in os.environ
    if metafunc.definition.get_closest_marker("postgres_15") and has_oldest:
        kinds.append("postgres_15")
    metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty database of its own, on each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: sa.URL = request.getfixturevalue(request.param)
    return emptied(server, "store").render_as_string(hide_password=False)


OpenDatabase = Callable[[], AbstractAsyncContextManager[Database]]


@pytest.fixture
def open_database(database_url: str, clock: SetClock) -> OpenDatabase:
    """Another process's view of the same database."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Database]:
        db = Database(database_url, clock, flush)
        yield db
        await db.close()

    return opened


@pytest.fixture
async def db(open_database: OpenDatabase) -> AsyncIterator[Database]:
    async with open_database() as db:
        yield db


@pytest.fixture
async def world(db: Database) -> World:
    """A company with a menu of three leaves, a hidden queue and three agents, all offline."""
    return await build(db)
