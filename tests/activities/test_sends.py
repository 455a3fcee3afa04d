"""Tries of one text that overlap: the store was slow, a worker slept, an answer came late."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.sends import SendActivities
from carriers.protocol import Busy, OutboundText, SendResult
from domain.process import SendOutcome, SendText
from services import sends
from services.commit import flush
from store import messages
from store.database import Database
from tests.conftest import NOON, SetClock
from tests.engine import BASE_URL, TestCarrier
from tests.world import World

LATER = timedelta(seconds=20)


class SlowStoreClock:
    """Long after a transaction has read the time, it is carried out."""

    def __init__(self) -> None:
        self.at = NOON

    async def now(self) -> datetime:
        read, self.at = self.at, self.at + LATER
        return read


class HangingCarrier(TestCarrier):
    """Answers the first text late and without having taken it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.answers_now = asyncio.Event()

    async def send(self, text: OutboundText) -> SendResult:
        if not self.asked.is_set():
            self.asked.set()
            await self.answers_now.wait()
            return Busy()
        self.lose_next_answer = True
        return await super().send(text)


def activities(db: Database, carrier: TestCarrier) -> SendActivities:
    return SendActivities(db, lambda _account: carrier, BASE_URL)


async def unsent(world: World) -> SendText:
    """The first text that a chat owes."""
    chat_id = await world.waiting_chat()
    chat = await world.chat(chat_id)
    owed = await world.db.read(messages.unsent_of_chat, world.tenant_id, chat_id)
    return SendText(owed[0], chat.ref)


async def test_a_claim_that_waited_long_for_the_store_is_not_handed_over(
    world: World, database_url: str
) -> None:
    """Another try may take it for lost at the same moment, and send it as well."""
    text, carrier = await unsent(world), TestCarrier()
    slow = Database(database_url, SlowStoreClock(), flush)

    with pytest.raises(ApplicationError, match="waited"):
        await activities(slow, carrier).send_text(text)
    await slow.close()

    assert carrier.taken == []
    sent = await activities(world.db, carrier).send_text(text)
    assert sent.outcome is SendOutcome.DONE
    assert len(carrier.taken) == 1


async def test_a_refusal_that_comes_late_does_not_free_what_another_try_has_claimed(
    world: World, clock: SetClock
) -> None:
    text, carrier = await unsent(world), HangingCarrier()
    acts = activities(world.db, carrier)
    first = asyncio.create_task(acts.send_text(text))
    await carrier.asked.wait()
    clock.move(seconds=sends.GRACE.total_seconds())
    with pytest.raises(ApplicationError, match="never got"):
        await acts.send_text(text)
    with pytest.raises(ApplicationError, match="no answer"):
        await acts.send_text(text)

    carrier.answers_now.set()
    with pytest.raises(ApplicationError, match="takes nothing"):
        await first

    sent = await acts.send_text(text)
    assert sent.outcome is SendOutcome.DONE
    assert len(carrier.taken) == 1
