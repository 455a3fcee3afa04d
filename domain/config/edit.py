"""One object of a configuration's document, looked at or changed by itself.

A change yields a whole document again, which is checked, planned and applied like any other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from domain.config.problems import Problem, Refused

Data = dict[str, Any]


class Section(StrEnum):
    """What a document holds several of, each under its key."""

    NUMBERS = "numbers"
    QUEUES = "queues"
    USERS = "users"
    TEAMS = "teams"
    HOURS = "hours"
    SHORTCUTS = "shortcuts"
    ACCOUNTS = "accounts"
    WEBHOOKS = "webhooks"


class Part(StrEnum):
    """What a document holds once."""

    SETTINGS = "settings"
    TEXTS = "texts"
    SILENT = "silent"
    COMMANDS = "commands"
    CRM = "crm"


OPTIONAL = frozenset({Part.CRM})
"""The parts that a document may be without; the others have defaults."""


class UnknownObject(LookupError):
    """The document has no object with this key."""


def listed(document: Mapping[str, Any], section: Section) -> dict[str, Data]:
    """The objects by key. Queues in the menu's order, each with its `parent` and `position`."""
    if section is not Section.QUEUES:
        return dict(document.get(section, {}))
    return {
        key: {name: value for name, value in queue.items() if name != "queues"}
        | {"parent": parent, "position": position}
        for key, queue, parent, position in _walk(document.get("queues", {}), None)
    }


def with_object(document: Data, section: Section, key: str, value: Mapping[str, Any]) -> Data:
    """The document with this object, made or replaced.

    A queue takes `parent` (null: at the top) and `position` beside its fields, and keeps what is
    below it; what is left out of these two stays as it is. Raises `UnknownObject`, `Refused`.
    """
    changed = copy.deepcopy(document)
    if section is Section.QUEUES:
        _put_queue(changed, key, dict(value))
    else:
        changed.setdefault(section, {})[key] = dict(value)
    return changed


def without_object(document: Data, section: Section, key: str) -> Data:
    """The document without this object; a user or team also leaves where it is named.

    Raises `UnknownObject`.
    """
    changed = copy.deepcopy(document)
    if section is Section.QUEUES:
        siblings, _ = _place(changed, key)
        del siblings[key]
        return changed
    if key not in changed.get(section, {}):
        raise UnknownObject(key)
    del changed[section][key]
    if section is Section.USERS:
        for team in changed.get("teams", {}).values():
            _forget(team, "members", key)
    for _, queue, _, _ in _walk(changed.get("queues", {}), None):
        if section is Section.USERS:
            _forget(queue, "agents", key)
        elif section is Section.TEAMS:
            _forget(queue, "teams", key)
    return changed


def with_part(document: Data, part: Part, value: Any) -> Data:
    """The document with this part replaced."""
    return copy.deepcopy(document) | {str(part): value}


def without_part(document: Data, part: Part) -> Data:
    """The document without this part. Raises `UnknownObject`."""
    if part not in document:
        raise UnknownObject(str(part))
    return {name: copy.deepcopy(value) for name, value in document.items() if name != part}


def _forget(holder: Data, field: str, key: str) -> None:
    if key in holder.get(field, ()):
        holder[field] = [one for one in holder[field] if one != key]


def _put_queue(document: Data, key: str, value: Data) -> None:
    queues = document.setdefault("queues", {})
    found = next((one for one in _walk(queues, None) if one[0] == key), None)
    parent = value.pop("parent", found[2] if found else None)
    position = _whole(value.pop("position", None), key)
    if "queues" in value:
        raise Refused([Problem(("queues", key, "queues"), "are put one by one")])
    below: Data = {}
    if found:
        siblings, at = _place(document, key)
        below = siblings.pop(key).get("queues", {})
        if position is None and found[2] == parent:
            position = at
    # Its own subtree is out of the tree now, so that no queue comes to lie below itself.
    goes_to = queues if parent is None else _below(document, str(parent))
    others = list(goes_to.items())
    position = len(others) if position is None else position
    new = value | ({"queues": below} if below else {})
    ordered = [*others[:position], (key, new), *others[position:]]
    goes_to.clear()
    goes_to.update(ordered)


def _whole(position: Any, key: str) -> int | None:
    if position is None or (type(position) is int and position >= 0):
        return position
    raise Refused([Problem(("queues", key, "position"), "must be a whole number, 0 or more")])


def _below(document: Data, key: str) -> Data:
    siblings, _ = _place(document, key)
    below: Data = siblings[key].setdefault("queues", {})
    return below


def _place(document: Data, key: str) -> tuple[Data, int]:
    """The mapping in which a queue stands, and its position there. Raises `UnknownObject`."""
    left: list[Data] = [document.get("queues", {})]
    while left:
        queues = left.pop()
        if key in queues:
            return queues, list(queues).index(key)
        left += [queue["queues"] for queue in queues.values() if queue.get("queues")]
    raise UnknownObject(key)


def _walk(queues: Data, parent: str | None) -> Iterator[tuple[str, Data, str | None, int]]:
    for position, (key, queue) in enumerate(queues.items()):
        yield key, queue, parent, position
        yield from _walk(queue.get("queues", {}), key)
