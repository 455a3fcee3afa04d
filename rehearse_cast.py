"""Who takes part in a rehearsal: the store with its configuration, the agents, the consumers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from domain.config.document import Configuration
from domain.queues import QueueTree
from domain.statuses import AgentStatus
from rehearse import Consumer, Day, Duty, Progress, SetClock
from rehearse_people import arrive, set_status, wake_agents
from rehearse_report import Row, table_of
from rehearse_scenario import Scenario
from services import configuration
from services.commit import flush
from services.projection import VOUCHED, Known
from store import tables as t
from store import tenants, users
from store.configurations import Actor
from store.database import Database, Tx
from store.migrations import upgrade


async def rehearsed(
    wanted: Configuration, scenario: Scenario, seed: int, progress: Progress
) -> list[Row]:
    """Play the day to its end; what came of it."""
    async with prepared(wanted, scenario, seed) as day:
        await day.play(partial(wake_agents, day), progress)
        return await day.db.read(table_of, day)


@asynccontextmanager
async def prepared(wanted: Configuration, scenario: Scenario, seed: int) -> AsyncIterator[Day]:
    """The day, before it begins: a store of its own, with the configuration applied."""
    start = _at(scenario, time())
    clock = SetClock(start)
    with TemporaryDirectory(prefix="threadline-rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'store.db'}"
        upgrade(url)
        db = Database(url, clock, flush, durable=False)
        try:
            # No carrier is asked: what it would say of the numbers is taken as said.
            verified = dict.fromkeys(wanted.numbers, VOUCHED)
            known = Known(verified, dict.fromkeys(wanted.accounts, ""), dict(verified))
            actor = Actor("file", "threadline rehearse")
            draft = await db.read(configuration.draft, wanted)
            await db.write(configuration.apply, draft, actor, known)
            [tenant_id] = await db.read(tenants.ids)
            end = start + timedelta(days=1)
            day = Day(db, clock, scenario, tenant_id, random.Random(seed), end)
            db.on_commit = day.owed
            await _staff(day)
            await _crowd(day)
            yield day
        finally:
            await db.close()


def _at(scenario: Scenario, local: time) -> datetime:
    zone = ZoneInfo(scenario.zone)
    return datetime.combine(scenario.day, local, zone).astimezone(UTC)


async def _staff(day: Day) -> None:
    """Every agent's shift: available from its beginning; at its end no new chats."""
    keys = await day.db.read(_agent_ids, day.tenant_id)
    for shift in day.scenario.agents or ():
        start, end = _at(day.scenario, shift.start), _at(day.scenario, shift.end)
        for key in shift.users:
            agent_id, limit = keys[key]
            day.duties[agent_id] = Duty(shift, limit, start, end)
            day.at(start, partial(set_status, day, agent_id, AgentStatus.AVAILABLE))
            day.at(end, partial(set_status, day, agent_id, AgentStatus.UNAVAILABLE))


def _agent_ids(tx: Tx, tenant_id: int) -> dict[str, tuple[int, int]]:
    u = t.users.c
    found = tx.conn.execute(sa.select(u.key, u.id).where(u.tenant_id == tenant_id)).all()
    limit = tenants.get(tx, tenant_id).concurrency_limit
    made: dict[str, tuple[int, int]] = {}
    for key, user_id in found:
        user = users.get(tx, tenant_id, user_id)
        made[key] = (user_id, (user and user.concurrency_limit) or limit)
    return made


@dataclass(frozen=True)
class _Wish:
    number: str
    leaf: int
    keywords: tuple[str, ...]
    by_menu: bool


async def _crowd(day: Day) -> None:
    """Draw the day's consumers, hour by hour, each with an own chance of everything."""
    wishes, weights, exit_word = await day.db.read(_wishes, day.tenant_id, day.scenario)
    if not wishes:
        return
    chance, told = day.random, day.scenario.consumers
    made = 0
    for hour, mean in enumerate(told.per_hour):
        at = day.clock.at + timedelta(hours=hour)
        for when in _arrivals(chance, mean):
            wish = chance.choices(wishes, weights)[0]
            keyword = chance.random() < told.keyword and bool(wish.keywords)
            consumer = Consumer(
                phone=f"+1646{2_000_000 + made}",
                number=wish.number,
                leaf=wish.leaf,
                first=wish.keywords[0] if keyword or not wish.by_menu else "Hello",
                silent=chance.random() < told.silent,
                back=chance.random() < told.back,
                leaves_with="STOP" if chance.random() < told.stop else exit_word,
                patience=timedelta(minutes=chance.expovariate(1 / told.patience_minutes)),
            )
            day.at(at + timedelta(hours=when), partial(arrive, day, consumer))
            made += 1


def _arrivals(chance: random.Random, mean: float) -> list[float]:
    """Instants of a Poisson process within an hour."""
    found: list[float] = []
    at = 0.0
    while mean and (at := at + chance.expovariate(mean)) < 1:
        found.append(at)
    return found


def _wishes(tx: Tx, tenant_id: int, scenario: Scenario) -> tuple[list[_Wish], list[float], str]:
    """Every leaf that a text can lead to, by the first number that leads there."""
    tree = tenants.tree(tx, tenant_id)
    n, q = t.numbers.c, t.queues.c
    entries = tx.conn.execute(
        sa.select(n.number, n.queue_id)
        .where(n.tenant_id == tenant_id, n.queue_id.is_not(None), n.removed_at.is_(None))
        .order_by(n.id)
    ).all()
    queues = tx.conn.execute(sa.select(q.id, q.key).where(q.tenant_id == tenant_id))
    keys = {row.id: row.key for row in queues}
    told = scenario.consumers.answers
    wishes: list[_Wish] = []
    weights: list[float] = []
    seen: set[int] = set()
    for number, entry in entries:
        for leaf in tree.subtree(entry):
            if leaf.id in seen or not tree.is_leaf(leaf.id):
                continue
            by_menu = _is_reached(tree, entry, leaf.id)
            if not by_menu and not leaf.keywords:
                continue
            seen.add(leaf.id)
            wishes.append(_Wish(number, leaf.id, tuple(leaf.keywords), by_menu))
            weights.append(told.get(keys[leaf.id] or "", 0) if told else 1)
    exit_words = tenants.get(tx, tenant_id).exit_words
    reached = any(weights)
    return wishes if reached else [], weights, exit_words[0] if exit_words else "STOP"


def _is_reached(tree: QueueTree, entry: int, leaf: int) -> bool:
    only = tree.only_leaf(entry)
    if only is not None:
        return only.id == leaf
    way = tree.way_up(leaf)
    return not any(tree[queue_id].hidden for queue_id in way[: way.index(entry)])
