"""How many SQL statements the verbs of a busy day take: each costs CPU and holds the writer.

A count that grows is a decision: raise it here, and say in the commit what it buys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from carriers.protocol import Accepted, Receipt
from domain.receipts import SegmentStatus
from domain.statuses import ChatStatus
from services import claims, receipts, sends
from services.receipts import reference
from store import tables as t
from store.database import Database, Tx
from tests.world import MENU_NUMBER, VIP_NUMBER, World, build

CARRIER_ID = "carrier-1"


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements of the transactions meanwhile, without their BEGIN."""
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    sa.event.listen(db._writer, "before_cursor_execute", note)
    yield said
    sa.event.remove(db._writer, "before_cursor_execute", note)


async def test_a_text_that_joins_an_answered_chat(world: World) -> None:
    await world.connected_chat()
    with counted(world.db) as said:
        await world.text("Where is my parcel?")
    # Pair, inbox, chat, message, tenant, link; then chat, pointer, position, event.
    assert len(said) <= 10, said


async def test_a_reply(world: World) -> None:
    chat_id = await world.connected_chat()
    with counted(world.db) as said:
        await world.reply("ana", chat_id, "On its way.")
    # Chat, repeated, consent, message, its row, tenant; then chat, pointer, position, event.
    assert len(said) <= 10, said


async def test_a_text_that_goes_out(world: World) -> None:
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "On its way.")
    with counted(world.db) as said:
        await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    # Text, chat, consent, number, its slot, the claim, the account.
    assert len(said) <= 7, said
    with counted(world.db) as said:
        await world.db.write(sends.accepted, world.tenant_id, reply.id, Accepted(CARRIER_ID, 1))
    # Text (PostgreSQL: locked, too), chat, number, text, early receipts (PostgreSQL: under a lock
    # of their own), tenant for the deadline, position, event.
    assert len(said) <= 10, said


async def test_three_receipts(world: World) -> None:
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "On its way.")
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    await world.db.write(sends.accepted, world.tenant_id, reply.id, Accepted(CARRIER_ID, 1))
    # Text with its agent (PostgreSQL: locked, too), and segments; what is new, the segment; what
    # is shown, the text, position and event.
    for status, most in (("sent", 4), ("sent", 3), ("delivered", 7)):
        receipt = Receipt(reference(reply.id), CARRIER_ID, 0, SegmentStatus(status))
        with counted(world.db) as said:
            await world.db.write(receipts.apply, world.account, [receipt])
        assert len(said) <= most, said


async def test_a_first_text(world: World) -> None:
    await world.status("ana")
    with counted(world.db) as said:
        await world.text("Hello", to=MENU_NUMBER)
    # With a greeting and a menu, each checked for consent and written; on PostgreSQL, where locks
    # are statements, one more than on SQLite.
    assert len(said) <= 21, said
    with counted(world.db) as said:
        await world.text("Hello", to=VIP_NUMBER, sender="+14155550112")
    # With a greeting, and offered at once.
    assert len(said) <= 25, said


async def test_a_command_without_a_chat(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.end("ana", chat_id)
    with counted(world.db) as said:
        await world.text("HELP")
    # Among them one for the language of the last chat. On PostgreSQL locks are statements.
    assert len(said) <= 12, said
    with counted(world.db) as said:
        await world.text("YES")
    # An ordinary first text, once it is known what was said last.
    assert len(said) <= 23, said


def waiting(world: World, many: int) -> Callable[[Tx], list[int]]:
    """So many chats that wait in Orders, written as rows."""

    def rows(tx: Tx) -> list[int]:
        mine = {"tenant_id": world.tenant_id}
        phones = [mine | {"number": f"+1999{n:07}", "created_at": tx.now} for n in range(many)]
        tx.conn.execute(sa.insert(t.consumers), phones)
        met = sa.select(t.consumers.c.id).where(t.consumers.c.tenant_id == world.tenant_id)
        queue = world.queues["Orders"]
        here = {
            "entry_queue_id": queue,
            "queue_id": queue,
            "number_id": min(world.numbers.values()),
        }
        times = dict.fromkeys(("window_from", "created_at", "updated_at", "queued_at"), tx.now)
        chat = mine | here | times | {"status": ChatStatus.QUEUED, "lang": "en"}
        chats = [chat | {"consumer_id": known} for known in tx.conn.execute(met).scalars()]
        tx.conn.execute(sa.insert(t.chats), chats)
        known = sa.select(t.chats.c.id).where(t.chats.c.tenant_id == world.tenant_id)
        return list(tx.conn.execute(known.order_by(t.chats.c.id)).scalars())

    return rows


async def test_a_routing_decision_whatever_the_length_of_the_queue(db: Database) -> None:
    counts = {}
    for many in (10, 50, 10_000):
        world = await build(db, f"with{many}", agents=20)
        chats = await world.db.write(waiting(world, many))
        for name in world.agents:
            await world.status(name)
        with counted(world.db) as said:
            await world.accept("ana", chats[0])
        counts[many] = len(said)
    # Ten are all offered already; else the next in line is offered to whoever had the first,
    # after a look at what is held for them.
    assert counts[10] < counts[50] == counts[10_000] <= 42
