"""Users, their statuses and passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite

from domain.statuses import AgentStatus, Role
from store import tables as t
from store.database import AnyRow, Tx

u = t.users.c


@dataclass(frozen=True)
class User:
    """A person who logs in. `concurrency_limit` is None where the tenant's holds."""

    id: int
    tenant_id: int
    role: Role
    name: str
    email: str
    status: AgentStatus
    status_since: datetime
    concurrency_limit: int | None
    active: bool
    wrap_up_until: datetime | None


COLUMNS = (
    u.id,
    u.tenant_id,
    u.role,
    u.name,
    u.email,
    u.status,
    u.status_since,
    u.concurrency_limit,
    u.active,
    u.wrap_up_until,
)
_GET = sa.select(*COLUMNS).where(
    u.tenant_id == bindparam("tenant_id"), u.id == bindparam("user_id")
)
_LOCK = _GET.with_for_update(key_share=True)
_SET_STATUS = sa.update(t.users).where(
    u.tenant_id == bindparam("of_tenant"), u.id == bindparam("user_id")
)
_LOAD = sa.select(sa.func.count()).where(
    t.chats.c.tenant_id == bindparam("tenant_id"),
    t.chats.c.agent_id == bindparam("agent_id"),
    sa.text(t.ASSIGNED_CHAT),
)


def get(tx: Tx, tenant_id: int, user_id: int) -> User | None:
    """The tenant's user with this id."""
    who = {"tenant_id": tenant_id, "user_id": user_id}
    return from_row(tx.conn.execute(_GET, who).one_or_none())


def lock(tx: Tx, tenant_id: int, user_id: int) -> User | None:
    """The user under the row lock that orders everything about one agent's capacity."""
    who = {"tenant_id": tenant_id, "user_id": user_id}
    return from_row(tx.conn.execute(_LOCK, who).one_or_none())


def with_password(tx: Tx, tenant_id: int, email: str) -> tuple[User, str] | None:
    """The user with this e-mail address, and the hash of the password."""
    query = sa.select(*COLUMNS, u.password_hash).where(
        u.tenant_id == tenant_id, u.email == email.strip().lower()
    )
    row = tx.conn.execute(query).one_or_none()
    user = from_row(row)
    return None if user is None or row is None else (user, row.password_hash)


def set_status(
    tx: Tx, user: User, status: AgentStatus, wrap_up_until: datetime | None = None
) -> None:
    """The agent is something else from now on; in wrap-up until an instant."""
    values = {"status": status, "status_since": tx.now, "wrap_up_until": wrap_up_until}
    tx.conn.execute(_SET_STATUS, values | {"of_tenant": user.tenant_id, "user_id": user.id})


def extend_wrap_up(tx: Tx, user: User, until: datetime) -> None:
    """The agent's wrap-up lasts until then."""
    who = {"of_tenant": user.tenant_id, "user_id": user.id}
    tx.conn.execute(_SET_STATUS, {"wrap_up_until": until} | who)


def wrapped_up(tx: Tx, tenant_id: int, by: datetime) -> list[int]:
    """The agents whose wrap-up was over by then."""
    query = sa.select(u.id).where(u.tenant_id == tenant_id, u.wrap_up_until <= by)
    return list(tx.conn.execute(query.order_by(u.id)).scalars())


def next_wrap_up(tx: Tx, tenant_id: int) -> datetime | None:
    """When the next wrap-up ends."""
    query = sa.select(sa.func.min(u.wrap_up_until)).where(u.tenant_id == tenant_id)
    ends: datetime | None = tx.conn.execute(query.where(u.wrap_up_until > tx.now)).scalar_one()
    return ends


def unheard_of(tx: Tx, tenant_id: int, before: datetime) -> list[int]:
    """Who is not Offline, but has no session that was heard of since then, nor chose a status."""
    s = t.sessions.c
    heard = sa.select(s.id).where(
        s.tenant_id == u.tenant_id,
        s.user_id == u.id,
        s.revoked_at.is_(None),
        sa.or_(s.seen_at >= before, s.created_at >= before),
    )
    query = sa.select(u.id).where(
        u.tenant_id == tenant_id,
        u.status != AgentStatus.OFFLINE,
        u.status_since < before,
        ~heard.exists(),
    )
    return list(tx.conn.execute(query.order_by(u.id)).scalars())


def deactivate(tx: Tx, user: User) -> None:
    """The user cannot log in any more."""
    offline = {"status": AgentStatus.OFFLINE, "status_since": tx.now, "wrap_up_until": None}
    values = {"active": False, **offline}
    them = sa.and_(u.tenant_id == user.tenant_id, u.id == user.id)
    tx.conn.execute(sa.update(t.users).where(them).values(values))


def by_key(tx: Tx, tenant_id: int, key: str) -> User | None:
    """The active user whom the configuration names so."""
    query = sa.select(*COLUMNS).where(u.tenant_id == tenant_id, u.key == key, u.active)
    return from_row(tx.conn.execute(query).one_or_none())


def key_of(tx: Tx, user: User) -> str:
    """What the configuration calls the user; the id of one whom it does not have."""
    query = sa.select(u.key).where(u.tenant_id == user.tenant_id, u.id == user.id)
    return tx.conn.execute(query).scalar_one() or str(user.id)


def set_password(tx: Tx, user: User, password_hash: str) -> None:
    """Only this password logs in from now on."""
    them = sa.and_(u.tenant_id == user.tenant_id, u.id == user.id)
    tx.conn.execute(sa.update(t.users).where(them).values(password_hash=password_hash))


def load(tx: Tx, tenant_id: int, agent_id: int) -> int:
    """How many chats the agent is connected to."""
    who = {"tenant_id": tenant_id, "agent_id": agent_id}
    return int(tx.conn.execute(_LOAD, who).scalar_one())


def sits_on(tx: Tx, tenant_id: int, agent_id: int, queue_id: int) -> bool:
    """Whether the agent is one of the queue's."""
    qa = t.queue_agents.c
    query = sa.select(qa.id).where(
        qa.tenant_id == tenant_id, qa.user_id == agent_id, qa.queue_id == queue_id
    )
    return tx.conn.execute(query).first() is not None


def count_up(tx: Tx, key: str, window: timedelta) -> tuple[int, datetime]:
    """Count one more in the key's window: the count, and when the window ends."""
    r = t.rate_counters.c
    insert = (sqlite if tx.on_sqlite else postgresql).insert(t.rate_counters)
    over = r.window_from <= tx.now - window
    row = tx.conn.execute(
        insert.values(key=key, window_from=tx.now, count=1)
        .on_conflict_do_update(
            index_elements=[r.key],
            set_={
                "window_from": sa.case((over, tx.now), else_=r.window_from),
                "count": sa.case((over, 1), else_=r.count + 1),
            },
        )
        .returning(r.count.label("times"), r.window_from)
    ).one()
    return row.times, row.window_from + window


def forget_count(tx: Tx, key: str) -> None:
    """Start the key's count again."""
    tx.conn.execute(sa.delete(t.rate_counters).where(t.rate_counters.c.key == key))


def count_down(tx: Tx, key: str) -> None:
    """One that was counted did not deserve it."""
    r = t.rate_counters.c
    tx.conn.execute(
        sa.update(t.rate_counters).where(r.key == key, r.count > 0).values(count=r.count - 1)
    )


def forget_counts_before(tx: Tx, window_from: datetime) -> None:
    """Windows that are long over."""
    tx.conn.execute(sa.delete(t.rate_counters).where(t.rate_counters.c.window_from < window_from))


def from_row(row: AnyRow | None) -> User | None:
    """The user of a row that has `COLUMNS`."""
    if row is None:
        return None
    return User(
        id=row.id,
        tenant_id=row.tenant_id,
        role=Role(row.role),
        name=row.name,
        email=row.email,
        status=AgentStatus(row.status),
        status_since=row.status_since,
        concurrency_limit=row.concurrency_limit,
        active=row.active,
        wrap_up_until=row.wrap_up_until,
    )
