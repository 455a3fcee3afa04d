"""What the pages name exists: files, links and make targets; and the compose file is YAML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with schemathesis

ROOT = Path(__file__).parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
# In small letters: NAME and DIR stand for what the reader chooses.
NAMED = re.compile(r"`([a-z][a-z0-9_.]*(?:/[a-z0-9_.]+)+\.(?:py|yaml|yml|sh|json|lock))`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    for name in NAMED.findall(page.read_text()):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:^|`)(?:\w+=\S+ )*make ([a-z-]+)", page.read_text(), re.MULTILINE)
    assert set(named) <= targets


def test_the_readme_has_the_test_command_on_a_line_of_its_own() -> None:
    assert "make test" in (ROOT / "README.md").read_text().splitlines()


def test_the_compose_file_runs_our_commands_and_no_simulator() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    ours = {
        name: service["command"]
        for name, service in compose["services"].items()
        if service["image"].startswith("threadline:")
    }
    assert ours["worker-chats"] == ["worker", "--role", "chats"]
    assert {command[0] for command in ours.values()} == {"api", "worker", "migrate"}


def test_what_the_compose_file_waits_for_and_mounts_exists() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (
                (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]
            )


def test_decisions_stand_in_the_order_of_their_dates() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text()
    dates = re.findall(r"^## (\d{4}-\d\d-\d\d): ", text, re.MULTILINE)
    assert len(dates) == text.count("\n## ")
    assert dates == sorted(dates)
