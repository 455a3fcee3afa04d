"""The configuration file: YAML to data and back, with the place of everything in it.

Every plain scalar is read as the text that it is, and the declared type makes it a number or a
switch: `+14155550100` stays a phone number, and `no` a language. Anchors are refused, since they
let a few lines unfold to any size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import to_json
from yaml import CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode

from domain.config import checks, remainder
from domain.config.document import Configuration
from domain.config.problems import Path, Problem, Refused

MOST_CHARACTERS = 20_000_000
MOST_DEPTH = 200
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_NULL = ("", "~", "null")
_WORDINGS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known name",
    "dict_type": "must be a mapping of names to values",
    "model_type": "must be a mapping of names to values",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "date_from_datetime_parsing": "must be a date, such as 2026-03-02",
    "date_parsing": "must be a date, such as 2026-03-02",
    "date_type": "must be a date, such as 2026-03-02",
    "time_parsing": "must be a time of the day in quotes, such as '08:00'",
    "time_type": "must be a time of the day in quotes, such as '08:00'",
}


@dataclass
class Places:
    """Line and column, from 1, of every path of a file."""

    _known: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def note(self, path: Path, node: Node) -> None:
        self._known.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))

    def locate(self, problem: Problem) -> Problem:
        """The problem with its place: of the path itself, else of what it would stand in."""
        path = problem.path
        while path and path not in self._known:
            path = path[:-1]
        line, column = self._known.get(path, (1, 1))
        return Problem(problem.path, problem.rule, line, column)


def read(text: str) -> tuple[Any, Places]:
    """The file's data and the place of each part. Raises `Refused` with every problem."""
    data, places, problems = _read(text)
    if problems:
        raise Refused(problems)
    return data, places


def _read(text: str) -> tuple[Any, Places, list[Problem]]:
    """The same, with what is given twice and what is an alias. Raises `Refused` for no YAML."""
    if len(text) > MOST_CHARACTERS:
        raise Refused([Problem((), f"must have at most {MOST_CHARACTERS} characters", 1, 1)])
    places, problems = Places(), list[Problem]()
    try:
        _measure(text)
        tree = yaml.compose(text, Loader=CSafeLoader)
        data = None if tree is None else _construct(tree, (), places, problems, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        rule = f"is not YAML: {error.problem or error.context}"
        raise Refused([Problem((), rule, line, column)]) from None
    except yaml.YAMLError:
        raise Refused([Problem((), "is not YAML: a character is not allowed", 1, 1)]) from None
    return data, places, problems


def _measure(text: str) -> None:
    """Refuse what is nested too deeply: the C parser's recursion would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise Refused([Problem((), f"is nested more than {MOST_DEPTH} levels deep", 1, 1)])


def _construct(
    node: Node, path: Path, places: Places, problems: list[Problem], seen: set[int]
) -> Any:
    if id(node) in seen:
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        problems.append(Problem(path, "must not be an alias (*) of another place", *place))
        return None
    seen.add(id(node))
    places.note(path, node)
    if isinstance(node, MappingNode):
        made: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            below = (*path, name)
            places.note(below, key)
            if name in made:
                place = (key.start_mark.line + 1, key.start_mark.column + 1)
                problems.append(Problem(below, "is given twice", *place))
            made[name] = _construct(value, below, places, problems, seen)
        return made
    if isinstance(node, SequenceNode):
        return [
            _construct(each, (*path, index), places, problems, seen)
            for index, each in enumerate(node.value)
        ]
    assert isinstance(node, ScalarNode)
    return None if node.style is None and node.value in _NULL else node.value


def parse(text: str) -> tuple[Configuration, Places]:
    """A file as a configuration whose parts are each right by themselves.

    What its parts mean to each other is for `checks`. Raises `Refused` with all problems, these
    too.
    """
    data, places, twice = _read(text)
    try:
        configuration = validate(data)
        if not twice:
            return configuration, places
        found = checks.problems(configuration)
    except Refused as refused:
        found = list(refused.problems)
    raise Refused([*twice, *(places.locate(problem) for problem in found)])


def validate(data: Any, *, strict: bool = False) -> Configuration:
    """Data as a configuration; `strict` does not take "3" for 3, as JSON should not."""
    if not isinstance(data, Mapping):
        raise Refused([Problem((), "must be a mapping of names to values")])
    unsound = list(_unsound(data))
    if unsound:
        raise Refused(unsound)
    try:
        if strict:
            return Configuration.model_validate_json(to_json(data), strict=True)
        return Configuration.model_validate(data)
    except ValidationError as error:
        shape = [problem(found) for found in error.errors()]
        rest = remainder.problems(dict(data), [tuple(found["loc"]) for found in error.errors()])
        raise Refused([*shape, *rest]) from None


def _unsound(data: Any) -> Iterator[Problem]:
    """What no database could store, and what is too deep to be walked."""
    left: list[tuple[Path, Any]] = [((), data)]
    while left:
        path, at = left.pop()
        if len(path) > MOST_DEPTH:
            yield Problem(path[:10], f"is nested more than {MOST_DEPTH} levels deep")
        elif isinstance(at, Mapping):
            if any(isinstance(name, str) and _UNSTORABLE.search(name) for name in at):
                yield Problem(path, "must not contain NUL or half a surrogate pair")
            else:
                left += [((*path, name), value) for name, value in at.items()]
        elif isinstance(at, list | tuple):
            left += [((*path, index), value) for index, value in enumerate(at)]
        elif isinstance(at, str) and _UNSTORABLE.search(at):
            yield Problem(path, "must not contain NUL or half a surrogate pair")


def problem(found: Any) -> Problem:
    """One of Pydantic's errors in our words."""
    path = tuple(part for part in found["loc"] if part != "[key]")
    rule = _WORDINGS.get(found["type"])
    if rule is None:
        message = str(found["msg"]).removeprefix("Value error, ")
        rule = message.replace("Input should be", "must be")
        rule = rule.replace("String should have", "must have").replace("Tuple should", "must")
        rule = rule.replace(" after validation", "")
    return Problem(path, rule)


class _Dumper(yaml.CSafeDumper):
    """Lists are indented below their name, as people write them."""


def write(data: Mapping[str, Any]) -> str:
    """Data as a file that reads back as the same data."""
    return yaml.dump(
        dict(data),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
