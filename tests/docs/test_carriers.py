"""docs/carriers.md names commands, options and parts of a configuration that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from typer.testing import CliRunner

from carriers.twilio import SETTINGS
from cli import app
from domain.config.file import validate

PAGE = (Path(__file__).parents[2] / "docs" / "carriers.md").read_text()
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", "")
FILES = [dedent(one) for one in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
COMMANDS = [line for line in BLOCKS.splitlines() if line.startswith("threadline ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_exists(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    _, *words = shlex.split(command)
    told = CliRunner().invoke(app, [*words[:2], "--help"])
    assert told.exit_code == 0, told.output
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output, option


def test_the_commands_and_files_of_the_page_are_found() -> None:
    assert (len(COMMANDS), len(FILES)) >= (2, 6)


@pytest.mark.parametrize("part", FILES)
def test_every_part_of_a_file_is_as_files_are(part: str) -> None:
    data = yaml.load(part, Loader=yaml.BaseLoader)
    account = {"carrier": "twilio", "secrets": data.pop("secrets", {})}
    numbers = {str(key): data.pop(key) for key in [*data] if str(key).startswith("+")}
    shown = {"accounts": {"main": account, "second": account}, "numbers": numbers}
    validate({"tenant": "acme", "name": "Acme"} | shown | data)


def test_every_setting_of_twilio_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+_sid)` \|", PAGE, re.MULTILINE)) == set(SETTINGS)
