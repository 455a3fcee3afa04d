"""The shapes of the administrators' API; bodies as strict as everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from api.models import Body, Name
from services.configuration import Planned
from services.shapes import Moment
from store.configurations import Version

Base = Annotated[int, Field(ge=0, le=2**31 - 1, description="The version that it builds on.")]


class WantedDocument(Body):
    """A whole configuration: as a document or as the text of a file, one of the two."""

    document: dict[str, Any] | None = None
    yaml: str | None = None


class WantedConfiguration(WantedDocument):
    """A whole configuration, to be compared with a version."""

    base: Base | None = None


class WantedPreview(WantedDocument):
    """A whole configuration, and the key of the queue that a consumer finds their way to."""

    queue: Annotated[Name, Field(max_length=63)]


@dataclass(frozen=True)
class Configuration:
    """A version of the tenant's configuration. `version` 0: nothing was configured yet."""

    version: int
    by: str
    at: Moment
    document: dict[str, Any]

    @staticmethod
    def of(found: Version) -> Configuration:
        return Configuration(found.number, found.by, found.at, found.document)


@dataclass(frozen=True)
class ConfigurationVersion:
    """A version in the list of all."""

    version: int
    by: str
    at: Moment


@dataclass(frozen=True)
class FieldChange:
    """A field's value before and after; null: it has none."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Change:
    """What happens to one object: `create`, `change` or `delete`."""

    verb: str
    kind: str
    key: str
    name: str
    fields: list[FieldChange]


@dataclass(frozen=True)
class Plan:
    """What applying would change on top of `base`, and what it means for chats that run."""

    base: int
    changes: list[Change]
    consequences: list[str]

    @staticmethod
    def of(planned: Planned) -> Plan:
        changes = [
            Change(
                change.verb,
                change.kind,
                change.key,
                change.name,
                [FieldChange(field.field, field.old, field.new) for field in change.fields],
            )
            for change in planned.plan.changes
        ]
        return Plan(planned.base, changes, list(planned.meaning))


@dataclass(frozen=True)
class Applied(Plan):
    """What was changed; `version` holds now. It is `base` where nothing was to change."""

    version: int

    @staticmethod
    def by(planned: Planned) -> Applied:
        version = planned.base + 1 if planned.plan else planned.base
        return Applied(**vars(Plan.of(planned)), version=version)
