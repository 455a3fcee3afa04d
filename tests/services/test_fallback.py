"""A second account that owns the same number: texts go out by it, each once, and come back."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, Busy, Found, InboundText, NoAnswer, Receipt, Rejected
from domain.receipts import SegmentStatus
from domain.statuses import MessageStatus
from services import intake, receipts, sends
from services.claims import HandOver, InDoubt, OutOfOrder
from services.twins import TWIN_WINDOW
from store import health, messages
from store import tables as t
from store.messages import Message
from store.numbers import Account
from tests.conftest import OpenDatabase, SetClock
from tests.services.accounts_world import (
    answer_again,
    claim,
    handed_over,
    owed,
    second_account,
    stop,
)
from tests.world import MENU_NUMBER, PHONE, World

pytestmark = pytest.mark.postgres_15
DELIVERED = SegmentStatus.DELIVERED


async def text_of(world: World, message_id: int) -> Message:
    return await world.db.read(messages.get, world.tenant_id, message_id)


async def receipt(
    world: World, account: Account, provider_id: str, reference: str | None = None
) -> None:
    told = Receipt(reference, provider_id, 0, DELIVERED)
    await world.db.write(receipts.apply, account, [told])


async def test_while_the_first_account_is_out_of_order_texts_go_by_the_second_from_the_same_number(
    world: World, clock: SetClock
) -> None:
    second = await second_account(world)
    one, two, three, four = await owed(world, 4)
    assert (await handed_over(world, one)).account == world.account
    await stop(world, world.account)
    text = await handed_over(world, two)
    assert (text.account, text.sender) == (second, MENU_NUMBER)
    clock.move(seconds=5)
    await answer_again(world, world.account)
    # One text tries the first account; the others do not wait for it.
    assert (await handed_over(world, three)).account == world.account
    assert (await handed_over(world, four)).account == second
    await world.db.write(sends.accepted, world.tenant_id, three, Accepted("c-3"))
    assert (await handed_over(world, (await owed(world))[0])).account == world.account


async def test_without_a_second_account_nothing_goes_out_from_another_number(world: World) -> None:
    await second_account(world, fallback=False)
    [reply] = await owed(world)
    await stop(world, world.account)
    assert isinstance(await claim(world, reply), OutOfOrder)


async def test_when_both_are_out_of_order_texts_wait_for_either(
    world: World, clock: SetClock
) -> None:
    second = await second_account(world)
    [reply] = await owed(world)
    await stop(world, world.account)
    await stop(world, second)
    assert isinstance(await claim(world, reply), OutOfOrder)
    clock.move(seconds=5)
    # It has no number of its own to be asked for.
    assert await world.db.read(health.number_of, second.id) in world.numbers
    await answer_again(world, second)
    assert (await handed_over(world, reply)).account == second


async def test_a_text_that_the_first_account_surely_did_not_take_goes_by_the_second(
    world: World,
) -> None:
    second = await second_account(world)
    [reply] = await owed(world)
    text = await handed_over(world, reply)
    await stop(world, world.account)
    await world.db.write(sends.busy, text, Busy())
    assert (await handed_over(world, reply)).account == second


async def test_a_text_in_doubt_at_the_first_account_is_never_given_to_the_second(
    world: World, clock: SetClock
) -> None:
    await second_account(world)
    [reply] = await owed(world)
    text = await handed_over(world, reply)
    await world.db.write(sends.unanswered, text, NoAnswer("HTTP 500"), text.claimed_at)
    await stop(world, world.account)
    for _ in range(5):
        clock.move(minutes=1)
        assert isinstance(await claim(world, reply), OutOfOrder)
    clock.move(seconds=5)
    await answer_again(world, world.account)
    doubt = await claim(world, reply)
    assert isinstance(doubt, InDoubt)
    assert doubt.hand_over.account == world.account
    await world.db.write(sends.accepted, world.tenant_id, reply, Found("c-1"))
    assert (await text_of(world, reply)).status is MessageStatus.SENT


async def test_a_doubt_that_nobody_can_settle_holds_a_chat_for_minutes_and_no_longer(
    world: World, clock: SetClock
) -> None:
    second = await second_account(world)
    reply, next_one = await owed(world, 2)
    text = await handed_over(world, reply)
    await stop(world, world.account)
    clock.move(minutes=5, seconds=1)
    doubt = await claim(world, reply)
    assert isinstance(doubt, InDoubt)
    assert (doubt.askable, doubt.overdue) == (False, True)
    await world.db.write(sends.give_up, world.tenant_id, reply)
    assert (await text_of(world, reply)).status is MessageStatus.UNKNOWN
    assert (await handed_over(world, next_one)).account == second
    # The truth is told all the same, when it comes.
    await receipt(world, world.account, "c-1", text.reference)
    assert (await text_of(world, reply)).status is MessageStatus.DELIVERED


async def test_receipts_of_both_accounts_find_their_texts_though_their_ids_are_alike(
    world: World,
) -> None:
    second = await second_account(world)
    one, two = await owed(world, 2)
    await handed_over(world, one)
    await world.db.write(sends.accepted, world.tenant_id, one, Accepted("7"))
    await stop(world, world.account)
    await handed_over(world, two)
    # A receipt that is quicker than the answer waits for its own account's text.
    await receipt(world, second, "7")
    assert (await text_of(world, one)).status is MessageStatus.SENT
    await world.db.write(sends.accepted, world.tenant_id, two, Accepted("7"))
    assert (await text_of(world, two)).status is MessageStatus.DELIVERED
    await receipt(world, world.account, "7")
    assert (await text_of(world, one)).status is MessageStatus.DELIVERED


async def test_a_receipt_of_the_first_account_says_nothing_of_what_the_second_was_given(
    world: World,
) -> None:
    second = await second_account(world)
    [reply] = await owed(world)
    await stop(world, world.account)
    text = await handed_over(world, reply)
    assert text.account == second
    await receipt(world, world.account, "c-1", text.reference)
    assert (await text_of(world, reply)).status is MessageStatus.SENDING
    await receipt(world, second, "d-1", text.reference)
    assert (await text_of(world, reply)).status is MessageStatus.DELIVERED


async def test_a_receipt_for_a_text_that_was_said_not_to_be_taken_keeps_it_from_the_second(
    world: World,
) -> None:
    await second_account(world)
    [reply] = await owed(world)
    text = await handed_over(world, reply)
    await world.db.write(sends.busy, text, Busy())
    await stop(world, world.account)
    await receipt(world, world.account, "c-1", text.reference)
    assert not isinstance(await claim(world, reply), HandOver)
    assert (await text_of(world, reply)).status is MessageStatus.DELIVERED


async def test_a_refusal_by_the_second_account_is_as_final_as_by_the_first(world: World) -> None:
    second = await second_account(world)
    [reply] = await owed(world)
    await stop(world, world.account)
    assert (await handed_over(world, reply)).account == second
    await world.db.write(
        sends.rejected, world.tenant_id, reply, Rejected("21610", "no", opted_out=True)
    )
    assert (await text_of(world, reply)).status is MessageStatus.FAILED
    c = t.consent_ledger.c
    [entry] = await world.rows(sa.select(c.status, c.source))
    assert tuple(entry) == ("opted_out", "carrier")


async def bring(world: World, account: Account, text: str, provider_id: str) -> bool:
    """An account brings a text; whether it is news."""
    inbound = InboundText(provider_id, PHONE, MENU_NUMBER, text)
    return (await world.db.write(intake.receive, account, inbound)).new


async def heard(world: World) -> list[str]:
    m = t.messages.c
    query = sa.select(m.text).where(m.direction == "inbound").order_by(m.id)
    return [row.text for row in await world.rows(query)]


async def test_texts_come_in_through_either_account_of_a_number(world: World) -> None:
    second = await second_account(world)
    assert await bring(world, world.account, "Hello", "a-1")
    assert await bring(world, second, "1", "b-1")
    assert await heard(world) == ["Hello", "1"]


async def test_a_text_that_both_accounts_bring_is_one(world: World, clock: SetClock) -> None:
    second = await second_account(world)
    news = [
        (world.account, "yes", "a-1", True),
        (second, "yes", "b-1", False),
        (second, "yes", "b-2", True),
        (second, "no", "b-3", True),
        (world.account, "no", "a-2", False),
        (world.account, "yes", "a-3", False),
        (world.account, "yes", "a-4", True),
        # What a carrier repeats is a repeat as ever.
        (second, "yes", "b-1", False),
    ]
    for account, text, provider_id, new in news:
        assert await bring(world, account, text, provider_id) is new, provider_id
    assert await heard(world) == ["yes", "yes", "no", "yes"]
    i = t.inbox.c
    linked = await world.rows(sa.select(i.message_id).order_by(i.id))
    assert len({row.message_id for row in linked}) == 4
    clock.move(seconds=TWIN_WINDOW.total_seconds() + 1)
    assert await bring(world, second, "yes", "b-9")


async def test_the_same_words_through_one_account_are_two_texts(world: World) -> None:
    await second_account(world, fallback=False)
    assert await bring(world, world.account, "1", "a-1")
    assert await bring(world, world.account, "1", "a-2")
    assert await heard(world) == ["1", "1"]


async def test_a_text_that_both_accounts_bring_at_the_same_moment_is_one(
    world: World, open_database: OpenDatabase
) -> None:
    second = await second_account(world)
    await world.connected_chat()
    async with open_database() as other:
        there = world.seen_through(other)
        for n in range(5):
            brought = (
                bring(world, world.account, f"yes {n}", f"a-{n}"),
                bring(there, second, f"yes {n}", f"b-{n}"),
            )
            assert sorted(await asyncio.gather(*brought)) == [False, True]
    assert [text for text in await heard(world) if "yes" in text] == [f"yes {n}" for n in range(5)]
