"""The simulator's file: one thread writes, many requests share one commit."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_BATCH = 200
_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  direction TEXT NOT NULL,
  phone TEXT NOT NULL,
  support TEXT NOT NULL,
  text TEXT NOT NULL,        -- JSON: SQLite cannot hold a lone surrogate
  media TEXT NOT NULL,       -- JSON list of {id, content_type, size}
  status TEXT NOT NULL,
  segments INTEGER NOT NULL,
  reference TEXT,
  at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_of_phone ON messages (phone, seq);
CREATE INDEX IF NOT EXISTS messages_by_reference ON messages (reference)
  WHERE reference IS NOT NULL;
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY,
  content_type TEXT NOT NULL,
  content BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS owed_webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  message_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  url TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY CHECK (id = 1), faults TEXT NOT NULL);
"""


@dataclass
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    done: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class Database:
    """Runs functions on the file, each a unit of its own; what `run` returned is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")
        connection.executescript(_SCHEMA)
        self._thread = threading.Thread(target=self._work, args=(connection,), daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._jobs.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        job = _Job(work, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        result: T = await job.done
        return result

    def _work(self, connection: sqlite3.Connection) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            ending = False
            while len(batch) < _BATCH and not self._jobs.empty():
                job = self._jobs.get()
                if job is None:
                    ending = True
                    break
                batch.append(job)
            _commit(connection, batch)
            first.done.get_loop().call_soon_threadsafe(_answer, batch)
            if ending:
                break
        connection.close()


def _commit(connection: sqlite3.Connection, batch: list[_Job]) -> None:
    """One transaction for all; a job that fails takes nobody else's work with it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            connection.execute("SAVEPOINT job")
            try:
                job.result = job.work(connection)
            except Exception as error:
                job.error = error
                connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        with suppress(sqlite3.Error):  # Or nobody would be answered, now and later.
            connection.rollback()
        for job in batch:
            job.error = job.error or error


def _answer(batch: list[_Job]) -> None:
    for job in batch:
        if job.done.done():
            continue
        if job.error is not None:
            job.done.set_exception(job.error)
        else:
            job.done.set_result(job.result)
