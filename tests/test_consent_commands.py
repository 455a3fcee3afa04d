"""`threadline consent export` as an operator types it."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest
from typer.testing import CliRunner, Result

from cli import app
from services.commit import flush
from store.database import Database, WallClock
from tests.world import PHONE, build


@pytest.fixture(autouse=True)
def _acme(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A company whose consumer opted out and in again."""
    monkeypatch.setenv("THREADLINE_DATABASE_URL", database_url)

    async def opt_out_and_in() -> None:
        db = Database(database_url, WallClock(), flush)
        world = await build(db)
        await world.text("=STOP")
        await world.text("START")
        await db.close()

    asyncio.run(opt_out_and_in())


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["consent", "export", *words], input=given)


def test_the_export_is_a_document_with_everything() -> None:
    printed = run(PHONE)
    assert printed.exit_code == 0
    found = json.loads(printed.stdout)
    assert [entry["evidence"] for entry in found["entries"]] == ["=STOP", "START"]
    assert found["number"] == PHONE


def test_the_number_may_be_kept_out_of_the_shells_history() -> None:
    assert run("-", given=f"{PHONE}\n").stdout.startswith('{\n  "company": "Acme Outfitters"')


def test_a_table_has_the_entries_and_no_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(run(PHONE, "--format", "csv").stdout)))
    assert [(row["number"], row["status"], row["evidence"]) for row in rows] == [
        (PHONE, "opted_out", "'=STOP"),
        (PHONE, "opted_in", "START"),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("12",), "number must be a phone number\n"),
        ((PHONE, "--tenant", "nobody"), "There is no tenant nobody.\n"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(words: tuple[str, ...], told: str) -> None:
    refused = run(*words)
    assert (refused.exit_code, refused.stderr) == (1, told)
