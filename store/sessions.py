"""Logins that last: whose a token is, and who is logged in from where."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam

from store import tables as t
from store import users
from store.database import Tx
from store.users import COLUMNS, User

s = t.sessions.c
u = t.users.c


@dataclass(frozen=True)
class OpenSession:
    """A session that has neither ended nor been revoked; `address` is a network's."""

    id: int
    user_id: int
    user_name: str
    created_at: datetime
    expires_at: datetime
    address: str | None
    token_hash: str


_OF_SESSION = (
    sa.select(*COLUMNS, s.csrf_token)
    .join(t.sessions, s.user_id == u.id)
    .where(
        s.token_hash == bindparam("token_hash"),
        s.revoked_at.is_(None),
        s.expires_at > bindparam("now"),
        u.active,
    )
)


def begin(
    tx: Tx,
    user: User,
    token_hash: str,
    csrf_token: str,
    lasts: timedelta,
    address: str | None = None,
) -> None:
    """A login; the token itself is never stored."""
    tx.conn.execute(
        sa.insert(t.sessions).values(
            tenant_id=user.tenant_id,
            user_id=user.id,
            token_hash=token_hash,
            csrf_token=csrf_token,
            created_at=tx.now,
            expires_at=tx.now + lasts,
            address=address,
        )
    )


def holder(tx: Tx, token_hash: str) -> tuple[User, str] | None:
    """Who is logged in with this token, and the session's CSRF token."""
    row = tx.conn.execute(_OF_SESSION, {"token_hash": token_hash, "now": tx.now}).one_or_none()
    user = users.from_row(row)
    return None if user is None or row is None else (user, row.csrf_token)


def end(tx: Tx, token_hash: str) -> None:
    """The token is worth nothing from now on."""
    tx.conn.execute(
        sa.update(t.sessions)
        .where(s.token_hash == token_hash, s.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def seen(tx: Tx, token_hashes: Set[str]) -> None:
    """These sessions were heard of now."""
    these = s.token_hash.in_(sorted(token_hashes))
    tx.conn.execute(sa.update(t.sessions).where(these).values(seen_at=tx.now))


def open_ones(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[OpenSession], int]:
    """A page of the tenant's open sessions, the newest first, and how many there are."""
    where = (s.tenant_id == tenant_id, s.revoked_at.is_(None), s.expires_at > tx.now)
    query = (
        sa.select(s.id, u.id, u.name, s.created_at, s.expires_at, s.address, s.token_hash)
        .join(t.users, u.id == s.user_id)
        .where(*where)
        .order_by(s.id.desc())
    )
    rows = tx.conn.execute(query.limit(per).offset((page - 1) * per))
    total = sa.select(sa.func.count()).select_from(t.sessions).where(*where)
    return [OpenSession(*row) for row in rows], int(tx.conn.execute(total).scalar_one())


def revoke(tx: Tx, tenant_id: int, session_id: int) -> int | None:
    """End one session; whose it was, or None where none is open."""
    mine = sa.and_(s.tenant_id == tenant_id, s.id == session_id, s.revoked_at.is_(None))
    change = sa.update(t.sessions).where(mine).values(revoked_at=tx.now).returning(s.user_id)
    found: int | None = tx.conn.execute(change).scalar_one_or_none()
    return found


def revoke_all(tx: Tx, user: User, but: str | None = None) -> None:
    """End all sessions of a user, except the one with this token, if any."""
    theirs = [s.tenant_id == user.tenant_id, s.user_id == user.id, s.revoked_at.is_(None)]
    if but is not None:
        theirs.append(s.token_hash != but)
    tx.conn.execute(sa.update(t.sessions).where(*theirs).values(revoked_at=tx.now))
