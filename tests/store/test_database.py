"""One service call is one transaction, on both databases, among several processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, StatementError

from services.commit import flush
from store import tables as t
from store.database import Again, Database, StoreUnavailable, Tx
from tests.conftest import SetClock
from tests.world import World

TIMES = 100


def count_one_more(tx: Tx) -> None:
    """Read, then write what was read plus one: what loses updates where transactions overlap."""
    seq = tx.conn.execute(sa.select(t.chats.c.seq).with_for_update()).scalar_one()
    tx.conn.execute(sa.update(t.chats).values(seq=seq + 1))


def _count(url: str, times: int) -> None:
    async def run() -> None:
        db = Database(url, SetClock(), flush)
        for _ in range(times):
            await db.write(count_one_more)
        await db.close()

    asyncio.run(run())


@pytest.mark.postgres_15
async def test_two_processes_that_read_and_write_lose_nothing(
    world: World, database_url: str
) -> None:
    await world.text("hello")
    before = (await world.rows(sa.select(t.chats.c.seq)))[0].seq
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_count, args=(database_url, TIMES)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)
    assert [process.exitcode for process in processes] == [0, 0]
    assert (await world.rows(sa.select(t.chats.c.seq)))[0].seq == before + 2 * TIMES


async def test_a_naive_time_is_refused(db: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    insert = sa.insert(t.tenants).values(subdomain="x", name="X", created_at=naive)
    with pytest.raises(StatementError, match="naive time"):
        await db.write(lambda tx: tx.conn.execute(insert))


async def test_times_come_back_as_they_were_stored(world: World, clock: SetClock) -> None:
    clock.move(microseconds=123_456)
    await world.text("hello")
    assert (await world.rows(sa.select(t.chats.c.created_at)))[0].created_at == clock.at


async def test_a_service_that_guessed_wrongly_is_run_again_and_leaves_no_trace(
    world: World,
) -> None:
    tries = []

    def guess(tx: Tx) -> int:
        count_one_more(tx)
        tries.append(tx.attempt)
        if tx.attempt == 0:
            raise Again
        return tx.attempt

    await world.text("hello")
    before = (await world.rows(sa.select(t.chats.c.seq)))[0].seq
    assert await world.db.write(guess) == 1
    assert tries == [0, 1]
    assert (await world.rows(sa.select(t.chats.c.seq)))[0].seq == before + 1


async def test_a_service_that_fails_leaves_no_trace_and_owes_nothing(world: World) -> None:
    delivered: list[object] = []
    world.db.on_commit = lambda owed, events: delivered.append(owed)

    def fail(tx: Tx) -> None:
        tx.conn.execute(sa.delete(t.queue_agents))
        tx.outbox.append("something")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.db.write(fail)
    assert len(await world.rows(sa.select(t.queue_agents.c.id))) == 12
    assert delivered == []


async def test_what_a_transaction_owes_is_handed_over_after_its_commit(world: World) -> None:
    seen: list[int] = []

    def on_commit(owed: list[object], events: bool) -> None:
        engine = world.db._reader
        with engine.connect() as conn:
            seen.append(len(conn.execute(sa.select(t.outbox.c.id)).all()))
        assert events

    world.db.on_commit = on_commit
    await world.text("hello")
    assert seen == [1]


async def test_a_reader_changes_nothing(world: World) -> None:
    def change(tx: Tx) -> None:
        tx.conn.execute(sa.delete(t.queue_agents))

    if world.db.is_sqlite:
        with pytest.raises(StoreUnavailable):
            await world.db.read(change)
    else:
        await world.db.read(change)
    assert len(await world.rows(sa.select(t.queue_agents.c.id))) == 12


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all/store.db", "postgresql://nobody@127.0.0.1:1/threadline"],
)
async def test_a_database_that_is_not_there_is_unavailable(url: str, clock: SetClock) -> None:
    db = Database(url, clock, flush)
    with pytest.raises(StoreUnavailable):
        await db.write(lambda tx: tx.conn.execute(sa.select(1)))
    with pytest.raises(StoreUnavailable):
        await db.read(lambda tx: tx.conn.execute(sa.select(1)))
    await db.close()


async def test_a_file_that_another_process_keeps_locked_is_unavailable(
    sqlite_template: Path,
    tmp_path: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_MS", 10)
    path = tmp_path / "locked.db"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}", clock, flush)
    await db.write(lambda tx: tx.conn.execute(sa.select(1)))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await db.write(lambda tx: tx.conn.execute(sa.select(1)))
    assert await db.read(lambda tx: tx.conn.execute(sa.select(1)).scalar_one()) == 1
    other.execute("ROLLBACK")
    other.close()
    assert await db.write(lambda tx: tx.conn.execute(sa.select(1)).scalar_one()) == 1
    await db.close()


async def test_connections_that_the_server_closed_are_made_anew(
    postgres: sa.URL, clock: SetClock
) -> None:
    url = postgres.set(database="postgres").render_as_string(hide_password=False)
    db = Database(url, clock, flush)

    def die(tx: Tx) -> None:
        tx.conn.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        await db.write(die)
    assert await db.write(lambda tx: tx.conn.execute(sa.select(1)).scalar_one()) == 1
    await db.close()


async def test_a_deadlock_is_untied_by_running_one_of_the_two_again(world: World) -> None:
    """Two transactions that lock two agents crosswise; SQLite's single writer cannot."""
    u = t.users.c
    agents = (world.agents["ana"], world.agents["ben"])
    both_have_one = threading.Barrier(2, timeout=60)

    def lock_both(tx: Tx, one: int, other: int) -> int:
        lock = sa.update(t.users).values(concurrency_limit=5)
        tx.conn.execute(lock.where(u.id == one))
        if tx.attempt == 0 and not tx.on_sqlite:
            both_have_one.wait()
        tx.conn.execute(lock.where(u.id == other))
        return tx.attempt

    attempts = await asyncio.gather(
        world.db.write(lock_both, *agents), world.db.write(lock_both, *reversed(agents))
    )
    # The one that gave way may be quicker to its first lock than the other to its second: then
    # they meet again.
    assert (max(attempts) > 0) is not world.db.is_sqlite


async def test_what_deadlocks_again_and_again_is_unavailable(world: World) -> None:
    def deadlock(tx: Tx) -> None:
        error = sqlite3.OperationalError("deadlock detected")
        error.sqlstate = "40P01"  # type: ignore[attr-defined]
        raise OperationalError("UPDATE", {}, error)

    with pytest.raises(StoreUnavailable):
        await world.db.write(deadlock)


async def test_nothing_is_shared_that_is_known_from_a_transaction_that_was_lost(
    db: Database,
) -> None:
    def lost(tx: Tx) -> None:
        tx.shared["tree"] = "of a configuration that was never committed"
        raise StoreUnavailable("The transaction was lost.")

    with pytest.raises(StoreUnavailable):
        await db.write(lost)
    assert await db.read(lambda tx: dict(tx.shared)) == {}
