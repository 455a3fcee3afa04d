"""Who may import whom: import-linter for the rooms, and what it cannot see, the top-level files."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = sorted(
    tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
)
TOP_LEVEL = sorted(file.stem for file in ROOT.glob("*.py"))
# They may import everything, and need what only developers install.
FOR_DEVELOPERS = {"tests", "benchmarks"}
# The one module of a room that builds the parts: it may import everything.
BUILDER = ROOT / "temporal" / "plugin.py"


def imported(file: Path) -> set[str]:
    """Full names of the modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            names.add(node.module or "")
    return names


def test_the_rooms_import_as_the_house_allows() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_is_known_to_the_linter() -> None:
    packages = {found.parent.name for found in ROOT.glob("*/__init__.py")}

    assert packages == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_no_top_level_file(room: str) -> None:
    for file in (ROOT / room).rglob("*.py"):
        if file != BUILDER:
            found = {name.partition(".")[0] for name in imported(file)} & set(TOP_LEVEL)
            assert not found, f"{file.relative_to(ROOT)} imports {found}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_does_not_import_from_tests_or_benchmarks(room: str) -> None:
    for file in (ROOT / room).rglob("*.py"):
        assert not {name.partition(".")[0] for name in imported(file)} & FOR_DEVELOPERS, file


def test_no_top_level_file_imports_from_tests_or_benchmarks() -> None:
    for file in ROOT.glob("*.py"):
        assert not {name.partition(".")[0] for name in imported(file)} & FOR_DEVELOPERS, file
