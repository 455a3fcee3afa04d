"""A number that is given up: nobody is texted from it any more, and nobody waits for it (B, C4)."""

from __future__ import annotations

import copy

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted, InboundText
from domain.config.file import validate
from domain.statuses import ChatStatus, DisconnectedBy, FailReason, MessageStatus
from services import claims, configuration, intake, replies, sends
from services.errors import ChatEnded, NotFound
from store import tables as t
from store.database import Tx
from tests.conftest import OpenDatabase
from tests.crossing import crossed
from tests.services.configuration.company import ADA, FILE, apply, edited, known
from tests.world import MENU_NUMBER, PHONE, VIP_NUMBER, World

OTHERS = ("+14155550112", "+14155550113")
WITHOUT = edited("numbers", MENU_NUMBER)


async def test_the_chats_of_a_number_that_is_given_up_end_with_it(acme: World) -> None:
    answered = await acme.connected_chat("ana")
    silent = await acme.silent_chat("ana", OTHERS[0])
    await acme.dismiss("ana", silent)
    waiting = await acme.waiting_chat(OTHERS[1])
    planned = await apply(acme.db, WITHOUT)
    assert planned.meaning == (f"3 chats of the number {MENU_NUMBER} will end (it is given up).",)
    for chat_id, status, reason in (
        (answered, ChatStatus.FINISHED, None),
        (silent, ChatStatus.FINISHED, None),
        (waiting, ChatStatus.FAILED, FailReason.UNKNOWN),
    ):
        state = (await acme.chat(chat_id)).state
        assert (state.status, state.fail_reason) == (status, reason)
        assert state.disconnected_by is DisconnectedBy.SYSTEM
        assert {text.kind for text in await acme.thread(chat_id)}.isdisjoint({"ended", "expired"})
    assert await acme.offers("ana") == []


async def test_what_was_to_go_out_from_a_number_that_is_given_up_fails_with_the_reason(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    reply = await acme.reply("ana", chat_id, "One moment")
    over = await acme.connected_chat("ana", OTHERS[0])
    await acme.end("ana", over)
    await acme.text("HELP", sender=OTHERS[1])
    await apply(acme.db, WITHOUT)
    ours = [*await acme.thread(chat_id), *await acme.thread(over), *await acme.sent_without_chat()]
    told = {(text.status, text.error) for text in ours if text.direction == "outbound"}
    assert told == {(MessageStatus.FAILED, "number_gone")}
    claim = await acme.db.write(claims.claim, acme.tenant_id, reply.id, 1)
    assert isinstance(claim, claims.Settled)


async def test_chats_of_other_numbers_go_on(acme: World) -> None:
    data = copy.deepcopy(FILE)
    data["numbers"][VIP_NUMBER] = data["numbers"][MENU_NUMBER]
    await apply(acme.db, validate(data))
    opened = await acme.text("Hello", to=VIP_NUMBER)
    await acme.text("Hello")
    assert opened.chat_id is not None
    del data["numbers"][MENU_NUMBER]
    planned = await apply(acme.db, validate(data))
    assert planned.meaning == (f"1 chat of the number {MENU_NUMBER} will end (it is given up).",)
    assert await acme.chat_status(opened.chat_id) is ChatStatus.SELECTING
    greeting = (await acme.thread(opened.chat_id))[1]
    claim = await acme.db.write(claims.claim, acme.tenant_id, greeting.id, 1)
    assert isinstance(claim, claims.HandOver)


async def test_a_chat_whose_queue_and_number_both_go_ends_once_and_says_no_goodbye(
    acme: World,
) -> None:
    chat_id = await acme.connected_chat("ana")
    data = copy.deepcopy(FILE)
    del data["numbers"], data["queues"]["top"]["queues"]["orders"]
    planned = await apply(acme.db, validate(data))
    assert planned.meaning == (f"1 chat of the number {MENU_NUMBER} will end (it is given up).",)
    assert await acme.chat_status(chat_id) is ChatStatus.FINISHED
    assert (await acme.thread(chat_id))[-1].kind != "ended"


@pytest.mark.parametrize("in_chat", [True, False])
async def test_a_text_in_the_carriers_hands_is_not_tried_again_from_a_number_that_is_not_ours(
    acme: World, in_chat: bool
) -> None:
    chat_id = await acme.connected_chat("ana")
    await acme.text("HELP", sender=OTHERS[0])
    [loose] = await acme.sent_without_chat()
    reply = await acme.reply("ana", chat_id, "One moment") if in_chat else loose
    await acme.db.write(claims.claim, acme.tenant_id, reply.id, None)
    await apply(acme.db, WITHOUT)
    again = await acme.db.write(claims.claim, acme.tenant_id, reply.id, None)
    assert isinstance(again, claims.InDoubt)
    await acme.db.write(sends.not_taken, acme.tenant_id, reply.id)
    again = await acme.db.write(claims.claim, acme.tenant_id, reply.id, None)
    assert isinstance(again, claims.Settled)
    m = t.messages.c
    [text] = await acme.rows(sa.select(m.status, m.error).where(m.id == reply.id))
    assert (text.status, text.error) == (MessageStatus.FAILED, "number_gone")


async def test_what_the_carrier_had_already_is_sent(acme: World) -> None:
    chat_id = await acme.connected_chat("ana")
    reply = await acme.reply("ana", chat_id, "One moment")
    await acme.db.write(claims.claim, acme.tenant_id, reply.id, 1)
    await apply(acme.db, WITHOUT)
    await acme.db.write(sends.accepted, acme.tenant_id, reply.id, Accepted("carrier-1"))
    assert (await acme.thread(chat_id))[-1].status is MessageStatus.SENT


async def test_a_number_that_comes_back_begins_anew(acme: World) -> None:
    before = await acme.connected_chat("ana")
    await apply(acme.db, WITHOUT)
    await apply(acme.db, validate(FILE))
    opened = await acme.text("Hello")
    assert opened.chat_id not in (None, before)
    assert await acme.chat_status(before) is ChatStatus.FINISHED
    stopped = await acme.text("STOP")
    assert stopped.new
    [confirmation] = await acme.sent_without_chat()
    claim = await acme.db.write(claims.claim, acme.tenant_id, confirmation.id, None)
    assert isinstance(claim, claims.HandOver)


@pytest.mark.postgres_15
@pytest.mark.parametrize("what", ["text", "STOP", "first text", "reply", "claim"])
@pytest.mark.parametrize("first", ["it", "the new configuration"])
async def test_what_happens_as_a_number_is_given_up_is_before_it_or_refused(
    acme: World, open_database: OpenDatabase, what: str, first: str
) -> None:
    chat_id = await acme.connected_chat("ana")
    queued = (await acme.reply("ana", chat_id, "One moment")).id

    def happens(tx: Tx) -> object:
        if what == "reply":
            agent = acme.agents["ana"]
            return replies.reply(tx, acme.tenant_id, agent, chat_id, "Here it is", "one")
        if what == "claim":
            return claims.claim(tx, acme.tenant_id, queued, 1)
        sender = OTHERS[0] if what == "first text" else PHONE
        words = "STOP" if what == "STOP" else "Hello"
        return intake.receive(tx, acme.account, InboundText("in-1", sender, MENU_NUMBER, words))

    draft = await acme.db.read(configuration.draft, WITHOUT)

    def given_up(tx: Tx) -> object:
        return configuration.apply(tx, draft, ADA, known(WITHOUT))

    async with open_database() as other:
        if first == "it":
            answer, _ = await crossed((other, happens), (acme.db, given_up))
            assert not isinstance(answer, Exception)
        else:
            _, answer = await crossed((acme.db, given_up), (other, happens))
            refused = {"reply": ChatEnded, "claim": claims.Settled}.get(what, NotFound)
            assert isinstance(answer, refused)
    await nothing_is_left_of(acme)


async def nothing_is_left_of(acme: World) -> None:
    """No chat runs, and no text waits to go out."""
    assert await acme.rows(sa.select(t.chats.c.id).where(sa.text(t.ACTIVE_CHAT))) == []
    waiting = t.messages.c.status == MessageStatus.QUEUED
    assert await acme.rows(sa.select(t.messages.c.id).where(waiting)) == []
