"""Migrating beside others: broken off, at the same time, under processes of the build before."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import store.migrations
from store.migrations import downgrade, upgrade

SCRIPTS = ScriptDirectory(str(Path(store.migrations.__file__).parent))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]

Columns = dict[tuple[str, str], tuple[str, bool, str | None]]


def connect(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.pool.NullPool)


def columns(url: str) -> Columns:
    """Type, whether it may be null, and default, by table and column."""
    found = sa.inspect(connect(url)).get_multi_columns()
    return {
        (str(table), one["name"]): (str(one["type"]), one["nullable"], one["default"])
        for (_schema, table), of_table in found.items()
        for one in of_table
    }


def made(url: str) -> object:
    """All that a migration makes, and the revision at which the database says it is."""
    indexes = sa.inspect(connect(url)).get_multi_indexes()
    with connect(url).connect() as connection:
        version = connection.exec_driver_sql("SELECT * FROM alembic_version").scalars().all()
    return (
        columns(url),
        {table: {one["name"] for one in of} for table, of in indexes.items()},
        version,
    )


class BrokenOff(Exception):
    pass


@contextmanager
def breaking_off() -> Iterator[None]:
    """Of each step all is done, but that it is done is not yet written."""

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("UPDATE alembic_version", "INSERT INTO alembic_version")):
            raise BrokenOff

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", before)


def test_a_migration_that_breaks_off_leaves_what_was_there_and_can_be_repeated(
    database_url: str,
) -> None:
    downgrade(database_url, "base")
    for revision in REVISIONS:
        before = made(database_url)
        with breaking_off(), pytest.raises(BrokenOff):
            upgrade(database_url, revision)
        assert made(database_url) == before, revision
        upgrade(database_url, revision)


def test_of_several_that_start_at_once_one_migrates_and_all_succeed(database_url: str) -> None:
    downgrade(database_url, "base")
    spawn = multiprocessing.get_context("spawn")
    gate, steps = spawn.Barrier(3), spawn.SimpleQueue()
    processes = [spawn.Process(target=_migrate, args=(database_url, gate, steps)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted(steps.get() for _ in processes) == [0, 0, len(REVISIONS)]


def _migrate(url: str, gate: Any, steps: Any) -> None:
    """Runs in a process of its own; tells how many steps it took."""
    heard = SimpleQueue[logging.LogRecord]()
    log = logging.getLogger("alembic.runtime.migration")
    log.setLevel(logging.INFO)
    log.addHandler(QueueHandler(heard))
    gate.wait(60)
    upgrade(url)
    said = [heard.get().getMessage() for _ in range(heard.qsize())]
    steps.put(sum("Running upgrade" in line for line in said))


# Of before there was anybody who had to go on: a column dropped, or given another name.
OF_OLD = {
    ("carrier_accounts", "secret_ref"),
    ("chats", "stop_asked"),
    ("chats", "waiting_from"),
}


def test_what_the_build_before_writes_is_still_taken_after_each_migration(tmp_path: Path) -> None:
    """Workers and API of the build before go on, on the newest schema (docs/operations.md)."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    upgrade(url, REVISIONS[0])
    gone = set()
    for revision in REVISIONS[1:]:
        before = columns(url)
        upgrade(url, revision)
        after = columns(url)
        gone |= {column for column in before if refuses(before[column], after.get(column))}
        tables = {table for table, _ in before}
        for (table, name), (_type, nullable, default) in after.items():
            new = table in tables and (table, name) not in before
            assert not new or nullable or default is not None, (revision, table, name)
    assert gone == OF_OLD


def refuses(before: tuple[str, bool, str | None], after: Any) -> bool:
    """A column that is gone, has another type or default, or must have what it could go without."""
    return after is None or before[0] != after[0] or before[2] != after[2] or before[1] > after[1]
