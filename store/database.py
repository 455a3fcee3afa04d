"""The database: one service call is one transaction, run in a thread, in one piece.

SQLite has one writer connection per process, which commits what waits for it together, and a few
readers (WAL); PostgreSQL has a pool.
Nothing below the services commits, and what a transaction owes to Temporal is handed over
only after it is committed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql, sqlite

from store.failures import Again as Again
from store.failures import StoreUnavailable as StoreUnavailable
from store.failures import retrying, translated
from store.group_commit import GroupCommit

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


class Clock(Protocol):
    """The one clock: read once per transaction, at the edge (rule 13)."""

    async def now(self) -> datetime: ...


class WallClock:
    """The time of this machine, in UTC."""

    async def now(self) -> datetime:
        return datetime.now(UTC)


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
    # The tenants whose routing is held (`locks.routing`).
    routing: set[int] = field(default_factory=set)
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


class _Writer(Protocol):
    def submit(self, work: Callable[[Connection, int], T]) -> Future[T]: ...
    def close(self) -> None: ...


class _Pool:
    """Transactions side by side, each on a thread and a connection of its own."""

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, "store-writer")

    def submit(self, work: Callable[[Connection, int], T]) -> Future[T]:
        """Done when the work is committed."""

        def once(attempt: int) -> T:
            with translated(), self._engine.begin() as conn:
                return work(conn, attempt)

        return self._threads.submit(retrying, once)

    def close(self) -> None:
        self._threads.shutdown()


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
            self._write: _Writer = GroupCommit(self._writer)
            self._read_threads = ThreadPoolExecutor(SQLITE_READERS, "store-reader")
        else:
            # Readers of their own: writers that wait for a lock must not keep them out.
            self._writer = _postgres_engine(self.url, POSTGRES_WRITERS)
            self._reader = _postgres_engine(self.url, POSTGRES_READERS)
            self._write = _Pool(self._writer, POSTGRES_WRITERS)
            self._read_threads = ThreadPoolExecutor(POSTGRES_READERS, "store-reader")

    async def write(
        self, service: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `service(tx, …)` as one transaction; it may be repeated, so it does no I/O."""
        now = await self.clock.now()

        def work(conn: Connection, attempt: int) -> tuple[T, Tx]:
            tx = Tx(conn, now, attempt, shared=self._shared)
            answer = service(tx, *args, **kwargs)
            self._flush(tx)
            return answer, tx

        try:
            answer, tx = await asyncio.wrap_future(self._write.submit(work))
        except StoreUnavailable:
            # What was shared may come from a configuration that is undone with the transaction.
            self._shared.clear()
            raise
        if tx.outbox or tx.events:
            self.on_commit(tx.outbox, bool(tx.events))
        return answer

    async def read(
        self, query: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `query(tx, …)` without the writer; whatever it changed would be rolled back."""
        now = await self.clock.now()

        def once() -> T:
            with translated(), self._reader.connect() as conn:
                return query(Tx(conn, now, shared=self._shared), *args, **kwargs)

        return await _in_thread(self._read_threads, once)

    async def close(self) -> None:
        """Wait for running transactions, then close every connection."""
        await asyncio.get_running_loop().run_in_executor(None, self._shutdown)

    def _shutdown(self) -> None:
        self._write.close()
        self._read_threads.shutdown()
        self._writer.dispose()
        self._reader.dispose()


async def _in_thread(threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, call)


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
