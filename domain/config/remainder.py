"""What is right in a configuration with mistakes in its shape, so that all else is checked, too.

Whoever wrote a file mends it once: a misspelt name must not hide that a keyword clashes.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from domain.config import checks
from domain.config.document import Configuration
from domain.config.problems import Path, Problem

ROUNDS = 5
"""Taking a part out may leave its holder incomplete, which is mended or taken out then."""
_STAND_INS: dict[str, Any] = {
    "tenant": "stand-in",
    "name": "Stand-in",
    "carrier": "stand-in",
    "account": "stand-in",
    "email": "stand-in@example.com",
    "keyword": "stand-in",
    "text": {"en": "Stand-in"},
    "zone": "UTC",
    "open": "24/7",
    "day": "2000-01-01",
    "kind": "stand-in",
    "url": "https://example.com",
    "secret": {"env": "STAND_IN"},
}
"""What stands for a field that must be there, so that all else of its holder is checked."""


def problems(data: dict[str, Any], wrong: Sequence[Path]) -> list[Problem]:
    """What is wrong with the rest of `data` once what stands at the `wrong` paths is left out.

    References to what was left out are not told: it may be there when it is mended. Nor is what
    is wrong with a stand-in.
    """
    rest, gone, stood_in = copy.deepcopy(data), set[str](), set[Path]()
    for _ in range(ROUNDS):
        for path in wrong:
            gone |= _take_out(rest, path, stood_in)
        try:
            found = checks.problems(Configuration.model_validate(rest))
        except ValidationError as error:
            wrong = [tuple(one["loc"]) for one in error.errors()]
            continue
        return [
            one
            for one in found
            if not _names(data, one.path, gone)
            and not any(one.path[: len(path)] == path for path in stood_in)
        ]
    return []


def _names(data: Any, path: Path, keys: set[str]) -> bool:
    """Whether one of these keys is what stands at a path."""
    named = _at(data, path)
    return isinstance(named, str) and named in keys


def _take_out(rest: dict[str, Any], path: Path, stood_in: set[Path]) -> set[str]:
    """Remove what stands at a path; the keys that went with it.

    What is missing there gets a stand-in, or its holder is removed.
    """
    within = next((n for n, part in enumerate(path) if isinstance(part, int)), len(path))
    *above, last = [part for part in path[:within] if part != "[key]"] or [""]
    holder = _at(rest, tuple(above))
    if isinstance(holder, dict) and last in holder:
        return {str(last), *_keys(holder.pop(last))}
    if isinstance(holder, dict) and last in _STAND_INS:
        holder[last] = copy.deepcopy(_STAND_INS[last])
        stood_in.add((*above, last))
        return set()
    return _take_out(rest, tuple(above), stood_in) if above else set()


def _keys(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    return {str(key) for key in value}.union(*(_keys(below) for below in value.values()))


def _at(data: Any, path: Path) -> Any:
    """What stands at a path, None where there is nothing."""
    for part in path:
        known = range(len(data)) if isinstance(data, list | tuple) else data
        if not isinstance(known, dict | range) or part not in known:
            return None
        data = data[part]
    return data
