"""Our numbers as the scopes of consent see them, and the queues that they have left (product B)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.consent import Line
from store import consent, objects, tenants
from store import tables as t
from store.database import Tx

n = t.numbers.c
q = t.number_queues.c

# Of a number in no queue, a row for each queue that texts from it.
_ALL = (
    sa.select(n.id, n.queue_id, n.left_queues, q.queue_id.label("texts"))
    .outerjoin(
        t.number_queues,
        sa.and_(q.tenant_id == n.tenant_id, q.number_id == n.id, n.queue_id.is_(None)),
    )
    .where(n.tenant_id == bindparam("tenant_id"))
)
_ONE = _ALL.where(n.id == bindparam("number_id"))


def of_number(tx: Tx, tenant_id: int, number_id: int) -> Line:
    """One of the tenant's numbers, which must exist."""
    return _lines(tx, tenant_id, _ONE, number_id=number_id)[number_id]


def of_tenant(tx: Tx, tenant_id: int) -> dict[int, Line]:
    """All numbers that the tenant has or had, by id."""
    return _lines(tx, tenant_id, _ALL)


def note_left(tx: Tx, tenant_id: int, before: Mapping[int, Line]) -> None:
    """Numbers and queues have changed: the queues that each number stands for no more, as it was
    `before`, go on silencing it by what was said up to now. Needs the routing lock."""
    now = of_tenant(tx, tenant_id)
    moved = [line for line in before.values() if line.queue_ids - now[line.number_id].queue_ids]
    if not moved:
        return
    newest = consent.newest(tx)
    rows = [
        {
            "of_id": line.number_id,
            "left_queues": line.left_for(now[line.number_id].queue_ids, newest),
        }
        for line in moved
    ]
    objects.change(tx, t.numbers, tenant_id, rows)


def _lines(tx: Tx, tenant_id: int, query: sa.Select[Any], **which: int) -> dict[int, Line]:
    # First, since this may need no lock: with the tree of before and the number of after a move
    # nothing is missed; the other way round the queue would be neither above it nor left.
    tree = tenants.tree(tx, tenant_id)
    queues: dict[int, set[int]] = {}
    left: dict[int, Mapping[int, int]] = {}
    for row in tx.conn.execute(query, {"tenant_id": tenant_id, **which}):
        own = {row.queue_id, row.texts} - {None}
        above = (up for one in own if one in tree for up in tree.way_up(one))
        queues.setdefault(row.id, set()).update(own, above)
        left[row.id] = row.left_queues
    return {one: Line(one, frozenset(found), left[one]) for one, found in queues.items()}
