"""`threadline apply` and `export` as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app

FILE = """\
tenant: acme
name: Acme Outfitters
accounts:
  main: {carrier: simulator, url: "http://127.0.0.1:1", secrets: {secret: {env: ACME_SECRET}}}
users:
  ana: {name: Ana, email: ana@acme.example}
queues:
  orders: {name: Orders, agents: [ana]}
"""


@pytest.fixture(autouse=True)
def folder(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty database, and the file above in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREADLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("ACME_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    (tmp_path / "acme.yaml").write_text(FILE)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "acme.yaml"
    file.write_text(file.read_text().replace(old, new))


def test_a_plan_shows_what_would_be_and_applies_nothing() -> None:
    planned = run("apply", "acme.yaml", "--plan")
    assert planned.exit_code == 0
    assert "+ queue orders\n    name: Orders\n    agents: ana\n" in planned.stdout
    assert "Plan: 4 to create, 0 to change, 0 to delete." in planned.stdout
    assert run("export", "--tenant", "acme").exit_code == 1


def test_applying_asks_first_and_without_a_terminal_wants_yes() -> None:
    asked = run("apply", "acme.yaml")
    assert (asked.exit_code, asked.stderr) == (
        1,
        "Nothing was applied: say --yes to apply without being asked.\n",
    )
    assert "Applied as version 1." in run("apply", "acme.yaml", "--yes").stdout


def test_an_export_that_is_applied_changes_nothing(folder: Path) -> None:
    run("apply", "acme.yaml", "--yes")
    (folder / "export.yaml").write_text(run("export", "--tenant", "acme").stdout)
    assert run("apply", "export.yaml", "--yes").stdout == "Nothing to change.\n"


def test_a_change_is_shown_from_what_to_what_and_can_be_gone_back_on(folder: Path) -> None:
    run("apply", "acme.yaml", "--yes")
    change(folder, "name: Orders", "name: Bestellungen")
    changed = run("apply", "acme.yaml", "--yes")
    assert "~ queue orders\n    name: Orders → Bestellungen\n" in changed.stdout
    (folder / "before.yaml").write_text(run("export", "--version", "1").stdout)
    assert "name: Bestellungen → Orders" in run("apply", "before.yaml", "--yes").stdout


def test_one_can_ask_where_a_setting_comes_from(folder: Path) -> None:
    change(folder, "agents: [ana]", "agents: [ana], settings: {chat_timeout: 90}")
    with (folder / "acme.yaml").open("a") as file:
        file.write("settings: {chat_timeout: 100, concurrency_limit: 5}\n")
    run("apply", "acme.yaml", "--yes")
    lines = [line.split() for line in run("origins", "--queue", "orders").stdout.splitlines()]
    assert ["chat_timeout", "90", "queue", "orders"] in lines
    assert ["concurrency_limit", "5", "tenant"] in lines
    assert ["dismissal", "false", "default"] in lines
    assert ["language", "en", "tenant"] in lines
    lines = [line.split() for line in run("origins").stdout.splitlines()]
    assert ["chat_timeout", "100", "tenant"] in lines
    assert "There is no such queue." in run("origins", "--queue", "nowhere").stderr


def test_every_mistake_is_told_with_its_place_and_nothing_is_applied(folder: Path) -> None:
    change(folder, "agents: [ana]", "agents: [bob], keywords: [stop]")
    refused = run("apply", "acme.yaml", "--yes")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "acme.yaml: line 8, column 35: queues.orders.agents[0] names bob, which is no user\n"
        "acme.yaml: line 8, column 52: queues.orders.keywords[0] is stop, "
        "which is reserved (opt_out)\n"
        "2 problems; nothing was applied.\n"
    )


def test_a_carrier_that_cannot_be_used_is_told_before_anything_is_written(folder: Path) -> None:
    change(folder, "carrier: simulator", "carrier: pigeon")
    refused = run("apply", "acme.yaml", "--yes")
    assert "accounts.main.carrier must be one of simulator, twilio" in refused.stderr
    change(folder, "carrier: pigeon", "carrier: simulator")
    change(folder, "ACME_SECRET", "NOT_SET")
    change(folder, "agents: [ana]", "agents: [bob]")
    refused = run("apply", "acme.yaml", "--yes")
    told = "accounts.main cannot be used: secret is not to be had from env:NOT_SET"
    assert told in refused.stderr
    assert "queues.orders.agents[0] names bob, which is no user" in refused.stderr
    assert "2 problems" in refused.stderr


def test_a_number_whose_carrier_cannot_be_asked_cannot_serve_a_queue_yet(folder: Path) -> None:
    with (folder / "acme.yaml").open("a") as file:
        file.write("numbers:\n  +14155550100: {account: main, queue: orders}\n")
    refused = run("apply", "acme.yaml", "--yes")
    assert (
        "line 10, column 3: numbers.+14155550100 is not verified (Verifying: the carrier"
        in refused.stderr
    )


@pytest.mark.parametrize(
    ("file", "told"),
    [("missing.yaml", "missing.yaml cannot be read: No such file"), (".", ". cannot be read: Is")],
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(file: str, told: str) -> None:
    refused = run("apply", file)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(told)
