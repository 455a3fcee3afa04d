"""Numbers and accounts of a configuration: whose they are, and who vouches for them (C4)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from domain.config.document import Configuration
from domain.config.file import validate
from domain.config.problems import Refused
from domain.statuses import NumberStatus
from services import configuration
from services.errors import NotFound
from services.projection import VOUCHED, Said
from store import tables as t
from store.database import Database, Tx
from tests.conftest import OpenDatabase
from tests.crossing import crossed
from tests.services.configuration.company import (
    ADA,
    FILE,
    apply,
    edited,
    known,
)
from tests.world import MENU_NUMBER, World


async def test_a_number_gets_a_second_account_by_its_carriers_word(acme: World) -> None:
    data = copy.deepcopy(FILE)
    data["accounts"]["second"] = data["accounts"]["simulator"]
    data["numbers"][MENU_NUMBER]["fallback"] = "second"
    wanted = validate(data)
    draft = await acme.db.read(configuration.draft, wanted)
    asked = await acme.db.read(configuration.to_ask, draft)
    assert asked.accounts == {"second"}
    assert asked.fallbacks == (MENU_NUMBER,)
    vouched = known(wanted)
    for told in ({}, {MENU_NUMBER: Said(NumberStatus.FAILED)}):
        with pytest.raises(Refused) as why:
            await acme.db.read(configuration.plan, draft, replace(vouched, fallbacks=told))
        [problem] = why.value.problems
        assert problem.path == ("numbers", MENU_NUMBER, "fallback")
        assert "is second, whose carrier does not vouch for the number" in problem.rule

    second = replace(vouched, fallbacks={MENU_NUMBER: VOUCHED})
    done = await apply(acme.db, wanted, second)
    [changed] = [change.fields for change in done.plan.changes if change.key == MENU_NUMBER]
    assert [(one.field, one.old, one.new) for one in changed] == [("fallback", None, "second")]
    a, n = t.carrier_accounts.c, t.numbers.c
    query = sa.select(a.key).join(t.numbers, n.fallback_account_id == a.id)
    assert [row.key for row in await acme.rows(query)] == ["second"]
    again = await acme.db.read(configuration.draft, wanted)
    assert (await acme.db.read(configuration.to_ask, again)).fallbacks == ()
    stored = await acme.db.read(configuration.export, "acme", None)
    assert stored.document["numbers"][MENU_NUMBER]["fallback"] == "second"
    assert not (await apply(acme.db, validate(stored.document))).plan

    await apply(acme.db, validate(FILE))
    assert await acme.rows(query) == []


async def test_a_number_is_verified_before_it_serves_a_queue(db: Database) -> None:
    wanted = validate(FILE)
    with pytest.raises(Refused) as refused:
        await apply(db, wanted, known(wanted, Said(NumberStatus.FAILED, "it is a fax")))
    assert [str(problem) for problem in refused.value.problems] == [
        f"numbers.{MENU_NUMBER} is not verified (Failed: it is a fax), so no queue can have it"
    ]


async def test_of_two_tenants_that_take_one_number_at_once_the_second_is_told(
    db: Database, open_database: OpenDatabase
) -> None:
    def applying(wanted: Configuration) -> Callable[[Tx], object]:
        def apply(tx: Tx) -> object:
            draft = configuration.draft(tx, wanted)
            return configuration.apply(tx, draft, ADA, known(wanted))

        return apply

    rival = copy.deepcopy(FILE) | {"tenant": "rival"}
    async with open_database() as other:
        first, second = await crossed(
            (db, applying(validate(FILE))), (other, applying(validate(rival)))
        )
    assert first.plan
    assert isinstance(second, Refused), second
    assert f"numbers.{MENU_NUMBER} is another tenant's" in map(str, second.problems)


async def test_another_tenants_number_and_account_name_are_refused(acme: World) -> None:
    data = copy.deepcopy(FILE) | {"tenant": "rival"}
    data["accounts"]["simulator"]["name"] = "acme-simulator"
    wanted = validate(data)
    with pytest.raises(Refused) as refused:
        await apply(acme.db, wanted)
    assert [str(problem) for problem in refused.value.problems] == [
        "accounts.simulator.name is taken already: choose another",
        f"numbers.{MENU_NUMBER} is another tenant's",
    ]


async def test_a_number_that_was_given_up_is_unknown_and_may_be_another_tenants(
    acme: World,
) -> None:
    await apply(acme.db, edited("numbers", MENU_NUMBER))
    with pytest.raises(NotFound):
        await acme.text("Hello")
    await apply(acme.db, validate(copy.deepcopy(FILE) | {"tenant": "rival"}))
    with pytest.raises(NotFound):
        await acme.text("Hello")


async def test_a_number_can_move_to_another_queue(acme: World) -> None:
    await apply(acme.db, edited("numbers", MENU_NUMBER, "queue", to="billing"))
    opened = await acme.text("Hello")
    assert opened.chat_id is not None
    assert (await acme.chat(opened.chat_id)).state.queue_id == acme.queues["billing"]
