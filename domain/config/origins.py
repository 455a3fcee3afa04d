"""Where each setting's value comes from, for a tenant or on one of its queues (product C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.config.document import Configuration
from domain.config.edit import UnknownObject
from domain.config.settings import TENANT_FIELDS, origin

Path = Sequence[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class SettingOrigin:
    """A setting's value, and who gives it: `default`, `tenant`, or a `queue` by its key."""

    name: str
    value: Any
    origin: str
    queue: str | None


def origins(document: Configuration, queue: str | None) -> list[SettingOrigin]:
    """Every setting; on a queue its language and hours, too. Raises `UnknownObject`."""
    path: list[tuple[str, dict[str, Any]]] = []
    if queue is not None:
        nodes = {keys[-1]: (keys, node) for keys, node in document.walk()}
        if queue not in nodes:
            raise UnknownObject(queue)
        for key in reversed(nodes[queue][0]):
            node = nodes[key][1]
            own = node.settings.model_dump(mode="json", exclude_none=True)
            path.append((key, own | {"language": node.language, "hours": node.hours}))
    tenant = document.settings.model_dump(mode="json", exclude_defaults=True)
    found = [_setting(name, path, tenant) for name in TENANT_FIELDS]
    inherited = {"language": document.language, "hours": None} if path else {}
    return found + [_nearest(name, path, value) for name, value in inherited.items()]


def _setting(name: str, path: Path, tenant: dict[str, Any]) -> SettingOrigin:
    found = origin(name, path, tenant)
    if found.where in ("tenant", "default"):
        return SettingOrigin(name, found.value, found.where, None)
    return SettingOrigin(name, found.value, "queue", found.where)


def _nearest(name: str, path: Path, tenant: Any) -> SettingOrigin:
    for key, given in path:
        if given[name] is not None:
            return SettingOrigin(name, given[name], "queue", key)
    return SettingOrigin(name, tenant, "default" if tenant is None else "tenant", None)
