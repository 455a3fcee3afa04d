"""Carrier accounts and numbers as an operator sets them up (product C4)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from carriers.protocol import NoAnswer, NotOwned, Owned, Ownership
from domain.statuses import NumberStatus, OptOutReplies
from services import accounts, demo
from services.accounts import NumberSettings
from services.errors import Conflict, InvalidField, NotFound
from store import numbers, tenants
from store import tables as t
from store.database import Database
from store.numbers import Account, Number
from tests.conftest import OpenDatabase
from tests.world import MENU_NUMBER, PHONE, World, build

NEW = "+14155550190"
AS_IT_IS = NumberSettings()
UNVERIFIED, VERIFIED, FAILED = NumberStatus.UNVERIFIED, NumberStatus.VERIFIED, NumberStatus.FAILED


async def connected(world: World, name: str = "main", **more: str) -> Account:
    wanted = Account(0, world.tenant_id, "twilio", name, "https://api.twilio.com", more, {})
    return await world.db.write(accounts.connect, wanted)


async def added(world: World, raw: str = NEW, account: str = "main", **more: object) -> Number:
    settings = replace(AS_IT_IS, **more)  # type: ignore[arg-type]
    return await world.db.write(
        accounts.add_number, world.tenant_id, raw, "twilio", account, settings
    )


async def verified(world: World, number: Number, answer: Ownership) -> NumberStatus:
    asked = await world.db.write(accounts.begin_verification, world.tenant_id, number.id)
    return await world.db.write(
        accounts.end_verification, world.tenant_id, number.id, asked.id, answer
    )


async def read(world: World, number_id: int) -> Number:
    return await world.db.read(numbers.by_id, world.tenant_id, number_id)


async def test_connecting_an_account_again_changes_it(world: World) -> None:
    first = await connected(world, account_sid="1")
    again = await connected(world, account_sid="2")
    assert again == replace(first, settings={"account_sid": "2"})


@pytest.mark.parametrize("name", ["", "Main", "a b", "a/b", "-a", "x" * 64, "é", "a\n"])
async def test_an_accounts_name_must_fit_into_an_address(world: World, name: str) -> None:
    with pytest.raises(InvalidField, match="name must be"):
        await connected(world, name)


async def test_another_companys_account_cannot_be_taken_over(world: World) -> None:
    other = await build(world.db, "globex")
    await connected(world)
    with pytest.raises(Conflict, match="taken"):
        await connected(other)
    with pytest.raises(NotFound, match="no account main"):
        await added(other)


async def test_a_number_is_unverified_until_its_carrier_vouches_for_it(world: World) -> None:
    await connected(world)
    number = await added(world, "(415) 555-0190")
    assert (number.number, number.status) == (NEW, UNVERIFIED)
    asked = await world.db.write(accounts.begin_verification, world.tenant_id, number.id)
    assert (asked.name, (await read(world, number.id)).status) == ("main", NumberStatus.VERIFYING)
    await world.db.write(
        accounts.end_verification, world.tenant_id, number.id, asked.id, Owned(sms=True)
    )
    assert (await read(world, number.id)).status is VERIFIED


@pytest.mark.parametrize(
    ("answer", "new", "known"),
    [
        (Owned(sms=True), VERIFIED, VERIFIED),
        (Owned(sms=False), FAILED, FAILED),
        (NotOwned(), FAILED, FAILED),
        (NoAnswer("away"), UNVERIFIED, VERIFIED),
    ],
)
async def test_what_the_carrier_says_of_a_new_and_of_a_verified_number(
    world: World, answer: Ownership, new: NumberStatus, known: NumberStatus
) -> None:
    await connected(world)
    number = await added(world)
    assert await verified(world, number, answer) is new
    await verified(world, number, Owned(sms=True))
    assert await verified(world, number, answer) is known


async def test_a_verified_number_stays_in_use_while_it_is_verified_again(world: World) -> None:
    await world.db.write(accounts.begin_verification, world.tenant_id, world.numbers[MENU_NUMBER])
    assert (await world.text("Hello")).chat_id is not None


async def test_only_a_verified_number_can_be_assigned(world: World) -> None:
    await connected(world)
    number = await added(world)
    with pytest.raises(Conflict, match=r"Only a verified number.*Unverified"):
        await world.db.write(accounts.assign, world.tenant_id, number.id, "Orders")
    await verified(world, number, Owned(sms=True))
    await world.db.write(accounts.assign, world.tenant_id, number.id, "support / orders")
    assert (await read(world, number.id)).queue_id == world.queues["Orders"]
    opened = await world.text("Hello", to=NEW, sender=PHONE)
    assert opened.chat_id is not None


@pytest.mark.parametrize("queue", ["Nowhere", "", "Orders / Support", "Support / Nowhere"])
async def test_a_queue_that_is_not_there_is_named(world: World, queue: str) -> None:
    with pytest.raises(InvalidField, match="No queue is called"):
        await world.db.write(accounts.assign, world.tenant_id, world.numbers[MENU_NUMBER], queue)


async def test_a_queue_name_that_two_have_needs_a_path(world: World) -> None:
    twin = {"tenant_id": world.tenant_id, "name": "Orders", "keywords": []}
    here = world.queues["VIP"]
    made = sa.insert(t.queues).values(twin | {"parent_id": here}).returning(t.queues.c.id)
    twin_id = await world.db.write(lambda tx: tx.conn.execute(made).scalar_one())
    number = world.numbers[MENU_NUMBER]
    with pytest.raises(InvalidField, match="Several queues"):
        await world.db.write(accounts.assign, world.tenant_id, number, "orders")
    await world.db.write(accounts.assign, world.tenant_id, number, "VIP/Orders")
    assert (await read(world, number)).queue_id == twin_id


async def test_a_number_that_moves_to_another_account_is_verified_anew(world: World) -> None:
    await connected(world)
    await connected(world, "second")
    number = await added(world)
    await verified(world, number, Owned(sms=True))
    assert (await added(world)).status is VERIFIED
    assert (await added(world, account="second")).status is UNVERIFIED


async def test_an_answer_about_the_account_before_does_not_verify_the_number_at_the_next(
    world: World, open_database: OpenDatabase
) -> None:
    """As a race: verified at one account while it moves to another."""
    await connected(world)
    await connected(world, "second")
    number = await added(world)
    asked = await world.db.write(accounts.begin_verification, world.tenant_id, number.id)

    async def move(db: Database) -> None:
        await db.write(accounts.add_number, world.tenant_id, NEW, "twilio", "second", AS_IT_IS)

    async with open_database() as other:
        await asyncio.gather(
            move(other),
            world.db.write(
                accounts.end_verification, world.tenant_id, number.id, asked.id, Owned(sms=True)
            ),
        )
    assert (await read(world, number.id)).status is UNVERIFIED


async def test_a_number_is_one_companys_alone(world: World) -> None:
    other = await build(world.db, "globex")
    await connected(other, "theirs")
    with pytest.raises(Conflict, match="taken"):
        await added(other, MENU_NUMBER, "theirs")


@pytest.mark.parametrize("raw", ["", "12", "hello", "+0155550100", "555-SHOES"])
async def test_what_is_no_number_is_refused(world: World, raw: str) -> None:
    await connected(world)
    with pytest.raises(InvalidField, match="number must be in E"):
        await added(world, raw)


async def test_a_numbers_settings_are_changed_and_the_others_stay(world: World) -> None:
    await connected(world)
    await added(world, segments_per_second=3)
    number = await added(world, optout_replies=OptOutReplies.CARRIER)
    assert (number.segments_per_second, number.optout_replies) == (3, "carrier")
    with pytest.raises(InvalidField, match="at least 1"):
        await added(world, segments_per_second=0)


async def test_a_new_start_of_the_demo_leaves_other_accounts_alone(db: Database) -> None:
    secrets = demo.DemoSecrets("", dict.fromkeys(demo.emails(), ""), "http://127.0.0.1:1")
    await db.write(demo.ensure, secrets)
    [tenant_id] = await db.read(tenants.ids)
    wanted = Account(0, tenant_id, "twilio", "main", "https://api.twilio.com")
    await db.write(accounts.connect, wanted)
    await db.write(demo.ensure, replace(secrets, simulator_url="http://127.0.0.1:2"))
    found = [
        await db.read(numbers.account, carrier, name)
        for carrier, name in (("twilio", "main"), ("simulator", "acme"))
    ]
    assert [one and one.base_url for one in found] == [wanted.base_url, "http://127.0.0.1:2"]
