"""The carrier accounts that the engine reads, as a configuration has them.

One that a configuration has no more is removed: no text is taken from it, its name is free, and
receipts of what it sent still count. It lives again when it comes back. Needs the routing lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.plan import Kind, Plan
from services.staffing import ADDED
from store import accounts, objects
from store import tables as t
from store.database import AnyRow, Tx
from store.objects import Ids

a = t.carrier_accounts.c


def write(
    tx: Tx, tenant_id: int, c: Configuration, plan: Plan, addresses: Mapping[str, str]
) -> Ids:
    """Every account; the ids by key. `addresses` are those of the carriers' APIs, by key."""
    query = sa.select(a.id, a.key, a.carrier, a.name, a.removed_at).where(a.tenant_id == tenant_id)
    rows = tx.conn.execute(query).all()
    changed = [change.key for change in plan.of(Kind.ACCOUNT, *ADDED)]
    names = {key: (told.carrier, c.account_name(key)) for key, told in c.accounts.items()}
    ids = objects.identify(rows, names, _name)
    _remove(tx, tenant_id, [row for row in rows if row.id not in ids.values()])
    if not changed:
        return ids
    taken = {names[key]: ids.get(key) for key in changed}
    objects.give_way(tx, t.carrier_accounts, tenant_id, "name", rows, taken, _name)
    accounts.take_over(tx, tenant_id, taken)
    values = {
        key: {
            "tenant_id": tenant_id,
            "key": key,
            "carrier": c.accounts[key].carrier,
            "name": c.account_name(key),
            "base_url": addresses[key],
            "settings": c.accounts[key].settings,
            "secret_refs": {
                name: secret.reference for name, secret in c.accounts[key].secrets.items()
            },
            "removed_at": None,
        }
        for key in changed
    }
    return objects.put(tx, t.carrier_accounts, tenant_id, ids, values)


def _remove(tx: Tx, tenant_id: int, rows: Sequence[AnyRow]) -> None:
    gone = [row.id for row in rows if row.key is not None and row.removed_at is None]
    changes = [{"of_id": one, "removed_at": tx.now} for one in gone]
    objects.change(tx, t.carrier_accounts, tenant_id, changes)


def _name(row: AnyRow) -> tuple[str, str]:
    return row.carrier, row.name
