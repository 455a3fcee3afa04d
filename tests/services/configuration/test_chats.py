"""What a new configuration means for chats that run, and for their agents (C5, D)."""

from __future__ import annotations

import copy

import pytest

from domain.config.document import as_data
from domain.config.file import validate
from domain.routing import WaitingBecause
from domain.statuses import ChatStatus, FailReason, MessageStatus
from services import auth, chat_views, claims, sends
from services.auth import Claim
from services.errors import NotAuthenticated
from store import tables as t
from tests.conftest import OpenDatabase
from tests.services.configuration.company import (
    FILE,
    LEAVES,
    apply,
    edited,
    ids,
    log_in,
)
from tests.world import PHONE, World


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
    assert planned.meaning == (
        "1 chat of the queue orders will end "
        "(no substitute: give it one and apply that first to keep them).",
    )
    state = (await acme.chat(chat_id)).state
    assert state.status is ChatStatus.FAILED
    assert state.fail_reason is FailReason.GROUP_DELETED_NO_SUBSTITUTE
    *_, reply, goodbye = await acme.thread(chat_id)
    assert (reply.status, goodbye.kind) == (MessageStatus.FAILED, "ended")
    assert goodbye.status is MessageStatus.QUEUED


async def test_who_is_at_a_lowered_limit_is_asked_no_longer(acme: World) -> None:
    await acme.connected_chat("ana")
    waiting = await acme.waiting_chat("+14155550112")
    assert await acme.offers("ana") == [waiting]
    await apply(acme.db, edited("users", "ana", "concurrency_limit", to=1))
    assert await acme.offers("ana") == []
    assert (await acme.chat(waiting)).waiting_because == WaitingBecause.AT_CAPACITY
    await apply(acme.db, validate(FILE))
    assert await acme.offers("ana") == [waiting]


async def test_a_text_that_was_not_taken_before_its_queue_was_deleted_is_given_up(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    data = as_data(edited(*LEAVES, "orders"))
    await apply(acme.db, edited(*LEAVES, "orders", "substitute"))
    reply = (await acme.reply("ana", chat_id, "One moment")).id
    await acme.db.write(claims.claim, acme.tenant_id, reply, 1)
    await apply(acme.db, validate(data))
    await acme.db.write(sends.not_taken, acme.tenant_id, reply)
    assert isinstance(await acme.db.write(claims.claim, acme.tenant_id, reply, 1), claims.Settled)
    *_, given_up, goodbye = await acme.thread(chat_id)
    assert (given_up.id, given_up.status, given_up.error) == (reply, "failed", "chat_ended")
    assert not isinstance(
        await acme.db.write(claims.claim, acme.tenant_id, goodbye.id, 1), claims.Settled
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


async def test_an_agent_with_another_key_and_the_same_address_keeps_the_chats_and_the_plan_says_so(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    data = copy.deepcopy(FILE)
    data["users"]["ana-a"] = data["users"].pop("ana") | {"email": "ANA@acme.example"}
    for queue in data["queues"]["top"]["queues"].values():
        queue["agents"] = ["ana-a" if one == "ana" else one for one in queue["agents"]]
    assert (await apply(acme.db, validate(data))).meaning == ()
    state = (await acme.chat(chat_id)).state
    assert (state.status, state.agent_id) == (ChatStatus.ASSIGNED, acme.agents["ana"])


async def test_the_plan_names_the_agent_whose_address_an_agent_who_stays_gets(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    data = copy.deepcopy(FILE)
    data["users"]["ben"]["email"] = data["users"].pop("ana")["email"]
    for queue in data["queues"]["top"]["queues"].values():
        queue["agents"] = ["ben"]
    planned = await apply(acme.db, validate(data))
    assert planned.meaning == ("1 chat of the agent ana will go back to the queue.",)
    assert await acme.chat_status(chat_id) is ChatStatus.QUEUED


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


async def test_chats_of_a_deleted_queue_follow_a_substitute_that_is_deleted_as_well(
    acme: World,
) -> None:
    await apply(acme.db, edited(*LEAVES, "returns", "substitute", to="billing"))
    chat_id = await acme.waiting_chat()
    data = as_data(edited(*LEAVES, "orders"))
    del data["queues"]["top"]["queues"]["returns"]
    planned = await apply(acme.db, validate(data))
    assert planned.meaning == ("1 chat of the queue orders will move to billing.",)
    assert (await acme.chat(chat_id)).state.queue_id == acme.queues["billing"]


async def test_a_queue_that_is_renamed_keeps_its_key_and_its_chats(acme: World) -> None:
    chat_id = await acme.connected_chat("ana")
    await apply(acme.db, edited(*LEAVES, "orders", "name", to="Sales"))
    assert (await acme.chat(chat_id)).state.queue_id == acme.queues["orders"]
    assert (await acme.db.read(ids, t.queues))["orders"] == acme.queues["orders"]
    await acme.text("Hello", sender="+14155550112")
    opened = await acme.text("1", sender="+14155550112")
    assert opened.chat_id is not None
    said = [text.text for text in await acme.thread(opened.chat_id)]
    assert "Thank you, you chose Sales." in said


async def test_while_sms_is_off_that_is_why_chats_wait(acme: World) -> None:
    await acme.status("ana")
    chat_id = await acme.waiting_chat()
    for on, noted, told in (
        (False, "sms_off", "SMS is switched off; no agent can accept chats."),
        (True, "offered", "Offered to 1 agent; waiting for an agent to accept."),
    ):
        await apply(acme.db, edited("settings", "sms", to=on))
        assert (await acme.chat(chat_id)).waiting_because == noted
        (shown,) = await acme.db.read(chat_views.chats, acme.tenant_id, [chat_id], lambda *_: None)
        assert shown.waiting_because == told


@pytest.mark.parametrize("where", [("settings",), ("users", "ana")])
async def test_agents_who_may_have_more_chats_are_offered_them_at_once(
    acme: World, where: tuple[str, ...]
) -> None:
    await apply(acme.db, edited(*where, "concurrency_limit", to=1))
    await acme.connected_chat("ana")
    chat_id = await acme.waiting_chat("+14155550112")
    assert await acme.offers("ana") == []
    await apply(acme.db, edited(*where, "concurrency_limit", to=2))
    assert await acme.offers("ana") == [chat_id]
