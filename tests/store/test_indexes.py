"""The queries that run all the time find their rows by an index, on SQLite too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from domain.statuses import MessageStatus, OfferState
from store import (
    asks,
    chats,
    consumers,
    health,
    inbox,
    kept,
    matching,
    numbers,
    offers,
    sends,
    unsent,
    users,
    waits,
)
from store import tables as t
from store.database import Tx
from tests.world import World


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite alone: PostgreSQL scans small tables whatever indexes there are."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


def plans(tx: Tx, query: Callable[[Tx], object]) -> str:
    """How SQLite finds the rows of each statement that the query runs."""
    ran: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, values: Any, *_: object) -> None:
        ran.append((statement, values))

    sa.event.listen(tx.conn, "before_cursor_execute", note)
    query(tx)
    sa.event.remove(tx.conn, "before_cursor_execute", note)
    steps = [
        row.detail
        for statement, values in ran
        for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    return "\n".join(steps)


def text_in_doubt(tx: Tx) -> sends.Sending:
    values: dict[str, Any] = dict.fromkeys((f.name for f in fields(sends.Sending)), 1)
    return sends.Sending(**values | {"created_at": tx.now})


QUERIES: dict[str, Callable[[Tx], object]] = {
    "ix_offers_declined": lambda tx: matching.candidates(tx, 1, 3),
    "ix_offers_agent": lambda tx: offers.close_of_agent(tx, 1, 1, OfferState.WITHDRAWN),
    "uq_offers_pending": lambda tx: offers.is_offered_to(tx, 1, 1, 1),
    "ix_chats_waiting": lambda tx: matching.waiting_for(tx, 1, matching.candidates(tx, 1, 3)),
    "ix_chats_agent": lambda tx: users.load(tx, 1, 1),
    "ix_chats_held": lambda tx: matching.waiting_for(tx, 1, matching.candidates(tx, 1, 3)),
    "ix_chats_dismissed": lambda tx: chats.dismissed_of_agent(tx, 1, 1),
    "ix_chats_handled": lambda tx: [
        waits.average_chat(tx, 1, tx.now),
        waits.active_agents(tx, 1, 3),
        waits.places(tx, 1, [1]),
    ],
    "ix_chats_consumer": lambda tx: [
        consumers.last_chats(tx, 1, 1, 1),
        consumers.last_lang(tx, 1, 1, 1),
    ],
    "ix_messages_pair": lambda tx: asks.last_text_asks(tx, 1, 1, 1),
    "ix_messages_kept": lambda tx: kept.texts(tx, 1, 1, 100),
    "uq_chats_active_pair": lambda tx: [
        numbers.pair(tx, 1, "+14155550100", "+14155550111"),
        chats.active_of_consumer(tx, 1, 1),
    ],
    "ix_messages_unsent": lambda tx: unsent.of_chat(tx, 1, 1),
    "ix_messages_provider": lambda tx: sends.by_provider(tx, 1, 1, "carrier-1"),
    "ix_messages_taken": lambda tx: sends.known_ids(tx, text_in_doubt(tx)),
    "ix_carrier_health_breaker": health.open_ones,
    "ix_numbers_account_id": lambda tx: health.number_of(tx, 1),
    "ix_numbers_fallback_account_id": lambda tx: health.number_of(tx, 0),
    "ix_inbox_twins": lambda tx: inbox.brought(tx, 1, "a digest", tx.now),
    "ix_messages_queued_number": lambda tx: [
        sends.more_urgent_waits(tx, 1, 1),
        unsent.give_up(
            tx, 1, MessageStatus.FAILED, "number_gone", t.messages.c.number_id.in_([1, 2])
        ),
    ],
    "ix_messages_unsent_consumer": lambda tx: unsent.give_up(
        tx, 1, MessageStatus.BLOCKED, "opted_out", t.messages.c.consumer_id == 1
    ),
}


@pytest.mark.parametrize("index", QUERIES)
async def test_a_query_uses_the_index_that_is_there_for_it(world: World, index: str) -> None:
    await world.status("ana")
    found = await world.db.write(plans, QUERIES[index])
    assert f"USING INDEX {index} " in found, found
    for table in ("chats", "consumers", "messages", "offers"):
        assert f"SCAN {table}" not in found, found


async def test_a_claim_finds_by_the_consumer_what_the_chats_before_still_owe(world: World) -> None:
    found = await world.db.write(plans, lambda tx: sends.to_claim(tx, 1, 1))
    assert "SEARCH before USING INDEX ix_messages_unsent_consumer " in found, found
