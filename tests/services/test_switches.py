"""SMS switched off: a clear refusal on every path, and nothing that is owed is withheld (C2)."""

from __future__ import annotations

import pytest

from domain.statuses import ChatStatus, MessageStatus
from services import consent, dismissal
from services.errors import SmsOff
from tests.conftest import SetClock
from tests.world import World


async def test_a_text_starts_no_chat_is_kept_and_gets_no_answer(world: World) -> None:
    await world.configure(sms=False)
    kept = await world.text("Hello")
    assert (kept.new, kept.chat_id) == (True, None)
    assert [event["why"] for event in await world.events("message.kept")] == ["sms_off"]
    assert await world.sent_without_chat() == []


async def test_stop_and_help_are_answered_all_the_same(world: World) -> None:
    await world.configure(sms=False)
    await world.text("HELP")
    await world.text("STOP")
    assert [message.kind for message in await world.sent_without_chat()] == ["help", "opt_out"]


async def test_nobody_accepts_writes_or_resumes(world: World, clock: SetClock) -> None:
    connected = await world.connected_chat("ana", "+14155550112")
    silent = await world.connected_chat("ana", "+14155550113")
    await world.reply("ana", silent, "Are you there?")
    await world.db.write(dismissal.dismiss, world.tenant_id, world.agents["ana"], silent)
    waiting = await world.waiting_chat()
    await world.configure(sms=False)
    ana = (world.tenant_id, world.agents["ana"])
    with pytest.raises(SmsOff, match="SMS service is not enabled"):
        await world.accept("ana", waiting)
    with pytest.raises(SmsOff):
        await world.reply("ana", connected, "One moment")
    with pytest.raises(SmsOff):
        await world.db.write(dismissal.resume_by_agent, *ana, silent)
    with pytest.raises(SmsOff):
        await world.db.write(dismissal.resume, world.tenant_id, silent)


async def test_what_was_accepted_before_is_sent_and_chats_end_without_a_word(
    world: World,
) -> None:
    chat_id = await world.connected_chat("ana")
    reply = await world.reply("ana", chat_id, "On its way.")
    await world.configure(sms=False)
    await world.text("Thanks!")
    await world.end("ana", chat_id)
    thread = await world.thread(chat_id)
    assert [message.text for message in thread[-2:]] == ["On its way.", "Thanks!"]
    assert thread[-2].id == reply.id
    assert thread[-2].status is MessageStatus.QUEUED
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_an_agent_may_still_opt_a_consumer_out(world: World) -> None:
    chat_id = await world.connected_chat("ana")
    await world.configure(sms=False)
    await world.db.write(consent.opt_out_by_agent, world.tenant_id, world.agents["ana"], chat_id)
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED
