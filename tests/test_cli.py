"""The `threadline` command as people type it: what stops it is said in a sentence."""

import json
import socket
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app
from layout import DevError, demo_secrets, only_one
from logs import masked
from store.migrations import upgrade


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("THREADLINE_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def run(*words: str, **variables: str) -> Result:
    named = {f"THREADLINE_{name}": value for name, value in variables.items()}
    return CliRunner().invoke(app, list(words), env=named)


def refused(*words: str, **variables: str) -> str:
    """What stderr says of a command that must not work."""
    result = run(*words, **variables)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.stderr.strip()


def unused_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


CREDENTIAL = ("credential", "create", "--tenant", "acme", "--name", "test")


def test_the_version_is_told() -> None:
    result = run("--version")
    assert (result.exit_code, result.output.split()[0]) == (0, "threadline")


def test_a_credential_for_nobody_is_refused(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'store.db'}")
    said = refused(*CREDENTIAL, DATABASE_URL=f"sqlite:///{tmp_path / 'store.db'}")
    assert said == "There is no tenant acme."


def test_a_database_without_tables_leads_to_migrate(tmp_path: Path) -> None:
    said = refused(*CREDENTIAL, DATABASE_URL=f"sqlite:///{tmp_path / 'store.db'}")
    assert "Run `threadline migrate`." in said


@pytest.mark.parametrize("command", [CREDENTIAL, ("migrate",)])
def test_a_database_that_is_away_is_one_sentence(command: tuple[str, ...]) -> None:
    url = f"postgresql://ana:hush@127.0.0.1:{unused_port()}/store"
    said = refused(*command, DATABASE_URL=url)
    assert said.startswith("The database cannot be used: ")
    assert "THREADLINE_DATABASE_URL" in said
    assert "hush" not in said
    assert len(said.splitlines()) == 1


def test_migrate_makes_no_tree_of_folders(tmp_path: Path) -> None:
    said = refused("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'a' / 'b' / 'store.db'}")
    assert said == f"There is no folder {tmp_path / 'a'}: make it, or correct the URL."


@pytest.mark.parametrize("command", ["migrate", "settings", "doctor", "api", "worker"])
def test_a_setting_that_cannot_be_is_named(command: str) -> None:
    said = refused(command, DATABASE_URL="garbage")
    assert said.startswith("THREADLINE_DATABASE_URL: is not the URL of a database; write sqlite:")


def test_an_option_of_dev_is_checked_like_the_setting() -> None:
    assert "DATABASE_URL" in refused("dev", "--database-url", "garbage")
    assert "HOST:PORT" in refused("dev", "--temporal-address", "nowhere")


@pytest.mark.parametrize("command", ["api", "simulator", "dev"])
@pytest.mark.parametrize(("port", "rule"), [("99999", "65535"), ("abc", "a valid integer")])
def test_a_port_that_cannot_be_is_one_sentence(command: str, port: str, rule: str) -> None:
    result = run(command, "--port", port)
    assert result.exit_code == 2
    [said] = result.output.splitlines()
    assert said.startswith("Invalid value for '--port': ")
    assert rule in said


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("dev", "--prot", "1"), "No such option: --prot (Possible options: --port)."),
        (("--prot", "1"), "No such option: --prot."),
        (("start",), "No such command 'start'."),
        (("credential", "create"), "Missing option '--tenant'."),
        (
            ("worker", "--role", "all of them"),
            "Invalid value for '--role': 'all of them' is not one of "
            "'all', 'chats', 'sends', 'crm'.",
        ),
    ],
)
def test_a_mistyped_command_is_told_in_one_sentence(words: tuple[str, ...], wanted: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.output) == (2, f"{wanted}\n")


def test_without_a_command_the_help_is_shown() -> None:
    assert "create" in run("credential").output


def test_a_data_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused("dev", "--data-dir", str(tmp_path / "file" / "data"))
    assert said == f"{tmp_path / 'file' / 'data'} cannot be the data directory: Not a directory."


def test_the_data_directory_is_its_owners_alone(tmp_path: Path) -> None:
    with only_one(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ['{"api_', "[]", '{"users": 7}', '{"api_token": null}'])
def test_a_damaged_file_of_secrets_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "demo.json"
    file.write_text(content)
    with pytest.raises(DevError, match=r"demo\.json is damaged\. Mend or delete it"):
        demo_secrets(file)
    assert file.read_text() == content


def test_the_demos_api_token_is_masked_in_logs(tmp_path: Path) -> None:
    token = demo_secrets(tmp_path / "demo.json")["api_token"]
    assert token == json.loads((tmp_path / "demo.json").read_text())["api_token"]
    assert token not in masked(f"GET /x?t={token}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sms.example"])
def test_the_simulator_listens_on_loopback_only(host: str) -> None:
    said = run("simulator", "--host", host, SIMULATOR_SECRET="x")
    assert said.exit_code == 1
    assert f"{host} is no loopback address" in said.output
