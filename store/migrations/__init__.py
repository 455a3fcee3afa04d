"""Bringing a database to the newest schema, and back; the same steps on both databases."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

# Of several processes that start at once one migrates, and the others find it done.
MIGRATION_LOCK = 7_400


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
    if target.get_backend_name() == "sqlite":
        _make_folder(Path(target.database or "").parent)
    else:
        target = target.set(drivername="postgresql+psycopg")
    waits = {} if target.get_backend_name() == "sqlite" else {"connect_timeout": 10}
    engine = sa.create_engine(target, poolclass=sa.pool.NullPool, connect_args=waits)
    try:
        with engine.begin() as connection:
            if target.get_backend_name() != "sqlite":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config = _config()
            config.attributes["connection"] = connection
            step(config)
    finally:
        engine.dispose()


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
