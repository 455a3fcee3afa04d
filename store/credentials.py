"""API credentials, and how often a tenant's clients called lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import tables as t
from store.database import AnyRow, Tx, on_each

k = t.credentials.c
w = t.api_windows.c


@dataclass(frozen=True)
class Credential:
    """An API credential; its token was shown once and is kept nowhere."""

    id: int
    name: str
    created_at: datetime
    created_by: str | None
    last_used_at: datetime | None
    disabled_at: datetime | None


_COLUMNS = (k.id, k.name, k.created_at, k.created_by, k.last_used_at, k.disabled_at)
_BY_TOKEN = sa.select(*_COLUMNS).where(
    k.tenant_id == bindparam("tenant_id"),
    k.token_hash == bindparam("token_hash"),
    k.disabled_at.is_(None),
)
_WINDOW = sa.select(w.taken).where(w.tenant_id == bindparam("tenant_id")).with_for_update()
_OPEN_WINDOW = on_each(lambda insert: insert(t.api_windows).on_conflict_do_nothing())


def by_token(tx: Tx, tenant_id: int, token_hash: str) -> Credential | None:
    """The tenant's enabled credential with this token; looked up by its hash, which tells the
    time of the lookup nothing about the token."""
    who = {"tenant_id": tenant_id, "token_hash": token_hash}
    return _credential(tx.conn.execute(_BY_TOKEN, who).one_or_none())


def is_known(tx: Tx, token_hash: str) -> bool:
    """Whether anybody has a credential with this token, enabled or not."""
    query = sa.select(k.id).where(k.token_hash == token_hash)
    return tx.conn.execute(query).first() is not None


def get(tx: Tx, tenant_id: int, credential_id: int) -> Credential | None:
    """The tenant's credential with this id."""
    query = sa.select(*_COLUMNS).where(k.tenant_id == tenant_id, k.id == credential_id)
    return _credential(tx.conn.execute(query).one_or_none())


def of_tenant(tx: Tx, tenant_id: int) -> list[Credential]:
    """All of them, the newest first, disabled ones included."""
    query = sa.select(*_COLUMNS).where(k.tenant_id == tenant_id).order_by(k.id.desc())
    return [Credential(*row) for row in tx.conn.execute(query)]


def add(tx: Tx, tenant_id: int, name: str, token_hash: str, by: str | None) -> Credential:
    """A credential that holds from now on."""
    values = {
        "tenant_id": tenant_id,
        "name": name,
        "token_hash": token_hash,
        "created_at": tx.now,
        "created_by": by,
    }
    made = tx.conn.execute(sa.insert(t.credentials).values(values).returning(k.id))
    return Credential(int(made.scalar_one()), name, tx.now, by, None, None)


def set_token(tx: Tx, tenant_id: int, credential_id: int, token_hash: str) -> None:
    """The token before is worth nothing from now on."""
    _change(tx, tenant_id, credential_id, token_hash=token_hash, last_used_at=None)


def disable(tx: Tx, tenant_id: int, credential_id: int) -> None:
    """The token is worth nothing from now on."""
    _change(tx, tenant_id, credential_id, disabled_at=tx.now)


def used(tx: Tx, tenant_id: int, credential_id: int) -> None:
    """Somebody called with it just now."""
    _change(tx, tenant_id, credential_id, last_used_at=tx.now)


def _change(tx: Tx, tenant_id: int, credential_id: int, **values: object) -> None:
    mine = sa.and_(k.tenant_id == tenant_id, k.id == credential_id)
    tx.conn.execute(sa.update(t.credentials).where(mine).values(**values))


def take(tx: Tx, tenant_id: int, most: int, window: timedelta) -> timedelta | None:
    """One more call, or for how long there is room for none.

    The times of the last `most` calls stand in one row per tenant, which orders the processes:
    no window of this length, wherever it begins, ever has more of them.
    """
    who = {"tenant_id": tenant_id}
    row = tx.conn.execute(_WINDOW, who).one_or_none()
    if row is None:
        tx.conn.execute(_OPEN_WINDOW[tx.on_sqlite], who | {"taken": []})
        row = tx.conn.execute(_WINDOW, who).one()
    taken = [datetime.fromisoformat(at) for at in row.taken]
    # Who came to the lock later may have read its clock earlier.
    now = max(tx.now, taken[-1]) if taken else tx.now
    recent = [at for at in taken if at > now - window]
    if len(recent) >= most:
        return recent[-most] + window - tx.now
    kept = [at.isoformat() for at in (*recent, now)]
    tx.conn.execute(sa.update(t.api_windows).where(w.tenant_id == tenant_id).values(taken=kept))
    return None


def _credential(row: AnyRow | None) -> Credential | None:
    return None if row is None else Credential(*row)
