"""No change of the configuration lifts an opt-out (product B)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from domain.config.file import validate
from domain.consent import Consent
from domain.statuses import ChatStatus, FailReason, MessageStatus, OptOutScope
from services import claims
from store import consent, lines
from store import tables as t
from store.consent import Entry
from store.database import Tx
from tests.services.configuration.company import FILE, apply
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World

OTHER_PHONE = "+14155550112"
Data = dict[str, Any]


def company() -> Data:
    """The file with a second number of the menu, another queue beside it, and STOP by queue."""
    data = copy.deepcopy(FILE)
    data["settings"] = {"optout_scope": "queue"}
    data["queues"]["other"] = {"name": "Other", "agents": ["ana"]}
    data["numbers"][VIP_NUMBER] = {"account": "simulator", "queue": "top"}
    return data


async def silent(world: World, number: str, phone: str = PHONE) -> bool:
    """Whether this number of ours may not text the phone."""

    def ask(tx: Tx) -> bool:
        found = sa.select(t.numbers.c.id).where(t.numbers.c.number == number)
        line = lines.of_number(tx, world.tenant_id, tx.conn.execute(found).scalar_one())
        return consent.opted_out(tx, world.tenant_id, phone, line)

    return await world.db.read(ask)


def queue_gets_another_key(data: Data) -> None:
    data["queues"]["support"] = data["queues"].pop("top")
    for number in data["numbers"].values():
        number["queue"] = "support"


def number_to_another_queue(data: Data) -> None:
    data["numbers"][VIP_NUMBER]["queue"] = "other"


def number_to_no_queue(data: Data) -> None:
    del data["numbers"][VIP_NUMBER]["queue"]


def leaf_to_another_branch(data: Data) -> None:
    leaf = data["queues"]["top"]["queues"].pop("orders")
    data["queues"]["branch"] = {"name": "Branch", "queues": {"orders": leaf}}


def in_a_leaf(data: Data) -> None:
    data["numbers"][VIP_NUMBER]["queue"] = "orders"


def texted_from_by_a_leaf(data: Data) -> None:
    data["numbers"][VIP_NUMBER] = {"account": "simulator", "outbound": ["orders"]}


def texted_from_by_nobody(data: Data) -> None:
    data["numbers"][VIP_NUMBER] = {"account": "simulator"}


def number_given_up(data: Data) -> None:
    del data["numbers"][VIP_NUMBER]


MOVES = [
    ([], [queue_gets_another_key]),
    ([], [number_to_another_queue]),
    ([], [number_to_no_queue]),
    ([], [number_to_another_queue, number_to_no_queue]),
    ([in_a_leaf], [leaf_to_another_branch]),
    ([texted_from_by_a_leaf], [leaf_to_another_branch]),
    ([texted_from_by_a_leaf], [texted_from_by_nobody]),
]


@pytest.mark.parametrize(("begin", "moves"), MOVES)
async def test_a_number_that_a_stop_reached_stays_silent_wherever_it_or_its_queue_is_moved(
    acme: World, begin: list[Callable[[Data], None]], moves: list[Callable[[Data], None]]
) -> None:
    data = company()
    for change in begin:
        change(data)
    await apply(acme.db, validate(data))
    await acme.text("STOP")
    for change in moves:
        change(data)
        await apply(acme.db, validate(data))
    assert await silent(acme, VIP_NUMBER)
    assert (await acme.text("Hello", to=VIP_NUMBER)).chat_id is None
    await acme.text("START", to=VIP_NUMBER)
    assert not await silent(acme, VIP_NUMBER)


@pytest.mark.parametrize("begin", [number_to_no_queue, texted_from_by_nobody])
async def test_a_start_to_a_number_in_no_queue_opens_that_number_alone(
    acme: World, begin: Callable[[Data], None]
) -> None:
    data = company()
    begin(data)
    await apply(acme.db, validate(data))
    await acme.text("STOP")
    await acme.text("STOP", to=VIP_NUMBER)
    await acme.text("START", to=VIP_NUMBER)
    assert not await silent(acme, VIP_NUMBER)
    assert await silent(acme, MENU_NUMBER)


async def test_a_number_that_a_stop_reached_stays_silent_when_it_is_given_up_and_comes_back(
    acme: World,
) -> None:
    data = company()
    await apply(acme.db, validate(data))
    await acme.text("STOP")
    number_given_up(data)
    await apply(acme.db, validate(data))
    data["numbers"][VIP_NUMBER] = {"account": "simulator", "queue": "other"}
    await apply(acme.db, validate(data))
    assert await silent(acme, VIP_NUMBER)


async def test_a_stop_of_after_a_number_was_moved_away_does_not_reach_it(acme: World) -> None:
    data = company()
    await apply(acme.db, validate(data))
    # Something stands in the ledger, so that there is a before and an after.
    await acme.text("STOP", sender=OTHER_PHONE)
    number_to_another_queue(data)
    await apply(acme.db, validate(data))
    await acme.text("STOP")
    assert await silent(acme, VIP_NUMBER, OTHER_PHONE)
    assert not await silent(acme, VIP_NUMBER)


async def test_a_text_is_blocked_when_it_is_claimed_though_its_number_was_moved_meanwhile(
    acme: World,
) -> None:
    data = company()
    await apply(acme.db, validate(data))
    await acme.status("ana")
    chat_id = (await acme.text("Hello", to=VIP_NUMBER)).chat_id
    assert chat_id is not None
    await acme.text("1", to=VIP_NUMBER)
    await acme.accept("ana", chat_id)
    reply = await acme.reply("ana", chat_id, "One moment")

    def enter_unseen(tx: Tx) -> None:
        """An opt-out that ended nothing, as an import would enter it."""
        top = acme.queues["top"]
        entry = Entry(
            acme.tenant_id, PHONE, Consent.OPTED_OUT, "import", "a list", "administrator",
            scope=OptOutScope.QUEUE, scope_id=top,
        )  # fmt: skip
        consent.append(tx, entry)

    await acme.db.write(enter_unseen)
    number_to_another_queue(data)
    await apply(acme.db, validate(data))
    claim = await acme.db.write(claims.claim, acme.tenant_id, reply.id, 1)
    assert isinstance(claim, claims.Settled)
    [text] = [one for one in await acme.thread(chat_id) if one.id == reply.id]
    assert (text.status, text.error) == (MessageStatus.BLOCKED, "opted_out")


async def test_a_stop_that_only_repeats_what_stands_ends_the_chats_in_its_scope_all_the_same(
    acme: World,
) -> None:
    data = company()
    data["numbers"][VIP_NUMBER]["queue"] = "other"
    await apply(acme.db, validate(data))
    await acme.status("ana")
    await acme.text("STOP")
    chat_id = (await acme.text("Hello", to=VIP_NUMBER)).chat_id
    assert chat_id is not None
    await acme.accept("ana", chat_id)
    data["queues"]["top"]["queues"]["other"] = data["queues"].pop("other")
    await apply(acme.db, validate(data))
    await acme.text("STOP", to=VIP_NUMBER)
    state = (await acme.chat(chat_id)).state
    assert (state.status, state.fail_reason) == (ChatStatus.FINISHED, FailReason.END_USER_OPT_OUT)
    assert [text.kind for text in await acme.sent_without_chat()] == ["opt_out"]
    assert len(await acme.rows(sa.select(t.consent_ledger.c.id))) == 1


async def test_a_stop_again_reaches_the_queue_that_the_number_has_moved_to(acme: World) -> None:
    data = company()
    data["numbers"][VIP_NUMBER]["queue"] = "other"
    await apply(acme.db, validate(data))
    await acme.text("STOP")
    data["numbers"][MENU_NUMBER]["queue"] = "other"
    await apply(acme.db, validate(data))
    assert not await silent(acme, VIP_NUMBER)
    await acme.text("STOP")
    assert await silent(acme, VIP_NUMBER)
    assert [text.kind for text in await acme.sent_without_chat()] == ["opt_out"]
