"""Users, teams, and who sits on which queue, as a configuration has them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.plan import Kind, Plan, Verb
from store import objects
from store import tables as t
from store.database import AnyRow, Tx
from store.objects import Ids

ADDED = (Verb.CREATE, Verb.CHANGE)


def write(tx: Tx, tenant_id: int, c: Configuration, plan: Plan) -> Ids:
    """Users and teams; the ids of the users by key. One who is deleted keeps the row."""
    users = _users(tx, tenant_id, c, plan)
    _teams(tx, tenant_id, c, plan, users)
    return users


def _users(tx: Tx, tenant_id: int, c: Configuration, plan: Plan) -> Ids:
    changed = [change.key for change in plan.of(Kind.USER, *ADDED)]
    if not changed:
        return objects.keyed(tx, t.users, tenant_id)
    rows, emails = _rows(tx, tenant_id), _emails(c)
    ids = objects.identify(rows, emails, _email)
    objects.give_way(
        tx,
        t.users,
        tenant_id,
        "email",
        rows,
        {emails[key]: ids.get(key) for key in changed},
        _email,
    )
    values = {
        key: {
            "tenant_id": tenant_id,
            "key": key,
            "name": c.users[key].name,
            "email": emails[key],
            "role": c.users[key].role,
            "concurrency_limit": c.users[key].concurrency_limit,
            "active": True,
        }
        for key in changed
    }
    # Nobody logs in with an empty hash: somebody sets a password.
    new = {"password_hash": "", "status_since": tx.now}
    return objects.put(tx, t.users, tenant_id, ids, values, new)


def leaving(tx: Tx, tenant_id: int, old: Configuration, new: Configuration) -> Ids:
    """Who will be gone once the new one is applied, by key; not who only gets another key."""
    keys = old.users.keys() - new.users.keys()
    if not keys:
        return {}
    rows = _rows(tx, tenant_id)
    stay = set(objects.identify(rows, _emails(new), _email).values())
    return {row.key: row.id for row in rows if row.key in keys and row.id not in stay}


def _rows(tx: Tx, tenant_id: int) -> Sequence[AnyRow]:
    u = t.users.c
    return tx.conn.execute(sa.select(u.id, u.key, u.email).where(u.tenant_id == tenant_id)).all()


def _emails(c: Configuration) -> dict[str, str]:
    return {key: user.email.strip().lower() for key, user in c.users.items()}


def _email(row: AnyRow) -> str:
    return str(row.email)


def _teams(tx: Tx, tenant_id: int, c: Configuration, plan: Plan, users: Ids) -> None:
    if not any(plan.of(Kind.TEAM)):
        return
    values = {
        change.key: {
            "tenant_id": tenant_id,
            "key": change.key,
            "name": c.teams[change.key].name,
            "deleted_at": None,
        }
        for change in plan.of(Kind.TEAM, *ADDED)
    }
    ids = objects.put(tx, t.teams, tenant_id, objects.keyed(tx, t.teams, tenant_id), values)
    gone = [ids[change.key] for change in plan.of(Kind.TEAM, Verb.DELETE)]
    objects.change(tx, t.teams, tenant_id, [{"of_id": one, "deleted_at": tx.now} for one in gone])
    wanted = ((ids[key], users[one]) for key, team in c.teams.items() for one in team.members)
    objects.link(tx, t.team_members, tenant_id, "team_id", "user_id", wanted)


def moves(plan: Plan) -> bool:
    """Whether anybody may sit elsewhere than before."""
    seats = {"agents", "teams", "members"}
    return any(
        change.verb is not Verb.CHANGE or any(field.field in seats for field in change.fields)
        for kind in (Kind.USER, Kind.TEAM, Kind.QUEUE)
        for change in plan.of(kind)
    )


def seat(tx: Tx, tenant_id: int, c: Configuration, queues: Ids, users: Ids) -> set[int]:
    """Those who are named on a queue sit there, and the members of its teams; the queues whose
    staff changed."""
    wanted = (
        (queues[keys[-1]], users[key])
        for keys, queue in c.walk()
        for key in (*queue.agents, *(m for team in queue.teams for m in c.teams[team].members))
    )
    changed = objects.link(tx, t.queue_agents, tenant_id, "queue_id", "user_id", wanted)
    return {queue_id for queue_id, _ in changed}
