"""Delivery receipts: per segment, only forward, whatever their order (rule 11)."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Receipt
from domain.process import ChatRef
from domain.receipts import SegmentStatus
from domain.statuses import ChatStatus, MessageStatus
from services import claims, process, receipts, sends
from store import messages
from store import tables as t
from store.database import Tx
from store.messages import Message
from tests.conftest import OpenDatabase, SetClock
from tests.crossing import crossed
from tests.world import World, build

SENT, DELIVERED = SegmentStatus.SENT, SegmentStatus.DELIVERED
UNDELIVERED, FAILED = SegmentStatus.UNDELIVERED, SegmentStatus.FAILED
ORDER = ["queued", "sending", "sent", "undelivered", "failed", "delivered"]
LONG = "x" * 459  # three segments


async def claimed(world: World, text: str = LONG) -> tuple[int, int]:
    """A reply in the carrier's hands, whose answer is not known yet."""
    chat_id = await world.connected_chat()
    for queued in await world.thread(chat_id):
        if queued.direction == "outbound":
            await world.db.write(claims.claim, world.tenant_id, queued.id, 1)
            await world.db.write(
                sends.accepted, world.tenant_id, queued.id, Accepted(f"c-{queued.id}")
            )
    reply = (await world.reply("ana", chat_id, text)).id
    await world.db.write(claims.claim, world.tenant_id, reply, 1)
    return chat_id, reply


async def apply(world: World, *reported: Receipt) -> None:
    await world.db.write(receipts.apply, world.account, list(reported))


def receipt(segment: int, status: SegmentStatus, reference: str | None = None) -> Receipt:
    return Receipt(reference, "carrier-1", segment, status, "30003" if status is FAILED else None)


async def message(world: World, message_id: int) -> Message:
    return await world.db.read(messages.get, world.tenant_id, message_id)


async def copies(world: World, message_id: int, many: int) -> list[int]:
    """The same text again, so that each order of receipts has a text of its own."""
    m = t.messages.c
    names = [c.name for c in t.messages.columns if c.name not in ("id", "unique_key", "seq")]

    def copy(tx: Tx) -> list[int]:
        row = tx.conn.execute(sa.select(t.messages).where(m.id == message_id)).one()._asdict()
        made = []
        for n in range(many):
            values = {name: row[name] for name in names}
            values |= {"unique_key": f"copy-{n}", "seq": 1000 + n}
            made.append(
                tx.conn.execute(sa.insert(t.messages).values(values).returning(m.id)).scalar_one()
            )
        return made

    return await world.db.write(copy)


STORIES = [
    [(0, SENT), (0, DELIVERED), (1, DELIVERED), (2, SENT), (2, DELIVERED)],
    [(0, DELIVERED), (1, UNDELIVERED), (1, DELIVERED), (2, DELIVERED)],
    [(0, DELIVERED), (1, FAILED), (2, SENT), (2, DELIVERED)],
]


@pytest.mark.parametrize("story", range(len(STORIES)))
async def test_receipts_in_every_order_only_go_forward_and_end_the_same(
    world: World, story: int
) -> None:
    _, reply = await claimed(world)
    orders = list(itertools.permutations(STORIES[story]))
    texts = await copies(world, reply, len(orders))

    def run(tx: Tx) -> set[str]:
        ends = set()
        for text, order in zip(texts, orders, strict=True):
            seen = ["sending"]
            for segment, status in order:
                told = Receipt(f"threadline-{text}", f"c-{text}", segment, status)
                receipts.apply(tx, world.account, [told])
                seen.append(messages.get(tx, world.tenant_id, text).status)
            ranks = [ORDER.index(status) for status in seen]
            assert ranks == sorted(ranks), (order, seen)
            ends.add(seen[-1])
        return ends

    ends = await world.db.write(run)
    assert ends == {"failed" if story == 2 else "delivered"}


async def test_a_text_is_delivered_when_its_last_segment_is(world: World, clock: SetClock) -> None:
    _, reply = await claimed(world)
    await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1", 3))
    for segment in range(3):
        assert (await message(world, reply)).status is MessageStatus.SENT
        clock.move(seconds=1)
        await apply(world, receipt(segment, DELIVERED))
    text = await message(world, reply)
    assert (text.status, text.delivered_at) == (MessageStatus.DELIVERED, clock.at)


async def test_a_lost_segment_shows_the_carriers_error_until_it_is_delivered_after_all(
    world: World,
) -> None:
    _, reply = await claimed(world, "short")
    await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1"))
    await apply(world, Receipt(None, "carrier-1", 0, UNDELIVERED, "30003"))
    text = await message(world, reply)
    assert (text.status, text.error) == (MessageStatus.UNDELIVERED, "30003")
    await apply(world, receipt(0, DELIVERED))
    text = await message(world, reply)
    assert (text.status, text.error) == (MessageStatus.DELIVERED, None)


async def test_a_receipt_before_the_carriers_id_is_known_is_applied_later(world: World) -> None:
    _, reply = await claimed(world)
    await apply(world, *(receipt(segment, DELIVERED) for segment in range(3)))
    assert (await message(world, reply)).status is MessageStatus.SENDING
    await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1"))
    assert (await message(world, reply)).status is MessageStatus.DELIVERED
    assert await world.rows(sa.select(t.early_receipts.c.id)) == []


@pytest.mark.parametrize("first", ["the answer", "the receipt"])
async def test_a_receipt_that_crosses_the_carriers_answer_is_applied(
    world: World, open_database: OpenDatabase, first: str
) -> None:
    _, reply = await claimed(world, "short")

    def answer(tx: Tx) -> None:
        sends.accepted(tx, world.tenant_id, reply, Accepted("carrier-1"))

    def report(tx: Tx) -> None:
        receipts.apply(tx, world.account, [receipt(0, DELIVERED)])

    services = (answer, report) if first == "the answer" else (report, answer)
    async with open_database() as other:
        await crossed((world.db, services[0]), (other, services[1]))
    assert (await message(world, reply)).status is MessageStatus.DELIVERED
    assert await world.rows(sa.select(t.early_receipts.c.id)) == []


async def test_a_receipt_with_our_reference_settles_a_text_whose_answer_never_came(
    world: World,
) -> None:
    _, reply = await claimed(world, "short")
    await apply(world, receipt(0, SENT, f"threadline-{reply}"))
    text = await message(world, reply)
    assert text.status is MessageStatus.SENT
    assert text.sent_at is not None
    assert isinstance(await world.db.write(claims.claim, world.tenant_id, reply, 1), claims.Settled)
    await apply(world, receipt(0, DELIVERED))
    assert (await message(world, reply)).status is MessageStatus.DELIVERED


async def test_a_late_receipt_tells_what_became_of_an_unknown_text(world: World) -> None:
    _, reply = await claimed(world, "short")
    await world.db.write(sends.give_up, world.tenant_id, reply)
    await apply(world, receipt(0, DELIVERED, f"threadline-{reply}"))
    assert (await message(world, reply)).status is MessageStatus.DELIVERED


async def test_a_receipt_that_is_quicker_than_the_answer_restarts_a_held_up_window(
    world: World, clock: SetClock
) -> None:
    await world.configure(chat_timeout=10)
    chat_id, reply = await claimed(world, "short")
    await world.db.write(sends.not_taken, world.tenant_id, reply)
    clock.move(hours=1)
    await world.db.write(claims.claim, world.tenant_id, reply, 1)
    await apply(world, receipt(0, SENT, f"threadline-{reply}"))
    settled = await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1"))
    assert settled.deadline_at == clock.at + timedelta(minutes=10)
    await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    assert await world.chat_status(chat_id) is ChatStatus.ASSIGNED


async def test_a_repeated_receipt_writes_no_second_event(world: World) -> None:
    _, reply = await claimed(world, "short")
    await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1"))
    for _ in range(3):
        await apply(world, receipt(0, DELIVERED))
    e = t.events.c
    rows = await world.rows(sa.select(e.data).where(e.type == "message.changed"))
    told = [row.data["status"] for row in rows if row.data["message_id"] == reply]
    assert told == ["sent", "delivered"]
    assert len(await world.rows(sa.select(t.message_segments.c.id))) == 1


async def test_a_refused_text_stays_failed_whatever_is_reported(world: World) -> None:
    from carriers.protocol import Rejected

    _, reply = await claimed(world, "short")
    await world.db.write(sends.rejected, world.tenant_id, reply, Rejected("30006", "unreachable"))
    await apply(world, receipt(0, SENT, f"threadline-{reply}"))
    assert (await message(world, reply)).status is MessageStatus.FAILED


@pytest.mark.parametrize("reference", ["threadline-x", "threadline-", "threadline-²", "other-1"])
async def test_a_reference_that_is_not_ours_is_left_to_the_carriers_id(
    world: World, reference: str
) -> None:
    await apply(world, receipt(0, DELIVERED, reference))
    assert len(await world.rows(sa.select(t.early_receipts.c.id))) == 1


async def test_a_receipt_for_a_text_that_was_never_handed_over_does_not_keep_it_from_being_sent(
    world: World,
) -> None:
    chat_id, claimed_first = await claimed(world, "short")
    await world.db.write(sends.accepted, world.tenant_id, claimed_first, Accepted("carrier-1"))
    waiting = (await world.reply("ana", chat_id, "not yet on its way")).id
    other = Receipt(f"threadline-{waiting}", "carrier-9", 0, DELIVERED)
    await apply(world, other)
    assert (await message(world, waiting)).status is MessageStatus.QUEUED
    assert isinstance(
        await world.db.write(claims.claim, world.tenant_id, waiting, 1), claims.HandOver
    )
    kept = t.early_receipts.c.provider_id
    assert await world.rows(sa.select(kept)) == [("carrier-9",)]
    await world.db.write(sends.accepted, world.tenant_id, waiting, Accepted("carrier-9"))
    assert (await message(world, waiting)).status is MessageStatus.DELIVERED


async def test_a_reference_beside_another_texts_carrier_id_speaks_of_that_other_text(
    world: World,
) -> None:
    chat_id, first = await claimed(world, "short")
    await world.db.write(sends.accepted, world.tenant_id, first, Accepted("carrier-1"))
    second = (await world.reply("ana", chat_id, "also short")).id
    await world.db.write(claims.claim, world.tenant_id, second, 1)
    await world.db.write(sends.accepted, world.tenant_id, second, Accepted("carrier-2"))
    await apply(world, Receipt(f"threadline-{second}", "carrier-1", 0, DELIVERED))
    assert (await message(world, second)).status is MessageStatus.SENT
    assert (await message(world, first)).status is MessageStatus.DELIVERED


async def test_a_receipt_that_no_text_claims_is_forgotten_after_a_week(
    world: World, clock: SetClock
) -> None:
    kept = sa.select(t.early_receipts.c.provider_id).order_by(t.early_receipts.c.id)
    await apply(world, Receipt(None, "old", 0, DELIVERED))
    clock.move(days=7)
    await apply(world, Receipt(None, "new", 0, DELIVERED))
    await world.db.write(receipts.forget_old)
    assert await world.rows(kept) == [("old",), ("new",)]
    clock.move(seconds=1)
    await world.db.write(receipts.forget_old)
    assert await world.rows(kept) == [("new",)]


async def test_another_tenants_receipt_touches_nothing(world: World) -> None:
    other = await build(world.db, "globex")
    _, reply = await claimed(world, "short")
    await world.db.write(sends.accepted, world.tenant_id, reply, Accepted("carrier-1"))
    await apply(other, receipt(0, FAILED, f"threadline-{reply}"), receipt(0, FAILED))
    assert (await message(world, reply)).status is MessageStatus.SENT
