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
"""Taking a part out may leave its holder incomplete, which is taken out then."""
_STAND_INS = {"tenant": "tenant", "name": "Name"}


def problems(data: dict[str, Any], wrong: Sequence[Path]) -> list[Problem]:
    """What is wrong with the rest of `data` once what stands at the `wrong` paths is left out.

    References to what was left out are not told: it may be there when it is mended.
    """
    rest, gone = copy.deepcopy(data), set[str]()
    for _ in range(ROUNDS):
        for path in wrong:
            gone |= _take_out(rest, path)
        try:
            found = checks.problems(Configuration.model_validate(rest))
        except ValidationError as error:
            wrong = [tuple(one["loc"]) for one in error.errors()]
            continue
        return [one for one in found if not _names(data, one.path, gone)]
    return []


def _names(data: Any, path: Path, keys: set[str]) -> bool:
    """Whether one of these keys is what stands at a path."""
    named = _at(data, path)
    return isinstance(named, str) and named in keys


def _take_out(rest: dict[str, Any], path: Path) -> set[str]:
    """Remove what stands at a path, or what it is missing from; the keys that went with it."""
    within = next((n for n, part in enumerate(path) if isinstance(part, int)), len(path))
    *above, last = [part for part in path[:within] if part != "[key]"] or [""]
    holder = _at(rest, tuple(above))
    if isinstance(holder, dict) and last in holder:
        return {str(last), *_keys(holder.pop(last))}
    if above:
        return _take_out(rest, tuple(above))
    rest |= {last: _STAND_INS[last]} if last in _STAND_INS else {}
    return set()


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
