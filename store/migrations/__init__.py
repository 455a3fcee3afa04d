"""Bringing a database to the newest schema, and back; the same steps on both databases.

All steps are one transaction, on SQLite, too: who is killed in it leaves what was there before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

# Of several processes that start at once one migrates, and the others find it done.
MIGRATION_LOCK = 7_400
# On SQLite the writer is the lock. Seconds; longer than a large file takes.
SQLITE_PATIENCE = 3_600


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing; makes the folder of a new SQLite file."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Undo down to a revision; `base` leaves nothing."""
    _run(url, lambda config: command.downgrade(config, revision))


def newest() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(connection: sa.Connection) -> str | None:
    """The revision that a database has."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(url: str, step: object) -> None:
    assert callable(step)
    target = sa.make_url(url)
    on_sqlite = target.get_backend_name() == "sqlite"
    if on_sqlite:
        _make_folder(Path(target.database or "").parent)
    engine = _sqlite_engine(target) if on_sqlite else _postgres_engine(target)
    try:
        with engine.begin() as connection:
            if not on_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config = _config()
            config.attributes["connection"] = connection
            step(config)
    finally:
        engine.dispose()


def _sqlite_engine(target: sa.URL) -> sa.Engine:
    """With foreign keys off, as SQLite begins: dropping a table that was copied counts as
    deleting its rows, and the switch does nothing inside of a transaction.
    """
    waits = {"timeout": SQLITE_PATIENCE, "isolation_level": None}
    engine = sa.create_engine(target, poolclass=sa.pool.NullPool, connect_args=waits)

    def begin(connection: Any) -> None:
        connection.execute("BEGIN IMMEDIATE")

    # The driver's own BEGIN leaves out what changes the schema, and comes after what is read.
    engine.dialect.do_begin = begin  # type: ignore[method-assign, assignment]
    return engine


def _postgres_engine(target: sa.URL) -> sa.Engine:
    return sa.create_engine(
        target.set(drivername="postgresql+psycopg"),
        poolclass=sa.pool.NullPool,
        connect_args={"connect_timeout": 10},
    )


def _make_folder(folder: Path) -> None:
    """One level alone: a mistyped path must not become a tree of folders."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError as error:
        raise OSError(
            f"There is no folder {folder.parent}: make it, or correct the URL."
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config
