"""The queues that the engine reads, as a configuration has them. Needs the routing lock."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.config.document import Configuration, Queue
from domain.config.opening import schedules
from domain.config.plan import Kind, Plan, Verb
from domain.hours import Schedule
from store import objects
from store import tables as t
from store.database import Tx
from store.objects import Ids

q = t.queues.c


def write(tx: Tx, tenant_id: int, c: Configuration, plan: Plan) -> Ids:
    """Every queue, a level at a time; effective settings of all, since those above may have
    changed. The ids by key."""
    ids = objects.keyed(tx, t.queues, tenant_id, q.deleted_at.is_(None))
    if not any(plan.of(Kind.QUEUE)) and not any(plan.of(Kind.HOURS)):
        return ids
    rows = tx.conn.execute(
        sa.select(t.queues).where(q.tenant_id == tenant_id, q.deleted_at.is_(None))
    ).all()
    before = {row.id: row for row in rows}
    # Of what was there before there were configurations, a queue is known by its name.
    nameless = {row.name: row.id for row in rows if row.key is None}
    for key, queue in ((keys[-1], queue) for keys, queue in c.walk()):
        if key not in ids and queue.name in nameless:
            ids[key] = nameless.pop(queue.name)
    for level in _levels(c):
        values = {
            key: row | {"tenant_id": tenant_id, "key": key, "parent_id": ids.get(parent or "")}
            for key, parent, row in level
        }
        changed = {
            key: row
            for key, row in values.items()
            if key not in ids
            or any(getattr(before[ids[key]], name) != value for name, value in row.items())
        }
        ids = objects.put(tx, t.queues, tenant_id, ids, changed)
    gone = [ids.pop(change.key) for change in plan.of(Kind.QUEUE, Verb.DELETE)]
    objects.change(tx, t.queues, tenant_id, [{"of_id": one, "deleted_at": tx.now} for one in gone])
    return ids


def _levels(c: Configuration) -> list[list[tuple[str, str | None, dict[str, Any]]]]:
    """The queues by depth, as (key, key of the parent, values)."""
    levels: list[list[tuple[str, str | None, dict[str, Any]]]] = []
    effective: dict[str, dict[str, Any]] = {}
    positions: dict[str | None, int] = {}
    hours = schedules(c)
    for keys, queue in c.walk():
        key, parent = keys[-1], keys[-2] if len(keys) > 1 else None
        own = queue.settings.model_dump(mode="json", exclude_none=True)
        inherited = effective[parent] if parent is not None else {}
        effective[key] = inherited | own
        positions[parent] = positions.get(parent, -1) + 1
        values = _values(queue, own, effective[key], hours[key])
        values["position"] = positions[parent]
        if len(levels) < len(keys):
            levels.append([])
        levels[len(keys) - 1].append((key, parent, values))
    return levels


def _values(
    queue: Queue, own: dict[str, Any], effective: dict[str, Any], hours: Schedule | None
) -> dict[str, Any]:
    return {
        "name": queue.name,
        "lang": queue.language,
        "hidden": queue.hidden,
        "keywords": list(queue.keywords),
        "greeting": queue.greeting,
        "after_hours": queue.after_hours,
        "settings": own,
        "effective": effective,
        "hours": None if hours is None else hours.as_data(),
    }
