"""What a new configuration means for the chats that run, and for those who answer them.

A deleted queue's chats go to its substitute leaf, else they end; a deactivated agent's chats go
back to their queue (product C5, D); chats of a number that is given up end. Everything else a chat
meets at its next decision.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.opening import rescheduled
from domain.config.plan import Kind, Plan, Verb
from domain.facts import AgentLeft, QueueGone
from domain.statuses import AgentStatus, ChatStatus
from services import chats, events, numbers, routing, staffing, windows
from store import chats as store_chats
from store import matching, sessions, tenants, users
from store import tables as t
from store.database import Tx


@dataclass(frozen=True)
class Gone:
    """A queue that takes no more chats, and the key of the one that takes its chats, if any."""

    key: str
    queue_id: int
    target: str | None


def gone_queues(tx: Tx, tenant_id: int, old: Configuration, new: Configuration) -> list[Gone]:
    """The queues that are deleted, or get queues below them, with where their chats go."""
    q = t.queues.c
    rows = tx.conn.execute(
        sa.select(q.key, q.id).where(
            q.tenant_id == tenant_id, q.key.is_not(None), q.deleted_at.is_(None)
        )
    )
    ids = {row.key: row.id for row in rows}
    after = {keys[-1]: queue for keys, queue in new.walk()}
    before = {keys[-1]: queue.substitute for keys, queue in old.walk()}
    return [
        Gone(keys[-1], ids[keys[-1]], _target(keys[-1], before, after))
        for keys, queue in old.walk()
        if keys[-1] not in after or (after[keys[-1]].queues and not queue.queues)
    ]


def _target(key: str, substitutes: Mapping[str, str | None], after: Container[str]) -> str | None:
    """The queue itself, if it only became a menu; else its substitute, or the substitute's own if
    that is deleted as well."""
    wanted: str | None = key
    seen = set[str]()
    while wanted is not None and wanted not in after and wanted not in seen:
        seen.add(wanted)
        wanted = substitutes.get(wanted)
    return wanted if wanted in after else None


# One that is given in the same breath goes with the queue.
_ENDS = "end (no substitute: give it one and apply that first to keep them)"


def meaning(tx: Tx, tenant_id: int, old: Configuration, new: Configuration) -> list[str]:
    """The same in words, before it happens: one line for each number, queue and agent concerned,
    and one for new hours and new settings."""
    lines = []
    c, n = t.chats.c, t.numbers.c
    given_up = sorted(old.numbers.keys() - new.numbers.keys())
    ending = _counts(tx, tenant_id, n.number, n.number.in_(given_up)) if given_up else {}
    for number in ending:
        lines.append(f"{_chats(ending[number])} of the number {number} will end (it is given up).")
    stays = n.number.not_in(given_up)
    on_queues = _counts(tx, tenant_id, c.queue_id, stays)
    all_gone = gone_queues(tx, tenant_id, old, new)
    for gone in all_gone:
        count = on_queues.get(gone.queue_id)
        if count:
            where = f"move to {gone.target}" if gone.target else _ENDS
            lines.append(f"{_chats(count)} of the queue {gone.key} will {where}.")
    leaving = staffing.leaving(tx, tenant_id, old, new)
    with_agents = _counts(tx, tenant_id, c.agent_id, stays) if leaving else {}
    for key in sorted(key for key, user_id in leaving.items() if user_id in with_agents):
        count = with_agents[leaving[key]]
        lines.append(f"{_chats(count)} of the agent {key} will go back to the queue.")
    retimed = rescheduled(old, new) - {gone.key for gone in all_gone}
    if retimed:
        waiting = _counts(tx, tenant_id, t.queues.c.key, stays, sa.text(t.WAITING_CHAT))
        count = sum(waiting[key] for key in retimed & waiting.keys())
        if count:
            lines.append(f"{_chats(count)} will be offered, and expire, by other opening hours.")
    if old.settings != new.settings or _overrides_changed(old, new):
        count = sum(on_queues.values())
        if count:
            lines.append(f"{_chats(count)} will follow the new settings from the next decision on.")
    return lines


def follow(
    tx: Tx, tenant_id: int, gone: list[Gone], retimed: set[str], plan: Plan, restaffed: set[int]
) -> None:
    """Carry it out: needs the routing lock, and the tables as the configuration says, but for the
    numbers that are given up. `retimed` queues have other hours, `restaffed` ones other agents."""
    # Before all that says something: these have no number to say it from.
    numbers.give_up(tx, tenant_id, [one.key for one in plan.of(Kind.NUMBER, Verb.DELETE)])
    ids = {
        row.key: row.id
        for row in tx.conn.execute(
            sa.select(t.queues.c.key, t.queues.c.id).where(
                t.queues.c.tenant_id == tenant_id, t.queues.c.deleted_at.is_(None)
            )
        )
    }
    for queue in gone:
        target = None if queue.target is None else ids[queue.target]
        for chat_id in _active(tx, tenant_id, t.chats.c.queue_id == queue.queue_id):
            chat = store_chats.lock(tx, tenant_id, chat_id)
            if chat is not None:
                chats.record(tx, chat, QueueGone(target, tx.now))
    for change in plan.of(Kind.USER, Verb.DELETE):
        user_id = _user_id(tx, tenant_id, change.key)
        if user_id is not None:
            _deactivate(tx, tenant_id, user_id)
    events.configuration_changed(tx, tenant_id, tenants.get(tx, tenant_id).configuration)
    if any(field.field == "settings.sms" for one in plan.of(Kind.TENANT) for field in one.fields):
        restaffed = restaffed | set(matching.queues_waited_on(tx, tenant_id))
    other_hours = sorted(ids[key] for key in retimed)
    windows.reckon_waiting(tx, tenant_id, other_hours)
    routing.restaff(tx, tenant_id, sorted(restaffed.union(other_hours)))


def _deactivate(tx: Tx, tenant_id: int, user_id: int) -> None:
    user = users.lock(tx, tenant_id, user_id)
    assert user is not None
    users.deactivate(tx, user)
    sessions.revoke_all(tx, user)
    routing.withdraw_agent(tx, tenant_id, user_id)
    for chat_id in store_chats.of_agent(tx, tenant_id, user_id):
        chat = store_chats.lock(tx, tenant_id, chat_id)
        if chat is not None and chat.state.status is ChatStatus.ASSIGNED:
            chats.record(tx, chat, AgentLeft(tx.now))
    events.agent_changed(tx, tenant_id, user_id, AgentStatus.OFFLINE)


def _user_id(tx: Tx, tenant_id: int, key: str) -> int | None:
    u = t.users.c
    query = sa.select(u.id).where(u.tenant_id == tenant_id, u.key == key)
    found: int | None = tx.conn.execute(query).scalar_one_or_none()
    return found


def _active(tx: Tx, tenant_id: int, where: sa.ColumnElement[bool]) -> list[int]:
    c = t.chats.c
    query = sa.select(c.id).where(c.tenant_id == tenant_id, sa.text(t.ACTIVE_CHAT), where)
    return list(tx.conn.execute(query.order_by(c.id)).scalars())


def _counts(
    tx: Tx,
    tenant_id: int,
    by: sa.ColumnElement[Any],
    *where: sa.ColumnElement[bool] | sa.TextClause,
) -> dict[Any, int]:
    """How many chats run, by a column of theirs, or of their number or queue."""
    query = (
        sa.select(by, sa.func.count())
        .select_from(t.chats)
        .join(t.numbers, t.numbers.c.id == t.chats.c.number_id)
        .join(t.queues, t.queues.c.id == t.chats.c.queue_id)
        .where(t.chats.c.tenant_id == tenant_id, sa.text(f"chats.{t.ACTIVE_CHAT}"), *where)
        .group_by(by)
        .order_by(by)
    )
    return {row[0]: row[1] for row in tx.conn.execute(query)}


def _chats(count: int) -> str:
    return "1 chat" if count == 1 else f"{count} chats"


def _overrides_changed(old: Configuration, new: Configuration) -> bool:
    before = {keys[-1]: queue.settings for keys, queue in old.walk()}
    return any(before.get(keys[-1], queue.settings) != queue.settings for keys, queue in new.walk())
