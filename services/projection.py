"""Writing a configuration into the tables that the engine reads, object by object.

Objects keep their row for as long as the tenant exists: one that is deleted and comes back under
its key, its e-mail address or its number is the same user, account or number again. Only a queue
that was deleted stays deleted. Needs the routing lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from domain.config.checks import schedule
from domain.config.document import Configuration, Number, Queue
from domain.config.plan import Kind, Plan, Verb
from domain.statuses import NumberStatus
from store import tables as t
from store.database import Tx

Ids = dict[str, int]
ADDED = (Verb.CREATE, Verb.CHANGE)


@dataclass(frozen=True)
class Known:
    """What a transaction cannot ask for itself: what carriers said of numbers that were not
    verified yet, the second accounts' carriers too, and the addresses of the carriers' APIs by
    account key."""

    verified: Mapping[str, NumberStatus] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    fallbacks: Mapping[str, NumberStatus] = field(default_factory=dict)


def write(
    tx: Tx,
    tenant_id: int,
    c: Configuration,
    plan: Plan,
    version: int,
    known: Known,
) -> set[int]:
    """Bring the tables to what the configuration says; the queues whose staff changed."""
    _tenant(tx, tenant_id, c, version)
    accounts = _accounts(tx, tenant_id, c, plan, known.addresses)
    users = _users(tx, tenant_id, c, plan)
    queues = _queues(tx, tenant_id, c, plan)
    _teams(tx, tenant_id, c, plan, users)
    restaffed = _staff(tx, tenant_id, c, queues, users)
    _numbers(tx, tenant_id, c, plan, accounts, queues, known.verified)
    return restaffed


def _tenant(tx: Tx, tenant_id: int, c: Configuration, version: int) -> None:
    tx.conn.execute(
        sa.update(t.tenants)
        .where(t.tenants.c.id == tenant_id)
        .values(
            name=c.name,
            default_lang=c.language,
            settings=c.settings.model_dump(mode="json", exclude_defaults=True),
            texts=c.texts,
            silent=list(c.silent),
            commands=c.commands.model_dump(mode="json", exclude_defaults=True),
            configuration=version,
            configured_at=tx.now,
        )
    )


def _keys(tx: Tx, table: sa.Table, tenant_id: int, *where: sa.ColumnElement[bool]) -> Ids:
    query = sa.select(table.c.key, table.c.id).where(
        table.c.tenant_id == tenant_id, table.c.key.is_not(None), *where
    )
    return {row.key: row.id for row in tx.conn.execute(query)}


def _put(
    tx: Tx, table: sa.Table, natural: sa.ColumnElement[bool], values: dict[str, Any], new: Any
) -> int:
    """Change the row that is this object, or make it; `new` are a new row's other values."""
    changed = tx.conn.execute(
        sa.update(table).where(natural).values(values).returning(table.c.id)
    ).scalar_one_or_none()
    if changed is None:
        changed = tx.conn.execute(
            sa.insert(table).values(values | new).returning(table.c.id)
        ).scalar_one()
    return int(changed)


def _accounts(
    tx: Tx, tenant_id: int, c: Configuration, plan: Plan, addresses: Mapping[str, str]
) -> Ids:
    a = t.carrier_accounts.c
    for change in plan.of(Kind.ACCOUNT, *ADDED):
        account = c.accounts[change.key]
        name = c.account_name(change.key)
        values = {
            "tenant_id": tenant_id,
            "key": change.key,
            "carrier": account.carrier,
            "name": name,
            "base_url": addresses[change.key],
            "settings": account.settings,
            "secret_refs": {name: secret.reference for name, secret in account.secrets.items()},
        }
        same = sa.or_(
            sa.and_(a.tenant_id == tenant_id, a.key == change.key),
            sa.and_(a.tenant_id == tenant_id, a.carrier == account.carrier, a.name == name),
        )
        _put(tx, t.carrier_accounts, same, values, {})
    return _keys(tx, t.carrier_accounts, tenant_id)


def _users(tx: Tx, tenant_id: int, c: Configuration, plan: Plan) -> Ids:
    u = t.users.c
    for change in plan.of(Kind.USER, *ADDED):
        user = c.users[change.key]
        email = user.email.strip().lower()
        values = {
            "tenant_id": tenant_id,
            "key": change.key,
            "name": user.name,
            "email": email,
            "role": user.role,
            "concurrency_limit": user.concurrency_limit,
            "active": True,
        }
        same = sa.and_(u.tenant_id == tenant_id, sa.or_(u.key == change.key, u.email == email))
        # Nobody logs in with an empty hash: the user is invited to set a password.
        _put(tx, t.users, same, values, {"password_hash": "", "status_since": tx.now})
    return _keys(tx, t.users, tenant_id)


def _queues(tx: Tx, tenant_id: int, c: Configuration, plan: Plan) -> Ids:
    """Every queue, parents first; effective settings of all, since ancestors may have changed."""
    q = t.queues.c
    ids = _keys(tx, t.queues, tenant_id, q.deleted_at.is_(None))
    if not any(plan.of(Kind.QUEUE)) and not any(plan.of(Kind.HOURS)):
        return ids
    before = {
        row.id: row for row in tx.conn.execute(sa.select(t.queues).where(q.tenant_id == tenant_id))
    }
    effective: dict[str, dict[str, Any]] = {}
    positions: dict[str | None, int] = {}
    for keys, queue in c.walk():
        key, parent = keys[-1], keys[-2] if len(keys) > 1 else None
        own = queue.settings.model_dump(mode="json", exclude_none=True)
        inherited = effective[parent] if parent is not None else {}
        effective[key] = inherited | own | ({"hours": queue.hours} if queue.hours else {})
        positions[parent] = positions.get(parent, -1) + 1
        values = _queue_values(c, queue, own, effective[key]) | {
            "parent_id": None if parent is None else ids[parent],
            "position": positions[parent],
        }
        if key not in ids:
            row = values | {"tenant_id": tenant_id, "key": key}
            adopt = sa.and_(q.tenant_id == tenant_id, q.key.is_(None), q.deleted_at.is_(None),
                            q.name == queue.name)  # fmt: skip
            ids[key] = _put(tx, t.queues, adopt, row, {})
        elif any(getattr(before[ids[key]], name) != value for name, value in values.items()):
            tx.conn.execute(sa.update(t.queues).where(q.id == ids[key]).values(values))
    for change in plan.of(Kind.QUEUE, Verb.DELETE):
        gone = sa.update(t.queues).where(q.id == ids.pop(change.key))
        tx.conn.execute(gone.values(deleted_at=tx.now))
    return ids


def _queue_values(
    c: Configuration, queue: Queue, own: dict[str, Any], effective: dict[str, Any]
) -> dict[str, Any]:
    hours = effective.get("hours")
    timing = None if hours is None else schedule(c, hours).as_data()
    return {
        "name": queue.name,
        "lang": queue.language,
        "hidden": queue.hidden,
        "keywords": list(queue.keywords),
        "greeting": queue.greeting,
        "after_hours": queue.after_hours,
        "settings": own,
        "effective": {name: value for name, value in effective.items() if name != "hours"},
        "hours": timing,
    }


def _teams(tx: Tx, tenant_id: int, c: Configuration, plan: Plan, users: Ids) -> None:
    k, m = t.teams.c, t.team_members.c
    for change in plan.of(Kind.TEAM):
        mine = sa.and_(k.tenant_id == tenant_id, k.key == change.key)
        if change.verb is Verb.DELETE:
            tx.conn.execute(sa.update(t.teams).where(mine).values(deleted_at=tx.now))
            continue
        team = c.teams[change.key]
        values = {"tenant_id": tenant_id, "key": change.key, "name": team.name, "deleted_at": None}
        team_id = _put(tx, t.teams, mine, values, {})
        tx.conn.execute(sa.delete(t.team_members).where(m.team_id == team_id))
        rows = [
            {"tenant_id": tenant_id, "team_id": team_id, "user_id": users[key]}
            for key in team.members
        ]
        if rows:
            tx.conn.execute(sa.insert(t.team_members), rows)


def _staff(tx: Tx, tenant_id: int, c: Configuration, queues: Ids, users: Ids) -> set[int]:
    """Who sits on which queue: those who are named, and the members of its teams."""
    s = t.queue_agents.c
    wanted = {
        (queues[keys[-1]], users[key])
        for keys, queue in c.walk()
        for key in (*queue.agents, *(m for team in queue.teams for m in c.teams[team].members))
    }
    query = sa.select(s.id, s.queue_id, s.user_id).where(s.tenant_id == tenant_id)
    found = {(row.queue_id, row.user_id): row.id for row in tx.conn.execute(query)}
    gone = [{"gone": found[pair]} for pair in found.keys() - wanted]
    if gone:
        tx.conn.execute(sa.delete(t.queue_agents).where(s.id == sa.bindparam("gone")), gone)
    rows = [
        {"tenant_id": tenant_id, "queue_id": queue_id, "user_id": user_id}
        for queue_id, user_id in sorted(wanted - found.keys())
    ]
    if rows:
        tx.conn.execute(sa.insert(t.queue_agents), rows)
    return {queue_id for queue_id, _ in wanted ^ found.keys()}


def _numbers(
    tx: Tx,
    tenant_id: int,
    c: Configuration,
    plan: Plan,
    accounts: Ids,
    queues: Ids,
    verified: Mapping[str, NumberStatus],
) -> None:
    n = t.numbers.c
    for change in plan.of(Kind.NUMBER, *ADDED):
        number = c.numbers[change.key]
        values = _number_values(number) | {
            "tenant_id": tenant_id,
            "number": change.key,
            "account_id": accounts[number.account],
            "fallback_account_id": None if number.fallback is None else accounts[number.fallback],
            "queue_id": None if number.queue is None else queues[number.queue],
            "removed_at": None,
        }
        if change.key in verified:
            values["status"] = verified[change.key]
        same = sa.and_(n.tenant_id == tenant_id, n.number == change.key)
        number_id = _put(tx, t.numbers, same, values, _unverified(values))
        _outbound(tx, tenant_id, number_id, [queues[key] for key in number.outbound])
    for change in plan.of(Kind.NUMBER, Verb.DELETE):
        tx.conn.execute(
            sa.update(t.numbers)
            .where(n.tenant_id == tenant_id, n.number == change.key)
            .values(queue_id=None, removed_at=tx.now)
        )


def _unverified(values: dict[str, Any]) -> dict[str, Any]:
    return {} if "status" in values else {"status": NumberStatus.UNVERIFIED}


def _number_values(number: Number) -> dict[str, Any]:
    return {
        "label": number.label,
        "use": number.use,
        "segments_per_second": number.segments_per_second,
        "segments_per_day": number.segments_per_day,
        "optout_replies": number.optout_replies,
    }


def _outbound(tx: Tx, tenant_id: int, number_id: int, queue_ids: list[int]) -> None:
    o = t.number_queues.c
    tx.conn.execute(sa.delete(t.number_queues).where(o.number_id == number_id))
    rows = [{"tenant_id": tenant_id, "number_id": number_id, "queue_id": q} for q in queue_ids]
    if rows:
        tx.conn.execute(sa.insert(t.number_queues), rows)
