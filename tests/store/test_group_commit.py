"""Services that wait for SQLite's writer share its transaction, and nothing else."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.commit import flush
from store import tables as t
from store.database import Again, Database, StoreUnavailable, Tx
from tests.conftest import SetClock


@pytest.fixture
async def db(sqlite_template: Path, tmp_path: Path, clock: SetClock) -> AsyncIterator[Database]:
    shutil.copy(sqlite_template, path := tmp_path / "store.db")
    db = Database(f"sqlite:///{path}", clock, flush)
    yield db
    await db.close()


def found(name: str) -> Callable[[Tx], str]:
    """A service that makes a tenant."""

    def service(tx: Tx) -> str:
        values = {"subdomain": name, "name": name, "created_at": tx.now}
        tx.conn.execute(sa.insert(t.tenants), values)
        return name

    return service


async def tenants(db: Database) -> list[str]:
    query = sa.select(t.tenants.c.subdomain).order_by(t.tenants.c.id)
    return list(await db.read(lambda tx: list(tx.conn.execute(query).scalars())))


async def together(db: Database, *services: Callable[[Tx], Any]) -> list[Any]:
    """Run the services in one transaction, and what each of them came to; a first one keeps the
    writer busy until all of them wait for it."""
    free = threading.Event()
    busy = asyncio.ensure_future(db.write(lambda _tx: free.wait(60)))
    waiting = [asyncio.ensure_future(db.write(service)) for service in services]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    free.set()
    await busy
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_services_that_wait_for_the_writer_are_committed_together(db: Database) -> None:
    commits: list[sa.Connection] = []
    sa.event.listen(db._writer, "commit", commits.append)
    assert await together(db, found("a"), found("b"), found("c")) == ["a", "b", "c"]
    assert len(commits) == 2
    assert await tenants(db) == ["a", "b", "c"]


async def test_one_that_fails_leaves_no_trace_and_harms_no_other(db: Database) -> None:
    def fail(tx: Tx) -> None:
        found("never")(tx)
        raise ZeroDivisionError

    first, failed, last = await together(db, found("a"), fail, found("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(failed, ZeroDivisionError)
    assert await tenants(db) == ["a", "b"]


async def test_one_that_runs_again_sees_what_was_done_before_it_and_not_its_own(
    db: Database,
) -> None:
    def guess(tx: Tx) -> int:
        before = tx.conn.execute(sa.select(sa.func.count()).select_from(t.tenants)).scalar_one()
        if tx.attempt == 0:
            found("never")(tx)
            raise Again
        return int(before)

    assert await together(db, found("a"), guess) == ["a", 1]
    assert await tenants(db) == ["a"]


async def test_a_commit_that_fails_fails_for_all_and_refusals_rest_on_nothing(
    db: Database,
) -> None:
    def refuse(tx: Tx) -> None:
        raise ZeroDivisionError

    def disk_full(_conn: sa.Connection) -> None:
        if len(commits) == 1:
            raise OperationalError("COMMIT", {}, Exception("disk full"))
        commits.append(1)

    commits: list[int] = []
    sa.event.listen(db._writer, "commit", disk_full)
    answers = await together(db, found("a"), refuse, found("b"))
    assert [type(answer) for answer in answers] == [StoreUnavailable] * 3
    sa.event.remove(db._writer, "commit", disk_full)
    assert await tenants(db) == []
    assert await db.write(found("c")) == "c"


async def test_a_transaction_that_sqlite_ends_by_itself_is_lost_for_all(db: Database) -> None:
    def lose(tx: Tx) -> None:
        tx.conn.connection.driver_connection.execute("ROLLBACK")  # type: ignore[union-attr]
        raise OperationalError("INSERT", {}, Exception("disk full"))

    answers = await together(db, found("a"), lose, found("b"))
    assert all(isinstance(answer, StoreUnavailable) for answer in answers)
    assert await tenants(db) == []
    assert await db.write(found("c")) == "c"


async def test_a_caller_that_has_gone_is_not_served(db: Database) -> None:
    free = threading.Event()
    busy = asyncio.ensure_future(db.write(lambda _tx: free.wait(60)))
    gone = asyncio.ensure_future(db.write(found("gone")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    free.set()
    await busy
    assert await db.write(found("a")) == "a"
    assert await tenants(db) == ["a"]
