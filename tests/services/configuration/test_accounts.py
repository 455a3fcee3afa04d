"""A carrier account that a configuration has no more: nothing comes in by it (C4)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, InboundText, Receipt
from domain.config.file import validate
from domain.config.problems import Refused
from domain.receipts import SegmentStatus
from domain.statuses import MessageStatus
from services import claims, intake, receipts, sends
from store import accounts, health, numbers
from store import tables as t
from store.database import Tx
from store.numbers import Account
from tests.services.configuration.company import FILE, apply
from tests.world import MENU_NUMBER, PHONE, World

Data = dict[str, Any]


def moved(*, removed: bool = True) -> Data:
    """The file with its number at a second account, and the first account removed."""
    data = copy.deepcopy(FILE)
    data["accounts"]["second"] = data["accounts"]["simulator"]
    data["numbers"][MENU_NUMBER]["account"] = "second"
    if removed:
        del data["accounts"]["simulator"]
    return data


async def account(world: World, name: str) -> Account:
    found = await world.db.read(numbers.account, "simulator", name)
    assert found is not None
    return found


async def stop_by(world: World, account: Account) -> None:
    text = InboundText(f"in-{account.id}", PHONE, MENU_NUMBER, "STOP")
    await world.db.write(intake.receive, account, text)


async def shown(world: World) -> set[str]:
    """The accounts that operators see."""
    return {one.name for one in await world.db.read(health.overview)}


async def test_a_stop_counts_that_the_account_of_before_the_move_of_a_number_still_brings(
    acme: World,
) -> None:
    await apply(acme.db, validate(moved(removed=False)))
    await stop_by(acme, acme.account)
    assert len(await acme.rows(sa.select(t.consent_ledger.c.id))) == 1


async def test_an_account_that_is_removed_is_named_nowhere_and_lives_again_when_it_comes_back(
    acme: World,
) -> None:
    await apply(acme.db, validate(moved()))
    assert (await account(acme, "acme-simulator")).removed
    listed = await acme.db.read(accounts.of_tenant, acme.tenant_id)
    assert listed == [("simulator", "acme-second")]
    assert await shown(acme) == {"acme-second"}
    await apply(acme.db, validate(FILE))
    back = await account(acme, "acme-simulator")
    assert (back.id, back.removed) == (acme.account.id, False)
    await stop_by(acme, back)


async def test_receipts_of_what_an_account_sent_count_after_it_was_removed(acme: World) -> None:
    chat_id = await acme.connected_chat("ana")
    reply = await acme.reply("ana", chat_id, "One moment")
    await acme.db.write(claims.claim, acme.tenant_id, reply.id, 1)
    await apply(acme.db, validate(moved()))
    # As long as one of its texts is in its hands, operators see the account.
    assert await shown(acme) == {"acme-simulator", "acme-second"}
    await acme.db.write(sends.accepted, acme.tenant_id, reply.id, Accepted("c-1"))
    gone = await account(acme, "acme-simulator")
    told = Receipt(None, "c-1", 0, SegmentStatus.DELIVERED)
    await acme.db.write(receipts.apply, gone, [told])
    assert (await acme.thread(chat_id))[-1].status is MessageStatus.DELIVERED


async def is_taken(world: World, data: Data) -> None:
    with pytest.raises(Refused) as why:
        await apply(world.db, validate(data))
    [problem] = why.value.problems
    assert str(problem) == "accounts.simulator.name is taken already: choose another"


async def test_the_name_of_an_account_that_was_removed_is_free_for_another_tenant(
    acme: World,
) -> None:
    data = copy.deepcopy(FILE) | {"tenant": "rival", "numbers": {}}
    data["accounts"]["simulator"]["name"] = "acme-simulator"
    await is_taken(acme, data)
    await apply(acme.db, validate(moved()))
    await apply(acme.db, validate(data))
    theirs = await account(acme, "acme-simulator")
    assert theirs.tenant_id != acme.tenant_id
    assert not theirs.removed
    await is_taken(acme, FILE)


async def test_an_account_that_an_earlier_version_left_behind_is_removed_with_the_next_change(
    acme: World,
) -> None:
    await apply(acme.db, validate(moved()))
    a = t.carrier_accounts.c

    def left_behind(tx: Tx) -> None:
        mine = sa.update(t.carrier_accounts).where(a.id == acme.account.id)
        tx.conn.execute(mine.values(removed_at=None))

    await acme.db.write(left_behind)
    await apply(acme.db, validate(moved() | {"name": "Acme Outfitters, Inc."}))
    assert (await account(acme, "acme-simulator")).removed
