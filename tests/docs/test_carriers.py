"""docs/carriers.md names commands and options that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from carriers.twilio import SETTINGS
from cli import app

PAGE = (Path(__file__).parents[2] / "docs" / "carriers.md").read_text()
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", "")
COMMANDS = [line for line in BLOCKS.splitlines() if line.startswith("threadline ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_exists(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    _, *words = shlex.split(command)
    told = CliRunner().invoke(app, [*words[:2], "--help"])
    assert told.exit_code == 0, told.output
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output, option


def test_the_commands_of_the_page_are_found() -> None:
    assert len(COMMANDS) >= 5


def test_every_setting_of_twilio_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+_sid)` \|", PAGE, re.MULTILINE)) == set(SETTINGS)
