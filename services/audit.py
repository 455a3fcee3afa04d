"""The audit log of what is no configuration: credentials, passwords, sessions, dismissed requests
to stop. Never a secret, nor a consumer's number or words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.config.plan import Kind, Verb
from store import configurations, tenants
from store.configurations import Actor, Noted
from store.database import Tx
from store.users import User


@dataclass(frozen=True)
class Call:
    """How somebody's change came: `api` or `console`, from which network address."""

    source: str
    address: str | None

    def by(self, user: User) -> Actor:
        """Who the log says it was."""
        return Actor(self.source, user.name, user.id, self.address)


def note(
    tx: Tx,
    tenant_id: int,
    actor: Actor,
    verb: Verb,
    kind: Kind | Noted,
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
