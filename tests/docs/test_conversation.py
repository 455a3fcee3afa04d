"""The page about the conversation lists the system texts as they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from domain.texts import CATALOGUE

PAGE = (Path(__file__).parent.parent.parent / "docs" / "conversation.md").read_text()


def rows() -> Iterator[str]:
    """The table as it should be: copy it from here when a text was added."""
    for key, text in CATALOGUE.items():
        variables = ", ".join(f"`{variable}`" for variable in sorted(text.variables))
        yield f"| `{key}` | {variables} | {'yes' if text.switchable else ''} |"


def test_the_table_lists_every_system_text_with_its_variables() -> None:
    assert [line for line in PAGE.splitlines() if line.startswith("| `")] == list(rows())
