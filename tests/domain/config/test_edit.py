"""One object of a document changed by itself: all else stays as it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from domain.config.edit import (
    Data,
    Part,
    Section,
    UnknownObject,
    listed,
    with_object,
    with_part,
    without_object,
    without_part,
)
from domain.config.problems import Refused

DOCUMENT: Data = {
    "tenant": "acme",
    "users": {"ana": {"name": "Ana"}, "ben": {"name": "Ben"}},
    "teams": {"all": {"name": "All", "members": ["ana", "ben"]}},
    "queues": {
        "top": {
            "name": "Top",
            "queues": {
                "a": {"name": "A", "agents": ["ana"], "teams": ["all"]},
                "b": {"name": "B", "queues": {"b1": {"name": "B1"}}},
            },
        },
        "vip": {"name": "VIP"},
    },
}


def shape(document: Data) -> dict[str, Any]:
    """The tree as (parent, position) by key."""
    queues = listed(document, Section.QUEUES)
    return {key: (queue["parent"], queue["position"]) for key, queue in queues.items()}


BEFORE = {
    "top": (None, 0), "a": ("top", 0), "b": ("top", 1), "b1": ("b", 0), "vip": (None, 1)
}  # fmt: skip

MOVES: list[tuple[str, Data, dict[str, Any]]] = [
    ("a", {"name": "A"}, {}),
    ("a", {"name": "A", "position": 1}, {"a": ("top", 1), "b": ("top", 0)}),
    ("a", {"name": "A", "parent": None}, {"a": (None, 2), "b": ("top", 0)}),
    ("a", {"name": "A", "parent": "b", "position": 0},
     {"a": ("b", 0), "b1": ("b", 1), "b": ("top", 0)}),
    ("b", {"name": "B", "parent": None, "position": 0},
     {"b": (None, 0), "top": (None, 1), "vip": (None, 2)}),
    ("new", {"name": "New", "parent": "vip"}, {"new": ("vip", 0)}),
    ("new", {"name": "New"}, {"new": (None, 2)}),
    ("a", {"name": "A", "position": 99}, {"a": ("top", 1), "b": ("top", 0)}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "moved"), MOVES)
def test_a_queue_is_put_where_it_is_told_with_all_below_it(
    key: str, value: Data, moved: dict[str, Any]
) -> None:
    untouched = copy.deepcopy(DOCUMENT)
    assert shape(with_object(DOCUMENT, Section.QUEUES, key, value)) == BEFORE | moved
    assert untouched == DOCUMENT


@pytest.mark.parametrize("parent", ["nowhere", "b", "b1"])
def test_a_queue_never_comes_to_lie_below_itself_or_nowhere(parent: str) -> None:
    with pytest.raises(UnknownObject):
        with_object(DOCUMENT, Section.QUEUES, "b", {"name": "B", "parent": parent})


@pytest.mark.parametrize("wrong", [{"position": -1}, {"position": "1"}, {"queues": {}}])
def test_a_queue_in_no_place_is_refused(wrong: Data) -> None:
    with pytest.raises(Refused):
        with_object(DOCUMENT, Section.QUEUES, "a", {"name": "A"} | wrong)


def test_who_is_deleted_leaves_queues_and_teams() -> None:
    changed = without_object(DOCUMENT, Section.USERS, "ana")
    assert list(changed["users"]) == ["ben"]
    assert changed["teams"]["all"]["members"] == ["ben"]
    assert changed["queues"]["top"]["queues"]["a"]["agents"] == []
    changed = without_object(DOCUMENT, Section.TEAMS, "all")
    assert changed["queues"]["top"]["queues"]["a"]["teams"] == []


def test_a_queue_is_deleted_with_all_below_it() -> None:
    assert shape(without_object(DOCUMENT, Section.QUEUES, "b")) == {
        key: BEFORE[key] for key in ("top", "a", "vip")
    }


@pytest.mark.parametrize("section", list(Section))
def test_what_is_not_there_cannot_be_deleted(section: Section) -> None:
    with pytest.raises(UnknownObject):
        without_object(DOCUMENT, section, "nobody")


def test_a_part_is_replaced_and_the_rest_stays() -> None:
    changed = with_part(DOCUMENT, Part.SILENT, ["ended"])
    assert changed == DOCUMENT | {"silent": ["ended"]}


def test_a_part_that_may_be_missing_is_taken_away_and_the_rest_stays() -> None:
    assert without_part(DOCUMENT | {"crm": {"kind": "zendesk"}}, Part.CRM) == DOCUMENT
    with pytest.raises(UnknownObject):
        without_part(DOCUMENT, Part.CRM)
