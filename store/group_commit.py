"""SQLite's one writer: services that wait for it share a transaction, and one wait for the disk.

Each runs under a savepoint of its own, so that one that fails leaves no trace and harms no other.
Nobody is answered before the commit, not even with a refusal: it may rest on what another service
of the same transaction did. Where the commit fails, all fail.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from store.failures import StoreUnavailable, retrying, translated

T = TypeVar("T")

# Services of one transaction: other processes wait for it, too.
MOST = 16


@dataclass(eq=False)
class _Job:
    """A service that waits: it is given the connection, and the number of its attempt."""

    work: Callable[[Connection, int], Any]
    done: Future[Any] = field(default_factory=Future)
    answer: Any = None
    error: Exception | None = None


class GroupCommit:
    """Runs services in the order in which they come, on a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "store-writer")
        self._waiting: deque[_Job] = deque()

    def submit(self, work: Callable[[Connection, int], T]) -> Future[T]:
        """Done when the work is committed, or failed and undone."""
        job = _Job(work)
        self._waiting.append(job)
        self._thread.submit(self._commit_waiting)
        return job.done

    def close(self) -> None:
        """Wait until everything is done."""
        self._thread.shutdown()

    def _commit_waiting(self) -> None:
        jobs = self._take()
        if not jobs:
            return
        try:
            with translated(), self._engine.begin() as conn:
                for job in jobs:
                    _run(conn, job)
        except BaseException as error:
            for job in jobs:
                job.done.set_exception(error)
        else:
            for job in jobs:
                if job.error is None:
                    job.done.set_result(job.answer)
                else:
                    job.done.set_exception(job.error)

    def _take(self) -> list[_Job]:
        jobs: list[_Job] = []
        while self._waiting and len(jobs) < MOST:
            job = self._waiting.popleft()
            # False: its caller has gone.
            if job.done.set_running_or_notify_cancel():
                jobs.append(job)
        return jobs


def _run(conn: Connection, job: _Job) -> None:
    def once(attempt: int) -> Any:
        with _savepoint(conn), translated():
            return job.work(conn, attempt)

    try:
        job.answer = retrying(once)
    except _TransactionLost:
        raise
    except Exception as error:
        job.error = error


class _TransactionLost(StoreUnavailable):
    """SQLite ended the transaction by itself, as it does when the disk is full."""


@contextmanager
def _savepoint(conn: Connection) -> Iterator[None]:
    """Whatever fails inside is undone. By the driver itself: this is half the price."""
    driver: sqlite3.Connection = conn.connection.driver_connection  # type: ignore[assignment]
    driver.execute("SAVEPOINT service")
    try:
        yield
    except BaseException:
        _say(driver, "ROLLBACK TO service")
        _say(driver, "RELEASE service")
        raise
    _say(driver, "RELEASE service")


def _say(driver: sqlite3.Connection, statement: str) -> None:
    """Where the savepoint has gone, the transaction has, with what other services did in it."""
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        # Not `from error`: its message may quote a row.
        name = type(error).__name__
        raise _TransactionLost(f"The transaction was lost ({name}).") from None
