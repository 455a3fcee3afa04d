"""Applying a configuration: one transaction, one version, one log (C6)."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import replace

import pytest

from domain.config.file import validate
from domain.config.problems import Refused
from domain.statuses import ChatStatus
from services import configuration
from services.errors import OutdatedPlan
from services.projection import Known
from store import configurations
from store import tables as t
from store.configurations import Sought
from store.database import Database
from tests.conftest import OpenDatabase
from tests.services.configuration.company import (
    ADA,
    FILE,
    LEAVES,
    apply,
    edited,
    ids,
    known,
)
from tests.world import VIP_NUMBER, World


async def test_a_file_makes_a_company_that_answers_texts(acme: World) -> None:
    await acme.status("ana")
    chat_id = await acme.waiting_chat()
    assert [m.text for m in await acme.thread(chat_id)][2] == (
        "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
    )
    assert await acme.offers("ana") == [chat_id]


async def test_applying_an_export_changes_nothing(acme: World) -> None:
    stored = await acme.db.read(configuration.export, "acme", None)
    again = await apply(acme.db, validate(stored.document))
    assert not again.plan
    assert (await acme.db.read(configuration.export, "acme", None)).number == 1


async def test_of_two_who_apply_at_once_the_second_is_told(
    acme: World, open_database: OpenDatabase
) -> None:
    names = [edited("name", to=f"Acme {n}") for n in range(6)]
    drafts = [await acme.db.read(configuration.draft, wanted) for wanted in names]
    async with open_database() as other:
        outcomes = await asyncio.gather(
            *(
                (acme.db if n % 2 else other).write(configuration.apply, draft, ADA, Known())
                for n, draft in enumerate(drafts)
            ),
            return_exceptions=True,
        )
    told = [outcome for outcome in outcomes if isinstance(outcome, OutdatedPlan)]
    assert len(told) == 5
    assert told[0].message == (
        "Version 2 of the configuration was applied meanwhile, by ada. Plan again."
    )
    assert (await acme.db.read(configuration.export, "acme", None)).number == 2


async def test_a_refused_configuration_leaves_no_trace(acme: World) -> None:
    wanted = edited(*LEAVES, "orders", "agents", to=["nobody"])
    with pytest.raises(Refused):
        await apply(acme.db, wanted)
    assert (await acme.db.read(configuration.export, "acme", None)).number == 1
    _, queues = await acme.db.read(configurations.entries, acme.tenant_id, Sought(kind="queue"))
    assert queues == 4


async def test_the_audit_log_says_who_changed_what_from_what_to_what(acme: World) -> None:
    await apply(acme.db, edited(*LEAVES, "billing", "name", to="Invoices"))
    sought = Sought(kind="queue", key="billing")
    [newest, first], _ = await acme.db.read(configurations.entries, acme.tenant_id, sought)
    assert (newest.by, newest.source, newest.address) == ("ada", "file", "127.0.0.1")
    assert (newest.version, newest.verb) == (2, "change")
    assert newest.fields == [{"field": "name", "old": "Billing", "new": "Invoices"}]
    assert (first.version, first.verb) == (1, "create")


async def test_an_earlier_version_can_be_applied_again(acme: World) -> None:
    await apply(acme.db, edited("name", to="Acme Inc."))
    earlier = await acme.db.read(configuration.export, "acme", 1)
    await apply(acme.db, validate(earlier.document))
    now = await acme.db.read(configuration.export, "acme", None)
    assert (now.number, now.document["name"]) == (3, "Acme Outfitters")


async def test_texts_that_are_switched_off_are_not_sent(acme: World) -> None:
    await apply(acme.db, edited("silent", to=["greeting"]))
    opened = await acme.text("Hello")
    assert opened.chat_id is not None
    assert [m.kind for m in await acme.thread(opened.chat_id)] == ["text", "menu"]


async def test_the_words_for_back_and_exit_are_the_tenants(acme: World) -> None:
    await apply(acme.db, edited("commands", to={"back": ["UP"], "exit": ["BYE", "EXIT"]}))
    chat_id = await acme.waiting_chat()
    await acme.text("back")
    assert await acme.chat_status(chat_id) is ChatStatus.QUEUED
    await acme.text("up")
    assert await acme.chat_status(chat_id) is ChatStatus.SELECTING
    await acme.text("bye")
    assert await acme.chat_status(chat_id) is ChatStatus.CANCELED


async def test_a_company_that_commands_had_made_keeps_its_rows(world: World) -> None:
    data = copy.deepcopy(FILE)
    data["accounts"]["simulator"]["name"] = "acme"
    data["numbers"][VIP_NUMBER] = {"account": "simulator"}
    await apply(world.db, validate(data))
    assert await world.db.read(ids, t.users) == {k: world.agents[k] for k in ("ana", "ben")}
    queues = await world.db.read(ids, t.queues)
    assert queues["orders"] == world.queues["Orders"]
    chat = await replace(world).text("Hello")
    assert chat.chat_id is not None


async def test_of_two_who_make_a_company_at_once_the_second_is_told(
    db: Database, open_database: OpenDatabase
) -> None:
    wanted = validate(FILE)
    drafts = [await db.read(configuration.draft, wanted) for _ in range(4)]
    async with open_database() as other:
        outcomes = await asyncio.gather(
            *(
                (db if n % 2 else other).write(configuration.apply, draft, ADA, known(wanted))
                for n, draft in enumerate(drafts)
            ),
            return_exceptions=True,
        )
    told = [outcome for outcome in outcomes if isinstance(outcome, OutdatedPlan)]
    assert len(told) == 3, outcomes
