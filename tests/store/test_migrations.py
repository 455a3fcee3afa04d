"""The schema's steps, up and down, on both databases."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import store.migrations
from store import tables as t
from store.database import Database, Tx
from store.migrations import current, downgrade, newest, upgrade
from tests.postgres import emptied

pytestmark = pytest.mark.postgres_15


def connect(url: str) -> sa.Engine:
    target = sa.make_url(url)
    if target.get_backend_name() != "sqlite":
        target = target.set(drivername="postgresql+psycopg")
    return sa.create_engine(target, poolclass=sa.pool.NullPool)


def tables(url: str) -> set[str]:
    return set(sa.inspect(connect(url)).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def test_the_newest_schema_is_that_of_the_tables(database_url: str) -> None:
    with connect(database_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, t.metadata) == []
        assert current(connection) == newest()


def test_every_index_of_the_tables_is_made_with_its_condition(database_url: str) -> None:
    found = sa.inspect(connect(database_url))
    for table in t.metadata.sorted_tables:
        made = {index["name"]: index for index in found.get_indexes(table.name)}
        for index in table.indexes:
            options = made[index.name]["dialect_options"]
            where = [value for key, value in options.items() if key.endswith("_where")]
            wanted = index.dialect_options["sqlite"]["where"]
            assert bool(where) == (wanted is not None), index.name


def test_going_down_to_nothing_and_up_again_gives_the_same(database_url: str) -> None:
    names = tables(database_url)
    assert names == set(t.metadata.tables)
    downgrade(database_url, "base")
    assert tables(database_url) == set()
    upgrade(database_url)
    assert tables(database_url) == names
    upgrade(database_url)


async def test_ids_are_never_used_again(db: Database) -> None:
    k, now = t.rate_counters.c, await db.clock.now()

    def insert(tx: Tx, key: str) -> int:
        made = sa.insert(t.rate_counters).values(key=key, window_from=now, count=1)
        return int(tx.conn.execute(made.returning(k.id)).scalar_one())

    first = await db.write(insert, "a")
    await db.write(lambda tx: tx.conn.execute(sa.delete(t.rate_counters)))
    assert await db.write(insert, "b") > first


def test_every_table_of_a_tenant_names_it_and_every_id_is_autoincremented() -> None:
    of_all = {"installation", "tenants", "rate_counters"}
    for name, table in t.metadata.tables.items():
        assert ("tenant_id" in table.columns) == (name not in of_all), name
        assert table.dialect_options["sqlite"]["autoincrement"], name


@pytest.mark.parametrize("name", sorted(t.metadata.tables))
def test_every_constraint_has_a_name(name: str) -> None:
    assert all(rule.name for rule in t.metadata.tables[name].constraints)


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    upgrade(f"sqlite:///{path}")
    assert path.exists()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_mistyped_path_does_not_become_a_tree_of_folders(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="There is no folder"):
        upgrade(f"sqlite:///{tmp_path / 'a' / 'b' / 'store.db'}")
    assert list(tmp_path.iterdir()) == []


def test_an_accounts_secret_survives_the_step_to_several_and_back(database_url: str) -> None:
    downgrade(database_url, "0003")
    with connect(database_url).begin() as connection:
        for statement in (
            "INSERT INTO tenants (subdomain, name, created_at) VALUES ('a', 'A', '2026-01-01')",
            "INSERT INTO carrier_accounts (tenant_id, carrier, name, base_url, secret_ref)"
            " SELECT id, 'simulator', 'a', 'http://c.test', 'env:SECRET' FROM tenants",
        ):
            connection.exec_driver_sql(statement)
    upgrade(database_url)
    with connect(database_url).connect() as connection:
        a = t.carrier_accounts.c
        row = connection.execute(sa.select(a.settings, a.secret_refs)).one()
    assert (row.settings, row.secret_refs) == ({}, {"secret": "env:SECRET"})
    downgrade(database_url, "0003")
    with connect(database_url).connect() as connection:
        kept = connection.exec_driver_sql("SELECT secret_ref FROM carrier_accounts").scalar_one()
    assert kept == "env:SECRET"


# One of each thing that a chat needs.
ONE_OF_EACH = (
    "INSERT INTO tenants (subdomain, name, created_at) VALUES ('a', 'A', '2026-01-01')",
    "INSERT INTO queues (tenant_id, name) SELECT id, 'Orders' FROM tenants",
    "INSERT INTO carrier_accounts (tenant_id, carrier, name, base_url)"
    " SELECT id, 'simulator', 'a', 'http://c.test' FROM tenants",
    "INSERT INTO numbers (tenant_id, number, account_id, status)"
    " SELECT tenant_id, '+14155550100', id, 'Verified' FROM carrier_accounts",
    "INSERT INTO consumers (tenant_id, number, created_at)"
    " SELECT id, '+14155550111', '2026-01-01' FROM tenants",
)


def test_how_long_earlier_chats_waited_and_were_handled_is_counted(database_url: str) -> None:
    downgrade(database_url, "0008")
    chat = (
        "INSERT INTO chats (tenant_id, number_id, consumer_id, entry_queue_id, queue_id, lang,"
        " status, window_from, created_at, updated_at, queued_at, assigned_at, ended_at)"
        " SELECT t.id, n.id, k.id, q.id, q.id, 'en', '{}', '2026-01-01', '2026-01-01',"
        " '2026-01-01', '2026-01-01 10:00:00', {}, {}"
        " FROM tenants t, numbers n, consumers k, queues q"
    )
    at = "'2026-01-01 {}'"
    with connect(database_url).begin() as connection:
        for statement in (
            *ONE_OF_EACH,
            chat.format("finished", at.format("10:00:30"), at.format("10:02:30")),
            chat.format("queued", "NULL", "NULL"),
        ):
            connection.exec_driver_sql(statement)
    upgrade(database_url)
    c = t.chats.c
    with connect(database_url).connect() as connection:
        over, waits = connection.execute(
            sa.select(c.waited, c.first_waited, c.handled, c.spell_from, c.queued_at).order_by(c.id)
        )
    assert (over.waited, over.first_waited, over.handled) == (30_000, 30_000, 120_000)
    assert over.spell_from is None
    assert (waits.waited, waits.first_waited) == (0, None)
    assert waits.spell_from == waits.queued_at


def test_the_build_before_goes_on_noting_what_a_chat_was_told(database_url: str) -> None:
    chat = (
        "INSERT INTO chats (tenant_id, number_id, consumer_id, entry_queue_id, queue_id, lang,"
        " status, window_from, created_at, updated_at, told_closed_until)"
        " SELECT t.id, n.id, k.id, q.id, q.id, 'en', 'queued', '2026-01-01', '2026-01-01',"
        " '2026-01-01', '2026-01-02 09:00:00' FROM tenants t, numbers n, consumers k, queues q"
    )
    with connect(database_url).begin() as connection:
        for statement in (*ONE_OF_EACH, chat):
            connection.exec_driver_sql(statement)
        assert connection.execute(sa.select(t.chats.c.told_closed)).scalar_one() == {}


def test_who_refers_to_a_table_that_a_step_copies_still_does(database_url: str) -> None:
    before = "0005"
    downgrade(database_url, before)
    with connect(database_url).begin() as connection:
        for statement in (
            *ONE_OF_EACH,
            "INSERT INTO users (tenant_id, role, name, email, password_hash, status_since)"
            " SELECT id, 'agent', 'Ada', 'ada@a.test', '', '2026-01-01' FROM tenants",
            "INSERT INTO queue_agents (tenant_id, queue_id, user_id)"
            " SELECT q.tenant_id, q.id, u.id FROM queues q, users u",
        ):
            connection.exec_driver_sql(statement)
    for step in (upgrade, lambda url: downgrade(url, before), upgrade):
        step(database_url)
        with connect(database_url).connect() as connection:
            found = sa.select(t.users.c.name).join(t.queue_agents).where(t.queue_agents.c.id > 0)
            assert connection.execute(found).scalars().all() == ["Ada"]
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
BEFOREHAND = dict(
    re.findall(r"^-- (\d{4})\n(CREATE INDEX CONCURRENTLY [^;]+;)$", PAGE, re.MULTILINE)
)
STEPS = Path(store.migrations.__file__).parent / "versions"


def test_the_page_gives_the_statement_of_each_index_that_can_be_made_before() -> None:
    making = {path.name[:4] for path in STEPS.glob("*.py") if "make_index(" in path.read_text()}
    assert set(BEFOREHAND) == making


@pytest.mark.parametrize("broken_off", [False, True])
@pytest.mark.parametrize("revision", sorted(BEFOREHAND))
def test_an_index_that_the_operator_made_before_is_taken_and_a_half_made_one_made_anew(
    postgres: sa.URL, revision: str, broken_off: bool
) -> None:
    database_url = emptied(postgres, "store").render_as_string(hide_password=False)
    downgrade(database_url, f"{int(revision) - 1:04}")
    name = BEFOREHAND[revision].split()[3]
    index = f"indexrelid = '{name}'::regclass"
    with connect(database_url).connect().execution_options(isolation_level="AUTOCOMMIT") as made:
        made.exec_driver_sql(BEFOREHAND[revision])
        if broken_off:
            made.exec_driver_sql(f"UPDATE pg_index SET indisvalid = false WHERE {index}")
        before = made.exec_driver_sql(f"SELECT '{name}'::regclass::oid").scalar_one()
    upgrade(database_url)
    with connect(database_url).connect() as connection:
        found = f"SELECT indexrelid, indisvalid FROM pg_index WHERE {index}"
        oid, valid = connection.exec_driver_sql(found).one()
    assert valid
    assert (oid == before) != broken_off
