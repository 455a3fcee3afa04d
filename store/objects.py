"""Rows that a configuration names by keys: found, changed and made many at a time.

A tenant may have thousands of them, and one transaction brings all of them to what was applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from store.database import AnyRow, Tx

Ids = dict[str, int]
Values = dict[str, Any]


def keyed(tx: Tx, table: sa.Table, tenant_id: int, *where: sa.ColumnElement[bool]) -> Ids:
    """The ids of the tenant's rows that have a key, by key."""
    query = sa.select(table.c.key, table.c.id).where(
        table.c.tenant_id == tenant_id, table.c.key.is_not(None), *where
    )
    return {row.key: row.id for row in tx.conn.execute(query)}


def identify(
    rows: Sequence[AnyRow], wanted: Mapping[str, Any], natural: Callable[[AnyRow], Any]
) -> Ids:
    """Which rows are the wanted objects: by key, else by what they are known by elsewhere.

    `wanted` are the natural names by key. A row whose key is wanted is no other object's.
    """
    ids = {row.key: row.id for row in rows if row.key in wanted}
    free = {natural(row): row.id for row in rows if row.key not in wanted}
    return ids | {
        key: free[name] for key, name in wanted.items() if key not in ids and name in free
    }


def give_way(
    tx: Tx,
    table: sa.Table,
    tenant_id: int,
    column: str,
    rows: Sequence[AnyRow],
    taken: Mapping[Any, int | None],
    natural: Callable[[AnyRow], Any],
) -> None:
    """Rows whose unique name becomes another's are called something else meanwhile, so that two
    can change places; `taken` are the ids that are to have each name, None for a new row."""
    gone = [
        {"of_id": row.id, column: f"~{row.id}"}
        for row in rows
        if natural(row) in taken and taken[natural(row)] != row.id
    ]
    change(tx, table, tenant_id, gone)


def change(tx: Tx, table: sa.Table, tenant_id: int, rows: Sequence[Values]) -> None:
    """Change rows of the tenant, each given with `of_id` and the same names of columns."""
    if not rows:
        return
    columns: Values = {name: sa.bindparam(name) for name in rows[0] if name != "of_id"}
    update = sa.update(table).where(*_this_one(table, tenant_id)).values(columns)
    tx.conn.execute(update, list(rows))


def _this_one(table: sa.Table, tenant_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.tenant_id == tenant_id, table.c.id == sa.bindparam("of_id")


def add(tx: Tx, table: sa.Table, rows: Sequence[Values]) -> list[int]:
    """Make rows with the same names of columns; their ids, in order."""
    if not rows:
        return []
    made = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(tx.conn.execute(made, list(rows)).scalars())


def put(
    tx: Tx,
    table: sa.Table,
    tenant_id: int,
    ids: Ids,
    values: Mapping[str, Values],
    new: Mapping[str, Any] = MappingProxyType({}),
) -> Ids:
    """Change the rows that are there and make the others, which also have `new`; all ids."""
    known = [row | {"of_id": ids[key]} for key, row in values.items() if key in ids]
    change(tx, table, tenant_id, known)
    missing = [key for key in values if key not in ids]
    made = add(tx, table, [values[key] | dict(new) for key in missing])
    return ids | dict(zip(missing, made, strict=True))


def link(
    tx: Tx,
    table: sa.Table,
    tenant_id: int,
    left: str,
    right: str,
    wanted: Iterable[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Bring a table of pairs to those that are wanted; the pairs that were added or removed."""
    pairs = set(wanted)
    query = sa.select(table.c.id, table.c[left], table.c[right]).where(
        table.c.tenant_id == tenant_id
    )
    found = {(row[1], row[2]): row[0] for row in tx.conn.execute(query)}
    gone = [{"of_id": found[pair]} for pair in found.keys() - pairs]
    if gone:
        tx.conn.execute(sa.delete(table).where(*_this_one(table, tenant_id)), gone)
    rows = [{"tenant_id": tenant_id, left: a, right: b} for a, b in sorted(pairs - found.keys())]
    if rows:
        tx.conn.execute(sa.insert(table), rows)
    return pairs ^ found.keys()
