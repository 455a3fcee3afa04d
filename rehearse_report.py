"""What a rehearsal tells: waits, ends and occupancy, by queue and hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from rich.table import Table

from domain.statuses import ChatStatus
from rehearse import Day
from store import tables as t
from store import tenants
from store.database import Tx

HOUR = timedelta(hours=1)
MENU = "(in the menu)"


@dataclass
class Row:
    """One queue in one hour, by when its chats began to wait; all sums stand under None.

    `arrived` = `handled` + `expired` + `left` + `connected` + `waiting`, as the day ends. Waits
    are in seconds; `within` is the share of those who waited that was answered in time.
    """

    queue: str | None
    hour: int | None
    arrived: int = 0
    handled: int = 0
    expired: int = 0
    left: int = 0
    connected: int = 0
    waiting: int = 0
    closed: int = 0
    average_wait: float | None = None
    longest_wait: float | None = None
    within: float | None = None
    occupancy: float | None = None


@dataclass(frozen=True)
class _Chat:
    queue: str
    hour: int
    outcome: str
    closed: bool
    wait: float | None
    answered: bool


def table_of(tx: Tx, day: Day) -> list[Row]:
    """Rows by queue and hour, then by queue, then the day's."""
    chats = _chats(tx, day)
    busy, offered = _load(tx, day)
    queues = sorted({chat.queue for chat in chats} | {queue for queue, _ in busy})
    level = day.scenario.service_level_seconds
    rows: list[Row] = []
    for queue in queues:
        hours = {chat.hour for chat in chats if chat.queue == queue}
        hours |= {hour for name, hour in busy if name == queue}
        for hour in sorted(hours):
            of_hour = [one for one in chats if (one.queue, one.hour) == (queue, hour)]
            share = _share([busy.get((queue, hour), 0)], [offered.get((queue, hour), 0)])
            rows.append(_row(queue, hour, of_hour, level, share))
    for queue in queues:
        share = _share(_of(busy, queue), _of(offered, queue))
        rows.append(_row(queue, None, [c for c in chats if c.queue == queue], level, share))
    everyone = [
        max(0.0, (min(duty.end, day.end) - duty.start).total_seconds()) * duty.limit
        for duty in day.duties.values()
    ]
    rows.append(_row(None, None, chats, level, _share(busy.values(), everyone)))
    return rows


def _of(found: dict[tuple[str, int], float], queue: str) -> list[float]:
    return [seconds for (name, _), seconds in found.items() if name == queue]


def _share(part: Iterable[float], whole: Iterable[float]) -> float | None:
    total = sum(whole)
    return round(sum(part) / total, 3) if total else None


def _row(
    queue: str | None, hour: int | None, chats: list[_Chat], level: int, occupancy: float | None
) -> Row:
    row = Row(queue, hour, arrived=len(chats), occupancy=occupancy)
    for chat in chats:
        setattr(row, chat.outcome, getattr(row, chat.outcome) + 1)
        row.closed += chat.closed
    waits = [chat.wait for chat in chats if chat.wait is not None]
    answered = [chat.wait for chat in chats if chat.wait is not None and chat.answered]
    if waits:
        row.longest_wait = round(max(waits), 1)
        row.within = round(sum(wait <= level for wait in answered) / len(waits), 3)
    if answered:
        row.average_wait = round(sum(answered) / len(answered), 1)
    return row


def _chats(tx: Tx, day: Day) -> list[_Chat]:
    tree = tenants.tree(tx, day.tenant_id)
    c, q = t.chats.c, t.queues.c
    rows = tx.conn.execute(
        sa.select(
            q.name,
            c.queue_id,
            c.status,
            c.created_at,
            c.queued_at,
            c.assigned_at,
            c.waited,
            c.first_waited,
            c.spell_from,
        )
        .join(t.queues, q.id == c.queue_id)
        .where(c.tenant_id == day.tenant_id)
        .order_by(c.id)
    ).all()
    found: list[_Chat] = []
    for row in rows:
        queued = ChatStatus(row.status) is ChatStatus.QUEUED
        still = day.end - row.spell_from if queued else timedelta(0)
        waits = row.queued_at is not None or row.waited > 0
        began = row.queued_at or row.created_at
        milliseconds = row.first_waited if row.first_waited is not None else row.waited
        wait = milliseconds / 1000 + still.total_seconds() if waits else None
        found.append(
            _Chat(
                queue=row.name if waits else MENU,
                hour=_hour(day, began),
                outcome=_outcome(row.status, row.assigned_at is not None),
                closed=waits and not tree.is_open(row.queue_id, began),
                wait=wait,
                answered=row.assigned_at is not None,
            )
        )
    return found


def _outcome(status: ChatStatus, had_agent: bool) -> str:
    match ChatStatus(status):
        case ChatStatus.ASSIGNED:
            return "connected"
        case ChatStatus.SELECTING | ChatStatus.QUEUED | ChatStatus.DISMISSED:
            return "waiting"
        case ChatStatus.FAILED:
            return "expired"
        case _:
            return "handled" if had_agent else "left"


def _load(tx: Tx, day: Day) -> tuple[dict[tuple[str, int], float], dict[tuple[str, int], float]]:
    """Seconds of chats, and seconds of room for chats, by queue and hour of the clock.

    The room of an agent who sits on several queues counts on each of them.
    """
    c, q, sits = t.chats.c, t.queues.c, t.queue_agents.c
    chats = tx.conn.execute(
        sa.select(c.id, q.name)
        .join(t.queues, q.id == c.queue_id)
        .where(c.tenant_id == day.tenant_id)
    )
    names = {row.id: row.name for row in chats}
    busy: dict[tuple[str, int], float] = defaultdict(float)
    for spell in day.spells:
        for hour, seconds in _hours(day, spell.start, spell.end or day.end):
            busy[names[spell.chat_id], hour] += seconds
    room: dict[tuple[str, int], float] = defaultdict(float)
    seats = tx.conn.execute(
        sa.select(q.name, sits.user_id)
        .join(t.queues, q.id == sits.queue_id)
        .where(sits.tenant_id == day.tenant_id)
    )
    for name, agent_id in seats:
        duty = day.duties.get(agent_id)
        if duty is not None:
            for hour, seconds in _hours(day, duty.start, min(duty.end, day.end)):
                room[name, hour] += seconds * duty.limit
    return busy, room


def _hour(day: Day, at: datetime) -> int:
    return at.astimezone(ZoneInfo(day.scenario.zone)).hour


def _hours(day: Day, start: datetime, end: datetime) -> Iterable[tuple[int, float]]:
    """A span of time, cut at full hours of UTC."""
    while start < end:
        # Zones are off by quarters of an hour at most: cut there, and every hour is whole.
        quarter = start - (start - datetime.min.replace(tzinfo=start.tzinfo)) % (HOUR / 4)
        cut = min(end, quarter + HOUR / 4)
        yield _hour(day, start), (cut - start).total_seconds()
        start = cut


def as_data(rows: list[Row]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(row) for row in rows]


def as_table(rows: list[Row], level: int) -> Table:
    """For people."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("queue")
    for name in ("hour", "arrived", "handled", "expired", "left", "in chat", "waiting", "closed"):
        table.add_column(name, justify="right")
    for name in ("avg wait", "longest", f"≤ {level} s", "occupancy"):
        table.add_column(name, justify="right")
    for index, row in enumerate(rows):
        if index and (rows[index - 1].hour is not None) != (row.hour is not None):
            table.add_section()
        hour = "day" if row.hour is None else f"{row.hour:02}:00"
        ends = (row.arrived, row.handled, row.expired, row.left, row.connected, row.waiting)
        table.add_row(
            row.queue or "all",
            hour,
            *(str(count) for count in (*ends, row.closed)),
            _clock(row.average_wait),
            _clock(row.longest_wait),
            _percent(row.within),
            _percent(row.occupancy),
            style="bold" if row.queue is None else None,
        )
    return table


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{round(share * 100)} %"
