"""The audit log of what is no configuration: credentials, passwords, sessions. Never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.config.plan import Verb
from store import configurations, tenants
from store.configurations import Actor
from store.database import Tx


def note(
    tx: Tx,
    tenant_id: int,
    actor: Actor,
    verb: Verb,
    kind: str,
    key: str,
    fields: Sequence[tuple[str, Any, Any]],
) -> None:
    """Somebody did something to one object; `fields` are (name, before, after)."""
    entry = {
        "version": tenants.get(tx, tenant_id).configuration,
        "verb": verb,
        "kind": kind,
        "key": key,
        "fields": [{"field": name, "old": old, "new": new} for name, old, new in fields],
    }
    configurations.log(tx, tenant_id, actor, [entry])
