"""Lists for API clients: chats and agents by filters, a page at a time (product F3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.statuses import AgentStatus, ChatStatus, Role
from store import tables as t
from store.database import Tx

c = t.chats.c
u = t.users.c


@dataclass(frozen=True)
class ChatsSought:
    """Which chats; None: any. Numbers are in E.164; `since` and `until` are about the beginning."""

    status: ChatStatus | None = None
    queue_id: int | None = None
    agent_id: int | None = None
    end_user_number: str | None = None
    number: str | None = None
    direction: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AgentRecord:
    """An agent with the number of chats that the agent has."""

    id: int
    name: str
    email: str
    status: AgentStatus
    status_since: datetime
    concurrency_limit: int | None
    chats: int


def chats(
    tx: Tx, tenant_id: int, sought: ChatsSought, page: int, per: int
) -> tuple[list[int], int]:
    """The ids of a page of chats, the newest first, and how many there are."""
    where = [c.tenant_id == tenant_id]
    columns = ((c.status, sought.status), (c.queue_id, sought.queue_id),
               (c.agent_id, sought.agent_id), (c.direction, sought.direction))  # fmt: skip
    where += [column == value for column, value in columns if value is not None]
    if sought.end_user_number is not None:
        where.append(c.consumer_id == _named(t.consumers, tenant_id, sought.end_user_number))
    if sought.number is not None:
        where.append(c.number_id.in_(_named(t.numbers, tenant_id, sought.number)))
    if sought.since is not None:
        where.append(c.created_at >= sought.since)
    if sought.until is not None:
        where.append(c.created_at < sought.until)
    newest = sa.select(c.id).where(*where).order_by(c.id.desc())
    ids = tx.conn.execute(newest.limit(per).offset((page - 1) * per)).scalars()
    total = sa.select(sa.func.count()).select_from(t.chats).where(*where)
    return list(ids), int(tx.conn.execute(total).scalar_one())


def _named(table: sa.Table, tenant_id: int, number: str) -> sa.ScalarSelect[int]:
    mine = sa.and_(table.c.tenant_id == tenant_id, table.c.number == number)
    return sa.select(table.c.id).where(mine).scalar_subquery()


def agents(
    tx: Tx,
    tenant_id: int,
    status: AgentStatus | None,
    queue_id: int | None,
    team_id: int | None,
    page: int,
    per: int,
) -> tuple[list[AgentRecord], int]:
    """A page of the active agents, by id, and how many there are."""
    s, m = t.queue_agents.c, t.team_members.c
    where = [u.tenant_id == tenant_id, u.role == Role.AGENT, u.active]
    if status is not None:
        where.append(u.status == status)
    if queue_id is not None:
        on_it = sa.select(s.user_id).where(s.tenant_id == tenant_id, s.queue_id == queue_id)
        where.append(u.id.in_(on_it))
    if team_id is not None:
        in_it = sa.select(m.user_id).where(m.tenant_id == tenant_id, m.team_id == team_id)
        where.append(u.id.in_(in_it))
    load = (
        sa.select(sa.func.count())
        .where(c.tenant_id == tenant_id, c.agent_id == u.id, sa.text(t.ASSIGNED_CHAT))
        .scalar_subquery()
    )
    query = sa.select(
        u.id, u.name, u.email, u.status, u.status_since, u.concurrency_limit, load
    ).where(*where)
    rows = tx.conn.execute(query.order_by(u.id).limit(per).offset((page - 1) * per))
    found = [AgentRecord(*row[:3], AgentStatus(row[3]), *row[4:]) for row in rows]
    total = sa.select(sa.func.count()).select_from(t.users).where(*where)
    return found, int(tx.conn.execute(total).scalar_one())


def teams(tx: Tx, tenant_id: int, page: int, per: int) -> tuple[list[tuple[int, str]], int]:
    """The ids and names of a page of the teams, by id, and how many there are."""
    k = t.teams.c
    mine = sa.and_(k.tenant_id == tenant_id, k.deleted_at.is_(None))
    query = sa.select(k.id, k.name).where(mine).order_by(k.id)
    rows = tx.conn.execute(query.limit(per).offset((page - 1) * per))
    total = sa.select(sa.func.count()).select_from(t.teams).where(mine)
    return [(row.id, row.name) for row in rows], int(tx.conn.execute(total).scalar_one())


def members(tx: Tx, tenant_id: int, team_ids: list[int]) -> dict[int, list[int]]:
    """The ids of each team's members."""
    m = t.team_members.c
    query = sa.select(m.team_id, m.user_id).where(m.tenant_id == tenant_id, m.team_id.in_(team_ids))
    found: dict[int, list[int]] = {}
    for team_id, user_id in tx.conn.execute(query.order_by(m.user_id)):
        found.setdefault(team_id, []).append(user_id)
    return found
