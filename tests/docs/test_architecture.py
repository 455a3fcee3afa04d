"""The drawing of the rooms in docs/architecture.md is what import-linter enforces."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
WALLS = [contract for contract in RULES["contracts"] if contract["type"] == "forbidden"]
ROOMS = set(RULES["root_packages"])

Edges = set[tuple[str, str]]


def drawn() -> tuple[set[str], Edges]:
    """The names and the arrows of the first drawing of the page."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawing = re.search(r"```mermaid\nflowchart TD\n(.*?)```", page, re.DOTALL)
    assert drawing is not None
    lines = [line.strip() for line in drawing[1].splitlines()]
    edges = {(line.split(" --> ")[0], line.split(" --> ")[1]) for line in lines if "-->" in line}
    names = {name for edge in edges for name in edge}
    return names | {line for line in lines if "-->" not in line}, edges


def allowed() -> Edges:
    """What the contracts leave open, and what each lets through by name."""
    edges: Edges = set()
    for contract in WALLS:
        (room,) = contract["source_modules"]
        edges |= {(room, other) for other in ROOMS - {room} - set(contract["forbidden_modules"])}
        for exception in contract.get("ignore_imports", []):
            source, target = (end.removesuffix(".**") for end in exception.split(" -> "))
            edges.add((source, "everything" if target == "**" else target))
    return edges


def test_the_drawing_shows_every_room() -> None:
    names, _ = drawn()
    assert names >= ROOMS
    for name in names - ROOMS - {"everything"}:
        assert (ROOT / f"{name.replace('.', '/')}.py").exists(), name


def test_the_drawing_has_the_arrows_that_the_import_rules_allow() -> None:
    _, edges = drawn()
    assert edges == allowed()


def test_every_room_has_a_contract() -> None:
    assert {contract["source_modules"][0] for contract in WALLS} == ROOMS
