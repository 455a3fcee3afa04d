"""The page about the conversation lists system texts and reasons as they are declared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from domain.routing import WaitingBecause, in_words
from domain.texts import CATALOGUE

PAGE = (Path(__file__).parent.parent.parent / "docs" / "conversation.md").read_text()


def rows() -> Iterator[str]:
    """The table as it should be: copy it from here when a text was added."""
    for key, text in CATALOGUE.items():
        variables = ", ".join(f"`{variable}`" for variable in sorted(text.variables))
        yield f"| `{key}` | {variables} | {'yes' if text.switchable else ''} |"


def test_the_table_lists_every_system_text_with_its_variables() -> None:
    assert lines_of("System texts") == list(rows())


def test_the_texts_that_are_not_sent_yet_are_told() -> None:
    later = [key for key, text in CATALOGUE.items() if text.later]
    assert list(CATALOGUE)[-len(later) :] == later
    assert f"`{later[0]}` and those below it are checked and kept, and not sent yet." in PAGE


def test_every_reason_to_wait_is_told_in_the_words_of_the_api() -> None:
    told = {
        reason: in_words(reason, offered_to=2, until="tomorrow, 9:00 AM (America/New_York)")
        for reason in WaitingBecause
    }
    rows = {f"| `{reason}` | {words} |" for reason, words in told.items()}
    assert set(lines_of("Why a chat waits")) == rows


def lines_of(section: str) -> list[str]:
    """The rows of the section's table that begin with a name."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [line for line in text.splitlines() if line.startswith("| `")]
