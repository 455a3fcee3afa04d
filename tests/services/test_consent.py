"""STOP, START, HELP and their kin (product B)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from carriers.protocol import Rejected
from domain.consent import Consent
from domain.statuses import AgentStatus, ChatStatus, FailReason, MessageStatus
from services import claims, consent, sends
from services.claims import HandOver, Settled
from services.errors import ConsumerOptedOut, NotYourChat
from store import tables as t
from store.consent import Entry, append
from tests.conftest import OpenDatabase, SetClock
from tests.world import PHONE, VIP_NUMBER, World, build

OPT_OUT = ["STOP", "stopall", "Unsubscribe", "cancel", "End", "QUIT", "stop.", "revoke", "OptOut"]


async def ledger(world: World) -> list[tuple[str, str, str]]:
    c = t.consent_ledger.c
    rows = await world.rows(sa.select(c.number, c.status, c.source).order_by(c.id))
    return [tuple(row) for row in rows]


async def answers(world: World) -> list[tuple[str, str]]:
    return [(message.kind, message.status) for message in await world.sent_without_chat()]


async def outbound(world: World) -> dict[str, set[str]]:
    """The statuses of all texts of ours, by kind."""
    c = t.messages.c
    found: dict[str, set[str]] = {}
    for row in await world.rows(sa.select(c.kind, c.status).where(c.direction == "outbound")):
        found.setdefault(row.kind, set()).add(row.status)
    return found


async def opt_out_by_click(world: World, chat_id: int) -> None:
    await world.db.write(consent.opt_out_by_agent, world.tenant_id, world.agents["ana"], chat_id)


async def test_an_opt_out_without_a_chat_is_entered_and_confirmed(world: World) -> None:
    phones = [f"+1415555{2000 + n}" for n in range(len(OPT_OUT))]
    for word, phone in zip(OPT_OUT, phones, strict=True):
        assert (await world.text(word, sender=phone)).chat_id is None
    assert await ledger(world) == [(phone, "opted_out", "consumer") for phone in phones]
    assert await answers(world) == [("opt_out", "queued")] * len(OPT_OUT)
    assert await world.rows(sa.select(t.chats.c.id)) == []


async def test_an_answer_that_stands_in_no_chat_is_an_event_when_it_is_queued(
    world: World,
) -> None:
    await world.text("STOP")
    (answer,) = await world.sent_without_chat()
    e = t.events.c
    (row,) = await world.rows(sa.select(e.chat_id, e.data).where(e.type == "message.changed"))
    assert row.chat_id is None
    assert row.data == {"message_id": answer.id, "status": "queued", "agent_ids": []}


async def test_the_ledger_keeps_the_evidence(world: World) -> None:
    received = await world.text(" Stop! ")
    c = t.consent_ledger.c
    row = (await world.rows(sa.select(c.evidence, c.message_id, c.actor_type, c.scope)))[0]
    assert tuple(row) == (" Stop! ", received.message_id, "end_user", "tenant")


async def test_an_opt_out_ends_every_active_chat_of_the_consumer(world: World) -> None:
    connected = await world.connected_chat()
    waiting = (await world.text("hello", to=VIP_NUMBER)).chat_id
    bystander = await world.waiting_chat("+14155550112")
    assert waiting is not None
    await world.text("STOP")
    for chat_id, status in ((connected, ChatStatus.FINISHED), (waiting, ChatStatus.CANCELED)):
        state = (await world.chat(chat_id)).state
        assert (state.status, state.fail_reason) == (status, FailReason.END_USER_OPT_OUT)
        assert state.disconnected_by == "disconnected_by_end_user"
    assert await world.chat_status(bystander) is ChatStatus.QUEUED
    assert await world.offers("ana") == [bystander]


async def test_an_opt_out_ends_a_chat_that_is_selecting_after_its_agent_left(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.status("ana", AgentStatus.OFFLINE)
    await world.text("back")
    await world.text("stop")
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_an_opt_out_blocks_what_is_queued_and_its_own_confirmation_goes_out(
    world: World,
) -> None:
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "One moment")
    await world.text("help")
    await world.text("STOP")
    assert await outbound(world) == {
        "greeting": {"blocked"},
        "menu": {"blocked"},
        "choice_confirmed": {"blocked"},
        "reply": {"blocked"},
        "help": {"queued"},
        "opt_out": {"queued"},
    }
    for message in await world.sent_without_chat():
        assert isinstance(
            await world.db.write(claims.claim, world.tenant_id, message.id, None), HandOver
        )


async def test_an_opt_out_blocks_what_ended_chats_still_owe(world: World) -> None:
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Bye")
    await world.end("ana", chat_id)
    await world.text("STOP")
    ours = [m for m in await world.thread(chat_id) if m.direction == "outbound"]
    assert {(m.status, m.error) for m in ours} == {(MessageStatus.BLOCKED, "opted_out")}


async def test_a_repeated_opt_out_is_kept_and_not_confirmed_again(world: World) -> None:
    await world.text("STOP")
    await world.text("stop")
    await world.text("QUIT")
    assert await answers(world) == [("opt_out", "queued")]
    assert len(await ledger(world)) == 1
    assert len(await world.rows(sa.select(t.inbox.c.id))) == 3


async def test_opting_in_and_out_again_is_confirmed_each_time(world: World) -> None:
    for word in ("STOP", "START", "STOP", "unstop"):
        await world.text(word)
    kinds = [kind for kind, _ in await answers(world)]
    assert kinds == ["opt_out", "opt_in", "opt_out", "opt_in"]
    assert [status for _, status, _ in await ledger(world)] == [
        "opted_out",
        "opted_in",
        "opted_out",
        "opted_in",
    ]


async def test_yes_opts_in_only_who_is_opted_out(world: World) -> None:
    received = await world.text("Yes")
    assert received.chat_id is not None
    assert await ledger(world) == []
    await world.text("stop")
    assert (await world.text("yes")).chat_id is None
    assert (await ledger(world))[-1][1] == "opted_in"


async def test_opting_in_changes_no_chat_and_starts_none(world: World) -> None:
    assert (await world.text("START")).chat_id is None
    chat_id = await world.waiting_chat()
    before = (await world.chat(chat_id)).state
    await world.text("START")
    assert (await world.chat(chat_id)).state == before


async def test_an_opted_out_consumers_texts_are_kept_and_not_answered(world: World) -> None:
    await world.text("STOP")
    received = await world.text("Where is my parcel?")
    assert received.new
    assert received.chat_id is None
    kept = await world.rows(sa.select(t.messages.c.text).where(t.messages.c.direction == "inbound"))
    assert [row.text for row in kept] == ["STOP", "Where is my parcel?"]
    assert len(await answers(world)) == 1
    assert [kept["why"] for kept in await world.events("message.kept")] == ["opt_out", "opted_out"]


async def test_every_command_without_a_chat_is_told_to_ops(world: World) -> None:
    for word in ("STOP", "stop", "HELP", "START"):
        await world.text(word)
    why = [kept["why"] for kept in await world.events("message.kept")]
    assert why == ["opt_out", "opt_out", "help", "opt_in"]


@pytest.mark.parametrize("word", ["HELP", "info"])
async def test_help_is_answered_even_when_opted_out_and_changes_nothing(
    world: World, word: str
) -> None:
    await world.text("STOP")
    received = await world.text(word)
    assert received.chat_id is None
    assert [kind for kind, _ in await answers(world)] == ["opt_out", "help"]
    assert len(await ledger(world)) == 1


async def test_help_in_a_chat_stands_in_its_thread_and_leaves_it_as_it_is(world: World) -> None:
    chat_id = await world.waiting_chat()
    before = (await world.chat(chat_id)).state
    assert (await world.text("help")).chat_id == chat_id
    assert (await world.chat(chat_id)).state == before
    assert (await world.thread(chat_id))[-1].text == "help"


@pytest.mark.parametrize("word", ["HELP", "info", "START"])
async def test_a_command_in_a_connected_chat_restarts_its_timeout_and_nothing_else(
    world: World, clock: SetClock, word: str
) -> None:
    chat_id = await world.connected_chat()
    before = await world.chat(chat_id)
    clock.move(minutes=30)
    await world.text(word)
    after = await world.chat(chat_id)
    assert after.state == replace(before.state, window_from=clock.at)
    assert before.deadline_at is not None
    assert after.deadline_at == before.deadline_at + timedelta(minutes=30)


async def test_an_agents_click_opts_out_and_is_confirmed_once(world: World) -> None:
    chat_id = await world.connected_chat()
    await opt_out_by_click(world, chat_id)
    assert await ledger(world) == [(PHONE, "opted_out", "agent")]
    assert await answers(world) == [("opt_out", "queued")]
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED
    with pytest.raises(NotYourChat):
        await opt_out_by_click(world, chat_id)


@pytest.mark.parametrize("words", ["Please stop  texting me!", "Not any longer  with me."])
async def test_the_evidence_of_an_agents_click_are_the_words_that_asked_else_the_last_ones(
    world: World, words: str
) -> None:
    """What was not recognised as a request is at least what the consumer wrote last."""
    chat_id = await world.connected_chat()
    asked = await world.text(words)
    await world.reply("ana", chat_id, "Of course.")
    if words.startswith("Please"):
        await world.text("Thank you")
    await opt_out_by_click(world, chat_id)
    c = t.consent_ledger.c
    [entry] = await world.rows(sa.select(c.message_id, c.evidence, c.actor_id))
    assert tuple(entry) == (asked.message_id, words, world.agents["ana"])


async def test_only_the_chats_agent_can_click(world: World) -> None:
    chat_id = await world.waiting_chat()
    with pytest.raises(NotYourChat):
        await opt_out_by_click(world, chat_id)
    assert await ledger(world) == []


async def test_a_click_and_a_stop_at_the_same_moment_are_one_opt_out(
    world: World, open_database: OpenDatabase
) -> None:
    chat_id = await world.connected_chat()
    async with open_database() as other:
        await asyncio.gather(
            opt_out_by_click(world.seen_through(other), chat_id),
            world.text("STOP"),
            return_exceptions=True,
        )
    assert len(await ledger(world)) == 1
    assert len(await answers(world)) == 1


async def test_a_carriers_block_is_entered_and_ends_the_chats(world: World) -> None:
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "Hello")
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    await world.db.write(
        sends.rejected, world.tenant_id, reply.id, Rejected("21610", "unsubscribed", True)
    )
    assert await ledger(world) == [(PHONE, "opted_out", "carrier")]
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED
    assert await answers(world) == []
    thread = await world.thread(chat_id)
    assert next(m.status for m in thread if m.id == reply.id) is MessageStatus.FAILED
    assert (await world.chat(chat_id)).state.fail_reason is FailReason.END_USER_OPT_OUT


async def test_a_reply_to_an_opted_out_consumer_is_refused(world: World) -> None:
    chat_id = await world.connected_chat()
    entry = Entry(world.tenant_id, PHONE, Consent.OPTED_OUT, "import", "a list", "admin")
    await world.db.write(append, entry)
    with pytest.raises(ConsumerOptedOut):
        await world.reply("ana", chat_id, "Hello")
    await world.end("ana", chat_id)
    goodbye = (await world.thread(chat_id))[-1]
    assert (goodbye.kind, goodbye.status) == ("ended", MessageStatus.BLOCKED)
    o = t.outbox.c
    last = (await world.rows(sa.select(o.payload).where(o.kind == "chat").order_by(o.id)))[-1]
    assert last.payload["pointer"]["sends"] == []


async def test_a_text_that_was_claimed_before_the_opt_out_is_blocked_when_tried_again(
    world: World,
) -> None:
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "Hello")
    assert isinstance(await world.db.write(claims.claim, world.tenant_id, reply.id, 1), HandOver)
    await world.text("STOP")
    await world.db.write(sends.not_taken, world.tenant_id, reply.id)
    assert isinstance(await world.db.write(claims.claim, world.tenant_id, reply.id, 1), Settled)
    assert (await world.thread(chat_id))[-2].status is MessageStatus.BLOCKED


async def test_one_tenants_opt_out_is_not_anothers(world: World) -> None:
    other = await build(world.db, "globex")
    await world.text("STOP")
    received = await other.text("hello", to=next(iter(other.numbers)))
    assert received.chat_id is not None


async def test_the_agent_is_told_that_a_reply_of_an_ended_chat_was_blocked(world: World) -> None:
    chat_id = await world.connected_chat()
    reply = await world.reply("ana", chat_id, "Your parcel is on its way")
    await world.end("ana", chat_id)
    await world.text("STOP")
    told = [one for one in await world.events("message.changed") if one["status"] == "blocked"]
    assert reply.id in [one["message_id"] for one in told]
    assert {tuple(one["agent_ids"]) for one in told} == {(world.agents["ana"],)}
