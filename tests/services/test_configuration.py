"""Applying a configuration: one transaction, one version, and chats that go on (C5, C6, D)."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.config.document import Configuration, as_data
from domain.config.file import validate
from domain.config.problems import Refused
from domain.statuses import ChatStatus, FailReason, MessageStatus, NumberStatus
from services import auth, configuration, process, sends
from services.auth import Claim
from services.configuration import Planned
from services.errors import NotAuthenticated, NotFound, OutdatedPlan
from services.projection import VOUCHED, Known, Said
from store import configurations, numbers, sessions, users
from store import tables as t
from store.configurations import Actor, Sought
from store.database import Database, Tx
from tests.conftest import OpenDatabase, SetClock
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World

ADA = Actor(source="file", name="ada", address="127.0.0.1")

FILE: dict[str, Any] = {
    "tenant": "acme",
    "name": "Acme Outfitters",
    "accounts": {
        "simulator": {
            "carrier": "simulator",
            "secrets": {"secret": {"env": "THREADLINE_SIMULATOR_SECRET"}},
        }
    },
    "users": {
        name: {"name": name.title(), "email": f"{name}@acme.example"} for name in ("ana", "ben")
    },
    "queues": {
        "top": {
            "name": "Support",
            "queues": {
                "orders": {"name": "Orders", "agents": ["ana"], "substitute": "returns"},
                "returns": {"name": "Returns", "agents": ["ben"]},
                "billing": {"name": "Billing", "agents": ["ana", "ben"], "keywords": ["pay"]},
            },
        }
    },
    "numbers": {MENU_NUMBER: {"account": "simulator", "queue": "top"}},
}
LEAVES = ("queues", "top", "queues")


def edited(*path: str, to: Any = None) -> Configuration:
    """The file with the part at a path changed, or without it."""
    data = copy.deepcopy(FILE)
    at = data
    for part in path[:-1]:
        at = at.setdefault(part, {})
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return validate(data)


def known(wanted: Configuration, said: Said = VOUCHED) -> Known:
    """What carriers and their registry say."""
    return Known(
        dict.fromkeys(wanted.numbers, said),
        dict.fromkeys(wanted.accounts, "http://127.0.0.1:1"),
    )


async def apply(db: Database, wanted: Configuration, says: Known | None = None) -> Planned:
    draft = await db.read(configuration.draft, wanted)
    return await db.write(configuration.apply, draft, ADA, says or known(wanted))


def ids(tx: Tx, table: sa.Table) -> dict[str, int]:
    rows = tx.conn.execute(sa.select(table.c.key, table.c.id).where(table.c.key.is_not(None)))
    return {row.key: row.id for row in rows}


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def log_in(tx: Tx, acme: World, agent: str) -> None:
    user = users.get(tx, acme.tenant_id, acme.agents[agent])
    assert user is not None
    sessions.begin(tx, user, auth.token_hash("token"), "csrf", timedelta(hours=1))
    assert auth.identify(tx, Claim(auth.token_hash("token")))


@pytest.fixture
async def acme(db: Database) -> World:
    """The file above, applied to an empty database."""
    await apply(db, validate(FILE))

    def look(tx: Tx) -> World:
        [tenant_id] = tx.conn.execute(sa.select(t.tenants.c.id)).scalars()
        [account_id] = tx.conn.execute(sa.select(t.carrier_accounts.c.id)).scalars()
        account = numbers.account_by_id(tx, account_id)
        return World(db, tenant_id, account, ids(tx, t.queues), ids(tx, t.users), {})

    return await db.read(look)


async def test_a_file_makes_a_company_that_answers_texts(acme: World) -> None:
    await acme.status("ana")
    chat_id = await acme.waiting_chat()
    assert [m.text for m in await acme.thread(chat_id)][2] == (
        "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
    )
    assert await acme.offers("ana") == [chat_id]


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


async def test_chats_of_a_deleted_queue_go_to_its_substitute(acme: World) -> None:
    await acme.status("ben")
    waiting = await acme.waiting_chat()
    connected = await acme.connected_chat("ana", "+14155550112")
    await apply(acme.db, edited(*LEAVES, "orders"))
    for chat_id, status in ((waiting, ChatStatus.QUEUED), (connected, ChatStatus.ASSIGNED)):
        state = (await acme.chat(chat_id)).state
        assert (state.status, state.queue_id) == (status, acme.queues["returns"])
    assert (await acme.chat(connected)).state.agent_id == acme.agents["ana"]
    assert await acme.offers("ben") == [waiting]
    assert await acme.offers("ana") == []


async def test_chats_of_a_deleted_queue_without_a_substitute_end(acme: World) -> None:
    chat_id = await acme.connected_chat("ana")
    wanted = edited(*LEAVES, "orders")
    data = as_data(wanted)
    await apply(acme.db, edited(*LEAVES, "orders", "substitute"))
    await acme.reply("ana", chat_id, "One moment")
    planned = await apply(acme.db, validate(data))
    assert planned.meaning == ("1 chat of the queue orders will end (no substitute).",)
    state = (await acme.chat(chat_id)).state
    assert state.status is ChatStatus.FAILED
    assert state.fail_reason is FailReason.GROUP_DELETED_NO_SUBSTITUTE
    *_, reply, goodbye = await acme.thread(chat_id)
    assert (reply.status, goodbye.kind) == (MessageStatus.FAILED, "ended")
    assert goodbye.status is MessageStatus.QUEUED


async def test_a_text_that_was_not_taken_before_its_queue_was_deleted_is_given_up(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    data = as_data(edited(*LEAVES, "orders"))
    await apply(acme.db, edited(*LEAVES, "orders", "substitute"))
    reply = (await acme.reply("ana", chat_id, "One moment")).id
    await acme.db.write(sends.claim, acme.tenant_id, reply, 1)
    await apply(acme.db, validate(data))
    await acme.db.write(sends.not_taken, acme.tenant_id, reply)
    assert isinstance(await acme.db.write(sends.claim, acme.tenant_id, reply, 1), sends.Settled)
    *_, given_up, goodbye = await acme.thread(chat_id)
    assert (given_up.id, given_up.status, given_up.error) == (reply, "failed", "chat_ended")
    assert not isinstance(
        await acme.db.write(sends.claim, acme.tenant_id, goodbye.id, 1), sends.Settled
    )


async def test_a_choice_of_a_queue_that_was_deleted_meanwhile_ends_the_chat(acme: World) -> None:
    opened = await acme.text("Hello")
    await apply(acme.db, edited(*LEAVES, "orders"))
    await acme.text("1")
    assert opened.chat_id is not None
    state = (await acme.chat(opened.chat_id)).state
    assert (state.status, state.fail_reason) == (
        ChatStatus.FAILED,
        FailReason.EXPIRED_MENU_SELECTION,
    )
    statuses = {text.kind: text.status for text in await acme.thread(opened.chat_id)}
    assert (statuses["greeting"], statuses["menu"]) == ("failed", "failed")
    assert statuses["expired"] == "queued"


async def test_a_leaf_that_becomes_a_menu_shows_it_to_those_who_waited(acme: World) -> None:
    chat_id = await acme.waiting_chat()
    below = {"shoes": {"name": "Shoes"}, "hats": {"name": "Hats"}}
    await apply(acme.db, edited(*LEAVES, "orders", to={"name": "Orders", "queues": below}))
    assert await acme.chat_status(chat_id) is ChatStatus.SELECTING
    assert (await acme.thread(chat_id))[-1].text == "Text 1 for Shoes\nText 2 for Hats"


async def test_a_deactivated_agents_chats_go_back_and_the_agent_is_out(acme: World) -> None:
    chat_id = await acme.connected_chat("ana")
    await acme.db.write(log_in, acme, "ana")
    data = copy.deepcopy(FILE)
    del data["users"]["ana"]
    data["queues"]["top"]["queues"]["orders"]["agents"] = ["ben"]
    data["queues"]["top"]["queues"]["billing"]["agents"] = ["ben"]
    await acme.status("ben")
    await apply(acme.db, validate(data))
    assert await acme.chat_status(chat_id) is ChatStatus.QUEUED
    assert await acme.offers("ben") == [chat_id]
    with pytest.raises(NotAuthenticated):
        await acme.db.read(auth.identify, Claim(auth.token_hash("token")))


async def test_an_agent_who_comes_back_is_the_same_one(acme: World) -> None:
    data = copy.deepcopy(FILE)
    del data["users"]["ben"]
    for queue in data["queues"]["top"]["queues"].values():
        queue["agents"] = ["ana"]
    await apply(acme.db, validate(data))
    await apply(acme.db, validate(FILE))
    assert await acme.db.read(ids, t.users) == acme.agents
    await acme.status("ben")


async def test_agents_who_are_put_on_a_queue_are_offered_its_chats_at_once(acme: World) -> None:
    await acme.status("ben")
    chat_id = await acme.waiting_chat()
    assert (await acme.chat(chat_id)).waiting_because == "nobody_available"
    await apply(acme.db, edited(*LEAVES, "orders", "agents", to=["ben"]))
    assert await acme.offers("ben") == [chat_id]
    await apply(acme.db, edited(*LEAVES, "orders", "agents", to=[]))
    assert await acme.offers("ben") == []
    assert (await acme.chat(chat_id)).waiting_because == "no_agent_on_the_queue"


async def test_a_teams_members_sit_on_its_queues(acme: World) -> None:
    data = copy.deepcopy(FILE)
    data["teams"] = {"all": {"name": "All", "members": ["ana", "ben"]}}
    data["queues"]["top"]["queues"]["orders"] = {"name": "Orders", "teams": ["all"]}
    await apply(acme.db, validate(data))
    await acme.status("ben")
    chat_id = await acme.waiting_chat()
    assert await acme.offers("ben") == [chat_id]


async def test_the_nearest_timer_holds_and_a_chat_follows_it_at_its_next_decision(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.waiting_chat()
    began = clock.at
    clock.move(minutes=30)
    await apply(acme.db, edited(*LEAVES, "orders", "settings", to={"unanswered_expiration": 20}))
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(240)
    await acme.text("Anybody there?")
    # Shorter: its twenty minutes count from the change, not from before it.
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(50)
    clock.move(minutes=5)
    await acme.text("Hello?")
    assert ((await acme.chat(chat_id)).deadline_at or began) - began == minutes(50)


async def test_a_shorter_timer_never_fires_for_time_already_given(
    acme: World, clock: SetClock
) -> None:
    chat_id = await acme.waiting_chat()
    clock.move(minutes=230)
    await apply(acme.db, edited("settings", to={"unanswered_expiration": 20}))
    await acme.text("Anybody there?")
    clock.move(minutes=9)
    ref = (await acme.chat(chat_id)).ref
    await acme.db.write(process.ring, ref)
    assert await acme.chat_status(chat_id) is ChatStatus.QUEUED


async def test_a_number_is_verified_before_it_serves_a_queue(db: Database) -> None:
    wanted = validate(FILE)
    with pytest.raises(Refused) as refused:
        await apply(db, wanted, known(wanted, Said(NumberStatus.FAILED, "it is a fax")))
    assert [str(problem) for problem in refused.value.problems] == [
        f"numbers.{MENU_NUMBER} is not verified (Failed: it is a fax), so no queue can have it"
    ]


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


async def test_every_process_sees_the_new_menu_at_once(
    acme: World, open_database: OpenDatabase
) -> None:
    async with open_database() as other:
        there = acme.seen_through(other)
        await there.text("Hello", sender="+14155550119")
        await apply(acme.db, edited(*LEAVES, "returns", "hidden", to=True))
        opened = await there.text("Hello", sender=PHONE)
        assert opened.chat_id is not None
        menu = (await there.thread(opened.chat_id))[-1].text
        assert menu == "Text 1 for Orders\nText 2 for Billing"


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
