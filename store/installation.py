"""Which Temporal namespace this database belongs to: ids of another's would collide (rule 8)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from store import tables as t
from store.database import Tx


@dataclass(frozen=True)
class Installation:
    """The database's own token, and the name of its namespace once it has one."""

    token: str
    namespace: str | None


def read(tx: Tx) -> Installation | None:
    """What is known so far."""
    query = sa.select(t.installation.c.token, t.installation.c.namespace)
    row = tx.conn.execute(query.order_by(t.installation.c.id).limit(1)).one_or_none()
    return None if row is None else Installation(row.token, row.namespace)


def claim(tx: Tx, namespace: str) -> Installation:
    """The database's token; remembers the namespace of the first process that asks."""
    known = read(tx)
    if known is None:
        token = secrets.token_hex(16)
        tx.conn.execute(sa.insert(t.installation).values(id=1, token=token, namespace=namespace))
        return Installation(token, namespace)
    if known.namespace is None:
        tx.conn.execute(sa.update(t.installation).values(namespace=namespace))
        return Installation(known.token, namespace)
    return known
