"""docs/operations.md names the settings, figures and log lines that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from api.metrics import Metrics
from settings import Settings
from store.migrations import current, downgrade, newest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text()


def section(title: str) -> str:
    """A part of the page."""
    found = re.search(rf"^## {title}$(.*?)^## ", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def default_of(name: str) -> str:
    """A default without what differs from machine to machine."""
    value = Settings.model_fields[name].get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in (None, ""):
        return ""
    places = {str(Path(".threadline").resolve()): "…/.threadline", str(Path.home()): "~"}
    shown = str(value)
    for place, stands_for in places.items():
        shown = shown.replace(f"{place}/", f"{stands_for}/")
    return f"`{shown}`"


def settings_table() -> str:
    """What stands between the marks of the page."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = default_of(name)
        rows.append(f"| `THREADLINE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def test_every_setting_is_listed_with_its_default() -> None:
    found = re.search(r"<!-- settings: .*? -->\n(.*?)\n<!-- end of settings -->", PAGE, re.DOTALL)
    assert found is not None
    assert found[1] == settings_table(), f"The table should be:\n{settings_table()}"


def test_every_metric_is_explained() -> None:
    shown = re.findall(r"^# TYPE (threadline_\w+) ", Metrics().page(0, None).decode(), re.MULTILINE)
    real = {name for name in shown if not name.endswith("_created")}
    named = set(re.findall(r"`(threadline_\w+)`", section("What to watch")))
    assert named == real


def test_the_log_lines_to_watch_are_really_written() -> None:
    source = "\n".join(
        file.read_text()
        for where in (".", "activities", "api", "temporal")
        for file in (ROOT / where).glob("*.py")
    )
    written = {
        (event, level)
        for level, event in re.findall(r'log\.(info|warning|error)\(\s*"([\w. ]+)"', source)
    }
    told = re.findall(
        r"^\| `([\w. ]+)` \| (info|warning|error) \|", section("What to watch"), re.MULTILINE
    )
    assert set(told) == written


ONLY_ON = {"setval": "postgresql", "sqlite_sequence": "sqlite"}
STATEMENTS = re.findall(r"`((?:UPDATE|SELECT)\s[^`]+;)`", PAGE)


def test_the_page_has_statements() -> None:
    assert len(STATEMENTS) >= 6


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_runs(statement: str, database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.pool.NullPool)
    kinds = {kind for word, kind in ONLY_ON.items() if word in statement}
    if engine.dialect.name in (kinds or {"sqlite", "postgresql"}):
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_a_migration_is_undone_as_the_page_says(database_url: str) -> None:
    assert "from store.migrations import downgrade" in PAGE
    engine = sa.create_engine(database_url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        assert current(connection) == newest()
    downgrade(database_url, "base")
    with engine.connect() as connection:
        assert current(connection) is None
