"""The database: one service call is one transaction, run in a thread, in one piece.

SQLite has one writer connection per process and a few readers (WAL); PostgreSQL has a pool.
Nothing below the services commits, and what a transaction owes to Temporal is handed over
only after it is committed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

P = ParamSpec("P")
T = TypeVar("T")

POSTGRES_WRITERS = 8
POSTGRES_READERS = 4
# A process that froze or was cut off must not hold a lock, or its callers, for long.
POSTGRES_LIMITS = {
    "lock_timeout": "8s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "15s",
}
SQLITE_READERS = 3
BUSY_TIMEOUT_MS = 10_000
# Deadlock and serialization failures of PostgreSQL: the whole service call is repeated.
RETRIED_STATES = {"40001", "40P01"}
RETRIES = 5


class Clock(Protocol):
    """The one clock: read once per transaction, at the edge (rule 13)."""

    async def now(self) -> datetime: ...


class WallClock:
    """The time of this machine, in UTC."""

    async def now(self) -> datetime:
        return datetime.now(UTC)


class StoreUnavailable(Exception):
    """The database cannot be reached or is locked: the caller may try again (503)."""


class Again(Exception):
    """The service guessed wrongly which locks it needs: it is run again with `tx.attempt` > 0."""


@dataclass
class Tx:
    """One transaction: its connection, its time, and what it owes to others when committed."""

    conn: Connection
    now: datetime
    attempt: int = 0
    outbox: list[Any] = field(default_factory=list)
    open_chats: dict[int, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    memo: dict[object, Any] = field(default_factory=dict)
    # What processes keep between transactions; only what says itself whether it still holds.
    shared: dict[object, Any] = field(default_factory=dict)

    @property
    def on_sqlite(self) -> bool:
        return self.conn.dialect.name == "sqlite"


def on_each(build: Callable[[Callable[[sa.Table], Any]], Any]) -> dict[bool, Any]:
    """A statement that has no word in common SQL, made with each database's own `insert`.

    By `tx.on_sqlite`.
    """
    return {True: build(sqlite.insert), False: build(postgresql.insert)}


Flush = Callable[[Tx], None]
AnyRow = sa.Row[*tuple[Any, ...]]
AnySelect = sa.Select[*tuple[Any, ...]]


class Database:
    """Runs services against one database; `flush` completes each write before it commits.

    `durable` is False only for a SQLite file that nobody needs after this process.
    """

    def __init__(self, url: str, clock: Clock, flush: Flush, *, durable: bool = True) -> None:
        self.url = sa.make_url(url)
        self.clock = clock
        self._flush = flush
        self._shared: dict[object, Any] = {}
        self.on_commit: Callable[[list[Any], bool], None] = lambda _owed, _events: None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, writer=True, durable=durable)
            self._reader = _sqlite_engine(self.url, writer=False)
            self._write_threads = ThreadPoolExecutor(1, "store-writer")
            self._read_threads = ThreadPoolExecutor(SQLITE_READERS, "store-reader")
        else:
            # Readers of their own: writers that wait for a lock must not keep them out.
            self._writer = _postgres_engine(self.url, POSTGRES_WRITERS)
            self._reader = _postgres_engine(self.url, POSTGRES_READERS)
            self._write_threads = ThreadPoolExecutor(POSTGRES_WRITERS, "store-writer")
            self._read_threads = ThreadPoolExecutor(POSTGRES_READERS, "store-reader")

    async def write(
        self, service: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `service(tx, …)` as one transaction; it may be repeated, so it does no I/O."""
        now = await self.clock.now()

        def once(attempt: int) -> tuple[T, Tx]:
            with _translated(), self._writer.begin() as conn:
                tx = Tx(conn, now, attempt, shared=self._shared)
                answer = service(tx, *args, **kwargs)
                self._flush(tx)
            return answer, tx

        answer, tx = await _in_thread(self._write_threads, lambda: _retrying(once))
        if tx.outbox or tx.events:
            self.on_commit(tx.outbox, bool(tx.events))
        return answer

    async def read(
        self, query: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `query(tx, …)` without the writer; whatever it changed would be rolled back."""
        now = await self.clock.now()

        def once() -> T:
            with _translated(), self._reader.connect() as conn:
                return query(Tx(conn, now, shared=self._shared), *args, **kwargs)

        return await _in_thread(self._read_threads, once)

    async def close(self) -> None:
        """Wait for running transactions, then close every connection."""
        await asyncio.get_running_loop().run_in_executor(None, self._shutdown)

    def _shutdown(self) -> None:
        self._write_threads.shutdown()
        self._read_threads.shutdown()
        self._writer.dispose()
        self._reader.dispose()


async def _in_thread(threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, call)


def _retrying(once: Callable[[int], T]) -> T:
    for attempt in range(RETRIES - 1):
        try:
            return once(attempt)
        except Again:
            continue
        except DBAPIError as error:
            if not _may_be_retried(error):
                raise
    try:
        return once(RETRIES - 1)
    except DBAPIError as error:
        if not _may_be_retried(error):
            raise
        raise StoreUnavailable("The database is too busy.") from None


def _may_be_retried(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in RETRIED_STATES


class _translated:
    """Turns what a lost or locked database raises into `StoreUnavailable`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, (OperationalError, InterfaceError)):
            return
        if _may_be_retried(error):
            return
        # Not `from error`: its message may quote a row, and a failure's causes reach Temporal.
        raise StoreUnavailable(f"The database is not reachable ({type(error).__name__}).") from None


def _sqlite_engine(url: sa.URL, *, writer: bool, durable: bool = True) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=1 if writer else SQLITE_READERS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own BEGIN comes late and deferred: two processes then lose updates.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            # NORMAL loses an acknowledged text when the power fails.
            f"synchronous={'FULL' if durable else 'OFF'}",
            "foreign_keys=ON",
            f"query_only={'OFF' if writer else 'ON'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def _begin(connection: Any) -> None:
        connection.execute("BEGIN IMMEDIATE" if writer else "BEGIN")

    # Not by an event: an engine that has one looks for listeners at every statement, which costs
    # a sixth of a transaction.
    engine.dialect.do_begin = _begin  # type: ignore[method-assign, assignment]
    return engine


def _postgres_engine(url: sa.URL, connections: int) -> Engine:
    limits = " ".join(f"-c {name}={value}" for name, value in POSTGRES_LIMITS.items())
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        # Errors name the statement, never the texts and numbers in it.
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "tcp_user_timeout": 10_000, "options": limits},
    )
