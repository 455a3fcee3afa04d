"""What applying a configuration would change: objects created, changed field by field, deleted.

A configuration is taken apart into objects that each have a kind, a key and flat fields. Two
configurations are compared object by object, so a plan reads the same whoever made the change,
the file or the API, and so does the audit log that is written from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.config.document import Configuration

Fields = Mapping[str, Any]
TOP = "(top)"
"""The parent of the queues that have none: no key of a queue."""
_PLACE = frozenset({"parent", "queue", "outbound"})


class Kind(StrEnum):
    """What a configuration is made of, in the order in which it is created."""

    TENANT = "tenant"
    HOURS = "hours"
    ACCOUNT = "account"
    USER = "user"
    TEAM = "team"
    QUEUE = "queue"
    NUMBER = "number"
    SHORTCUT = "shortcut"
    WEBHOOK = "webhook"


class Verb(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True)
class FieldChange:
    """One field's value before and after; None: it has none."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """What happens to one object, which people know by `name`; `fields` are what is set,
    changed or lost."""

    verb: Verb
    kind: Kind
    key: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Plan:
    """All changes, in the order in which they are made."""

    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def count(self, verb: Verb) -> int:
        return sum(change.verb is verb for change in self.changes)

    @property
    def verbs(self) -> tuple[Verb, ...]:
        return tuple(Verb)

    @property
    def moves_numbers(self) -> bool:
        """Whether a number may come to stand for other queues than before, itself or with a queue
        (domain/consent.py)."""
        return any(
            change.kind in (Kind.QUEUE, Kind.NUMBER)
            and not _PLACE.isdisjoint(field.field for field in change.fields)
            for change in self.changes
        )

    def of(self, kind: Kind, *verbs: Verb) -> Iterator[Change]:
        """The changes of one kind of object."""
        return (c for c in self.changes if c.kind is kind and c.verb in (verbs or Verb))


def compare(old: Configuration | None, new: Configuration) -> Plan:
    """What turns `old` into `new`; parents are created before and deleted after children."""
    before = {} if old is None else dict(objects(old))
    after = dict(objects(new))
    changes = [
        Change(Verb.CREATE if at not in before else Verb.CHANGE, *at, _name(at[1], fields), found)
        for at, fields in after.items()
        if (found := _changed(before.get(at, {}), fields)) or at not in before
    ]
    gone = [at for at in before if at not in after]
    for at in reversed(gone):
        fields = before[at]
        changes.append(Change(Verb.DELETE, *at, _name(at[1], fields), _changed(fields, {})))
    return Plan(tuple(changes))


def _name(key: str, fields: Fields) -> str:
    return str(fields.get("name") or fields.get("label") or fields.get("keyword") or key)


def _changed(old: Fields, new: Fields) -> tuple[FieldChange, ...]:
    names = dict.fromkeys([*old, *new])
    return tuple(
        FieldChange(name, old.get(name), new.get(name))
        for name in names
        if (name != "order" and old.get(name) != new.get(name))
        or (name == "order" and _reordered(old.get(name, ()), new.get(name, ())))
    )  # fmt: skip


def _reordered(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether those that are in both changed places: a new one in between moves nobody."""
    return [key for key in old if key in new] != [key for key in new if key in old]


def objects(configuration: Configuration) -> Iterator[tuple[tuple[Kind, str], Fields]]:
    """Every object with its flat fields, those at their default left out."""
    c = configuration
    tenant = {"name": c.name, "language": c.language, "silent": list(c.silent)}
    commands = c.commands.model_dump(mode="json", exclude_defaults=True)
    yield (
        (Kind.TENANT, c.tenant),
        _present(tenant)
        | _flat("settings", _plain(c.settings))
        | _flat("commands", commands)
        | _flat("crm", {} if c.crm is None else _flattened(c.crm))
        | {
            f"texts.{lang}.{key}": wording
            for lang, wordings in c.texts.items()
            for key, wording in wordings.items()
        }
        | {"order": tuple(c.queues)},
    )
    yield from _named(Kind.HOURS, c.hours)
    yield from _named(Kind.ACCOUNT, c.accounts)
    yield from _named(Kind.USER, c.users)
    yield from _named(Kind.TEAM, c.teams)
    for keys, queue in c.walk():
        fields = queue.model_dump(
            mode="json", exclude_defaults=True, exclude={"queues", "settings"}
        )
        parent = keys[-2] if len(keys) > 1 else TOP
        below = {"parent": parent, "order": tuple(queue.queues)}
        yield (
            (Kind.QUEUE, keys[-1]),
            fields | _flat("settings", _plain(queue.settings)) | below,
        )
    yield from _named(Kind.NUMBER, c.numbers)
    yield from _named(Kind.SHORTCUT, c.shortcuts)
    yield from _named(Kind.WEBHOOK, c.webhooks)


def _plain(model: Any) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json", exclude_defaults=True)
    return plain


def _named(kind: Kind, named: Mapping[str, Any]) -> Iterator[tuple[tuple[Kind, str], Fields]]:
    for key, model in named.items():
        yield (kind, key), _flattened(model)


def _flattened(model: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in _plain(model).items():
        fields |= _flat(name, value) if isinstance(value, dict) else {name: value}
    return fields


def _flat(prefix: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": value for name, value in fields.items()}


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [], "")}
