"""A number leads to a menu with something in it, or to a single leaf (product A3, A4)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.config.checks import problems
from domain.config.file import validate


def queue(*below: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"name": "A queue", "queues": dict(below), **more}


def hidden(*below: tuple[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    return queue(*below, hidden=True, **more)


def refused(top: dict[str, Any], entry: str = "top") -> list[str]:
    """What is said of a number that leads to a queue of this tree."""
    document = {
        "tenant": "acme",
        "name": "Acme",
        "accounts": {"main": {"carrier": "twilio", "secrets": {"auth_token": {"env": "TOKEN"}}}},
        "queues": {"top": top},
        "numbers": {"+14155550100": {"account": "main", "queue": entry}},
    }
    return [str(problem) for problem in problems(validate(document))]


PAIR = (("a", hidden()), ("b", hidden()))


@pytest.mark.parametrize(
    ("top", "of"),
    [
        (queue(*PAIR), "top"),
        (queue(("one", queue(*PAIR))), "one"),
        (queue(("one", hidden(("a", queue()), ("b", queue())))), "top"),
        # A keyword leads to it, past the menu.
        (queue(("one", queue()), ("two", hidden(*PAIR, keywords=["vip"]))), "two"),
        (queue(("one", queue()), ("x", hidden(("two", queue(*PAIR, keywords=["vip"]))))), "two"),
    ],
)
def test_a_number_that_leads_to_several_leaves_but_to_no_menu_is_refused(
    top: dict[str, Any], of: str
) -> None:
    assert refused(top) == [
        f"numbers.+14155550100.queue leads to {of}, below which all is hidden, and more than one "
        "leaf: no menu can be shown there"
    ]


@pytest.mark.parametrize(
    ("top", "entry"),
    [
        (queue(), "top"),
        (queue(("a", hidden())), "top"),
        (queue(("one", hidden(("a", hidden())))), "top"),
        (queue(("one", queue()), *PAIR), "top"),
        # Nothing leads there but the leaves' own numbers.
        (queue(*PAIR), "a"),
        (queue(("one", queue()), ("two", hidden(*PAIR))), "top"),
    ],
)
def test_a_number_that_leads_to_a_menu_or_a_single_leaf_is_not(
    top: dict[str, Any], entry: str
) -> None:
    assert refused(top, entry) == []
