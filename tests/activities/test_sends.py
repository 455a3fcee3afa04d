"""Tries of one text that overlap: the store was slow, a worker slept, an answer came late."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.probes import Probes
from activities.sends import SendActivities
from carriers.protocol import (
    Busy,
    Carrier,
    CarrierAccountRefused,
    InDoubtText,
    LookupResult,
    NoAnswer,
    OutboundText,
    SendResult,
)
from domain.health import RUN, Breaker
from domain.process import SendOutcome, SendText
from domain.statuses import MessageStatus
from services import claims, sends
from services.commit import flush
from store import messages
from store import unsent as unsent_texts
from store.database import Database
from store.numbers import Account
from tests.conftest import NOON, SetClock
from tests.engine import BASE_URL, TestCarrier
from tests.services.accounts_world import health_of, second_account, stop
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


class UnansweringCarrier(TestCarrier):
    """Cannot be asked what became of a text."""

    async def look_up(self, text: InDoubtText) -> LookupResult:
        return NoAnswer("HTTP 503")


def activities(db: Database, carrier: TestCarrier) -> SendActivities:
    return SendActivities(db, lambda _account: carrier, BASE_URL)


async def unsent(world: World) -> SendText:
    """The first text that a chat owes."""
    chat_id = await world.waiting_chat()
    chat = await world.chat(chat_id)
    owed = await world.db.read(unsent_texts.of_chat, world.tenant_id, chat_id)
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


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (Busy(), None),
        (Busy(timedelta(seconds=7)), timedelta(seconds=7)),
        (Busy(timedelta(hours=1)), timedelta(seconds=20)),
        (Busy(timedelta(seconds=90), throttled=True), timedelta(seconds=90)),
        (Busy(timedelta(hours=1), throttled=True), timedelta(minutes=5)),
        (Busy(throttled=True), None),
    ],
)
async def test_a_carrier_that_asks_us_to_be_slower_is_believed_longer_than_one_that_is_down(
    world: World, answer: Busy, pause: timedelta | None
) -> None:
    text, carrier = await unsent(world), TestCarrier(answers=[answer])
    with pytest.raises(ApplicationError, match="takes nothing") as later:
        await activities(world.db, carrier).send_text(text)
    assert later.value.next_retry_delay == pause


async def test_texts_for_an_account_out_of_order_do_not_reach_the_carrier(world: World) -> None:
    text, carrier = await unsent(world), TestCarrier()
    await stop(world, world.account)
    with pytest.raises(ApplicationError, match="out of order") as later:
        await activities(world.db, carrier).send_text(text)
    assert later.value.next_retry_delay is not None
    assert carrier.taken == []


async def test_look_ups_that_are_not_answered_count_against_the_account(world: World) -> None:
    text, carrier = await unsent(world), UnansweringCarrier(lose_next_answer=True)
    for _ in range(RUN):
        with pytest.raises(ApplicationError, match=r"no answer|cannot be asked"):
            await activities(world.db, carrier).send_text(text)
    assert (await health_of(world, world.account)).breaker is Breaker.OPEN
    with pytest.raises(ApplicationError, match="out of order"):
        await activities(world.db, carrier).send_text(text)


@pytest.mark.parametrize("out_of_order", [True, False])
async def test_a_doubt_that_nobody_can_settle_is_given_up_when_others_could_go_out(
    world: World, clock: SetClock, out_of_order: bool
) -> None:
    text, carrier = await unsent(world), UnansweringCarrier(lose_next_answer=True)
    await second_account(world)
    acts = activities(world.db, carrier)
    with pytest.raises(ApplicationError, match="no answer"):
        await acts.send_text(text)
    if out_of_order:
        await stop(world, world.account)
    clock.move(seconds=claims.DOUBT_PATIENCE.total_seconds() + 1)
    assert (await acts.send_text(text)).outcome is SendOutcome.DONE
    found = await world.db.read(messages.get, world.tenant_id, text.message_id)
    assert found.status is MessageStatus.UNKNOWN
    assert len(carrier.taken) == 1


async def test_a_probe_asks_for_a_number_and_sends_nothing(world: World, clock: SetClock) -> None:
    carrier = TestCarrier(down=True)
    probes = Probes(world.db, lambda _account: carrier)
    await stop(world, world.account)
    for expected in (Breaker.OPEN, Breaker.HALF_OPEN):
        clock.move(seconds=30)
        await probes.ask_due()
        assert (await health_of(world, world.account)).breaker is expected
        carrier.down = False
    assert carrier.taken == []


async def test_an_account_whose_secret_is_missing_is_out_of_order_until_it_is_there(
    world: World, clock: SetClock
) -> None:
    def broken(_account: Account) -> Carrier:
        raise CarrierAccountRefused("auth_token", "is not to be had")

    text = await unsent(world)
    for _ in range(RUN):
        with pytest.raises(ApplicationError, match="auth_token is missing or wrong"):
            await SendActivities(world.db, broken, BASE_URL).send_text(text)
    clock.move(seconds=5)
    await Probes(world.db, broken).ask_due()
    known = await health_of(world, world.account)
    assert (known.breaker, known.reason) == (Breaker.OPEN, "auth_token is missing or wrong")
