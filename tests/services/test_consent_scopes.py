"""How far a STOP reaches: the tenant, the queue or the number (product B)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from carriers.protocol import Rejected
from domain.statuses import ChatStatus, MessageStatus, NumberStatus
from services import claims, consent, sends
from services.errors import ConsumerOptedOut
from store import tables as t
from store.database import Tx
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World

ORDERS_NUMBER = "+14155550102"
OUTSIDE = "+14155550103"


@pytest.fixture
async def world(world: World) -> World:
    """With a third number on a leaf of the menu's tree, and a fourth in no queue."""

    def more(tx: Tx) -> None:
        for number, queue in ((ORDERS_NUMBER, world.queues["Orders"]), (OUTSIDE, None)):
            made = sa.insert(t.numbers).values(
                tenant_id=world.tenant_id,
                number=number,
                account_id=world.account.id,
                status=NumberStatus.VERIFIED,
                queue_id=queue,
                segments_per_second=1000,
            )
            row = tx.conn.execute(made.returning(t.numbers.c.id))
            world.numbers[number] = int(row.scalar_one())

    await world.db.write(more)
    return world


NUMBERS = (MENU_NUMBER, ORDERS_NUMBER, VIP_NUMBER, OUTSIDE)
ALL = {*NUMBERS}


async def silenced(world: World) -> set[str]:
    """The numbers of ours that may not text the phone."""
    from store import consent as ledger
    from store import lines

    def ask(tx: Tx) -> set[str]:
        return {
            number
            for number in NUMBERS
            if ledger.opted_out(
                tx,
                world.tenant_id,
                PHONE,
                lines.of_number(tx, world.tenant_id, world.numbers[number]),
            )
        }

    return await world.db.read(ask)


@pytest.mark.parametrize(
    ("scope", "to", "expected"),
    [
        ("tenant", MENU_NUMBER, ALL),
        ("tenant", VIP_NUMBER, ALL),
        ("queue", MENU_NUMBER, {MENU_NUMBER, ORDERS_NUMBER}),
        ("queue", ORDERS_NUMBER, {ORDERS_NUMBER}),
        ("queue", VIP_NUMBER, {VIP_NUMBER}),
        # No queue to speak of: rather too wide than too narrow.
        ("queue", OUTSIDE, ALL),
        ("number", MENU_NUMBER, {MENU_NUMBER}),
        ("number", OUTSIDE, {OUTSIDE}),
    ],
)
async def test_a_stop_reaches_as_far_as_is_set_and_a_start_as_far_back(
    world: World, scope: str, to: str, expected: set[str]
) -> None:
    await world.configure(optout_scope=scope)
    await world.text("STOP", to=to)
    assert await silenced(world) == expected
    c = t.consent_ledger.c
    (row,) = await world.rows(sa.select(c.scope, c.number_id))
    assert row.number_id == world.numbers[to]
    assert row.scope == ("tenant" if (scope, to) == ("queue", OUTSIDE) else scope)
    await world.text("START", to=to)
    # A START to a number in no queue opens that number alone.
    assert await silenced(world) == (ALL - {OUTSIDE} if row.scope != scope else set())


async def test_only_chats_in_the_scope_end_and_only_their_texts_are_blocked(world: World) -> None:
    await world.configure(optout_scope="queue")
    vip = (await world.text("hello", to=VIP_NUMBER)).chat_id
    menu = (await world.text("hello", to=MENU_NUMBER)).chat_id
    orders = (await world.text("hello", to=ORDERS_NUMBER)).chat_id
    assert vip is not None
    assert menu is not None
    assert orders is not None
    await world.text("STOP", to=MENU_NUMBER)
    assert await world.chat_status(menu) is ChatStatus.CANCELED
    assert await world.chat_status(orders) is ChatStatus.CANCELED
    assert await world.chat_status(vip) is ChatStatus.QUEUED
    for chat, status in ((vip, "queued"), (menu, "blocked"), (orders, "blocked")):
        ours = [m.status for m in await world.thread(chat) if m.direction == "outbound"]
        assert set(ours) == {status}


async def test_an_opted_out_consumer_may_go_on_where_the_opt_out_does_not_reach(
    world: World,
) -> None:
    await world.configure(optout_scope="number")
    await world.text("STOP", to=MENU_NUMBER)
    assert (await world.text("hello", to=MENU_NUMBER)).chat_id is None
    assert (await world.text("hello", to=VIP_NUMBER)).chat_id is not None


async def test_each_scope_has_its_own_confirmation_and_a_repeated_stop_none(world: World) -> None:
    await world.configure(optout_scope="number")
    for to in (MENU_NUMBER, MENU_NUMBER, VIP_NUMBER, VIP_NUMBER):
        await world.text("STOP", to=to)
    kinds = [m.kind for m in await world.sent_without_chat()]
    assert kinds == ["opt_out", "opt_out"]
    c = t.consent_ledger.c
    assert len(await world.rows(sa.select(c.id))) == 2


async def test_a_stop_again_under_a_wider_scope_widens_it_and_is_not_confirmed_again(
    world: World,
) -> None:
    await world.configure(optout_scope="number")
    await world.text("STOP", to=MENU_NUMBER)
    vip = (await world.text("hello", to=VIP_NUMBER)).chat_id
    await world.configure(optout_scope="tenant")
    assert await silenced(world) == {MENU_NUMBER}
    await world.text("STOP", to=MENU_NUMBER)
    assert await silenced(world) == ALL
    assert vip is not None
    assert await world.chat_status(vip) is ChatStatus.CANCELED
    assert [m.kind for m in await world.sent_without_chat()] == ["opt_out"]
    await world.configure(optout_scope="number")
    await world.text("STOP", to=VIP_NUMBER)
    assert len(await world.rows(sa.select(t.consent_ledger.c.id))) == 2


async def test_a_start_under_a_narrower_scope_opens_its_own_number_alone(world: World) -> None:
    await world.text("STOP", to=MENU_NUMBER)
    await world.configure(optout_scope="number")
    await world.text("START", to=VIP_NUMBER)
    assert await silenced(world) == ALL - {VIP_NUMBER}


async def test_a_number_that_moves_to_another_queue_keeps_the_opt_outs_said_to_it(
    world: World,
) -> None:
    await world.configure(optout_scope="queue")
    await world.text("STOP", to=MENU_NUMBER)
    n, elsewhere = t.numbers.c, world.queues["VIP"]
    await world.db.write(
        lambda tx: tx.conn.execute(
            sa.update(t.numbers).where(n.number == MENU_NUMBER).values(queue_id=elsewhere)
        )
    )
    assert await silenced(world) == {MENU_NUMBER, ORDERS_NUMBER}


async def test_a_number_in_no_queue_is_silenced_by_the_queues_that_text_from_it(
    world: World,
) -> None:
    await world.configure(optout_scope="queue")
    values = {
        "tenant_id": world.tenant_id,
        "number_id": world.numbers[OUTSIDE],
        "queue_id": world.queues["Returns"],
    }
    await world.db.write(lambda tx: tx.conn.execute(sa.insert(t.number_queues).values(values)))
    await world.text("STOP", to=ORDERS_NUMBER)
    assert OUTSIDE not in await silenced(world)
    await world.text("STOP", to=MENU_NUMBER)
    assert OUTSIDE in await silenced(world)


async def test_a_carriers_block_and_an_agents_click_have_the_scope_that_is_set(
    world: World,
) -> None:
    await world.configure(optout_scope="number")
    await world.status("ana")
    chat_id = (await world.text("hello", to=VIP_NUMBER)).chat_id
    assert chat_id is not None
    await world.accept("ana", chat_id)
    await world.db.write(consent.opt_out_by_agent, world.tenant_id, world.agents["ana"], chat_id)
    assert await silenced(world) == {VIP_NUMBER}
    other = await world.connected_chat()
    reply = await world.reply("ana", other, "Hello")
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    await world.db.write(
        sends.rejected, world.tenant_id, reply.id, Rejected("21610", "blocked", True)
    )
    assert await silenced(world) == {VIP_NUMBER, MENU_NUMBER}


async def test_a_text_is_judged_by_the_number_it_leaves_from_when_it_is_claimed(
    world: World,
) -> None:
    await world.configure(optout_scope="number")
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "Hello")
    await world.text("STOP", to=VIP_NUMBER)
    assert isinstance(
        await world.db.write(claims.claim, world.tenant_id, reply.id, 1), claims.HandOver
    )
    await world.db.write(sends.not_taken, world.tenant_id, reply.id)
    await world.db.write(_enter_unseen, world)
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    thread = await world.thread(chat_id)
    assert next(m.status for m in thread if m.id == reply.id) is MessageStatus.BLOCKED
    with pytest.raises(ConsumerOptedOut):
        await world.reply("ana", chat_id, "Still there?")


def _enter_unseen(tx: Tx, world: World) -> None:
    """An opt-out that ended nothing, as an import would enter it."""
    from domain.consent import Consent
    from domain.statuses import OptOutScope
    from store.consent import Entry, append

    number_id = world.numbers[MENU_NUMBER]
    entry = Entry(
        world.tenant_id, PHONE, Consent.OPTED_OUT, "import", "a list", "administrator",
        number_id=number_id, scope=OptOutScope.NUMBER, scope_id=number_id,
    )  # fmt: skip
    append(tx, entry)


def execute(tx: Tx, statement: sa.Executable) -> None:
    tx.conn.execute(statement)


async def test_the_database_itself_refuses_to_change_the_ledger(world: World) -> None:
    await world.text("STOP")
    c = t.consent_ledger.c
    for change in (
        sa.update(t.consent_ledger).values(status="opted_in"),
        sa.update(t.consent_ledger).values(at=c.at),
        sa.delete(t.consent_ledger),
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await world.db.write(execute, change)
    if not world.db.is_sqlite:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await world.db.write(lambda tx: tx.conn.exec_driver_sql("TRUNCATE consent_ledger"))
    assert [row.status for row in await world.rows(sa.select(c.status))] == ["opted_out"]
