"""The shortcuts of a tenant, as its configuration has them."""

from __future__ import annotations

from domain.shortcuts import Shortcut
from store import configurations, tenants
from store.database import Tx


def shortcuts(tx: Tx, tenant_id: int) -> tuple[Shortcut, ...]:
    """In the configuration's order; read again after another one was applied."""
    version = tenants.get(tx, tenant_id).configuration
    if not version:
        return ()
    kept = tx.shared.get(("shortcuts", tenant_id))
    if kept is not None and kept[0] == version:
        known: tuple[Shortcut, ...] = kept[1]
        return known
    holds = configurations.current(tx, tenant_id)
    document = {} if holds is None else holds.document.get("shortcuts", {})
    found = tuple(
        Shortcut(
            key=key,
            keyword=one["keyword"],
            wordings=one["text"],
            category=one.get("category", ""),
            opt_in=one.get("opt_in", False),
        )
        for key, one in document.items()
    )
    tx.shared["shortcuts", tenant_id] = version, found
    return found
