"""The whole engine against Twilio on the wire: signed webhooks in, requests and callbacks out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from api.app import create_app
from api.deps import Deps
from api.stream import Notifier
from carriers.http import new_client
from carriers.protocol import Carrier, CarrierAccount
from carriers.twilio import TwilioCarrier
from domain.health import RUN
from domain.reasons import explain
from domain.statuses import ChatStatus, MessageStatus
from store import tables as t
from store.database import Tx
from store.health import overview
from store.messages import Message
from store.numbers import Account
from tests.api.world import vouch
from tests.carriers.fake_twilio import FakeTwilio, serving
from tests.carriers.twilio_account import SID, TOKEN
from tests.engine import BASE_URL, Engine, eventually, running
from tests.fixtures_temporal import TemporalServer
from tests.served import served
from tests.workflows.conftest import ShiftedClock
from tests.world import MENU_NUMBER, PHONE

INBOUND = f"{BASE_URL}/carriers/twilio/main/inbound"
NO = {"message": "no", "more_info": "x"}


@dataclass
class AtTwilio:
    """The engine with its number at Twilio, and a phone there. `second`: another account of the
    company that owns the number, too."""

    engine: Engine
    twilio: FakeTwilio
    second: FakeTwilio

    async def text(self, text: str, sid: str) -> None:
        answer = await self.twilio.text(INBOUND, PHONE, MENU_NUMBER, text, MessageSid=sid)
        assert answer.status_code == 200, answer.text

    async def connected_chat(self) -> int:
        """A chat with Ana that began with a text from Twilio; everything so far was sent."""
        await self.engine.world.status("ana")
        await self.text("Hello", "SMhello")
        await self.text("1", "SMchoice")
        [row] = await self.engine.world.rows(sa.select(t.chats.c.id))
        chat_id = int(row.id)
        await self.engine.world.accept("ana", chat_id)
        await self.engine.quiet()
        return chat_id

    async def sent(self, chat_id: int, reply: Message) -> Message:
        """The reply when nothing more is owed."""
        await self.engine.quiet()
        [text] = [m for m in await self.engine.world.thread(chat_id) if m.id == reply.id]
        return text


@pytest.fixture
async def at_twilio(
    database_url: str, temporal_server: TemporalServer, shifted: ShiftedClock
) -> AsyncIterator[AtTwilio]:
    http, fake, second = new_client(), FakeTwilio(), FakeTwilio()

    def carrier_of(account: Account) -> Carrier:
        known = (account.id, account.tenant_id, account.carrier, account.name, account.base_url)
        secrets = {"auth_token": TOKEN}
        return TwilioCarrier(CarrierAccount(*known, secrets, settings=account.settings), http)

    def move(tx: Tx) -> None:
        a, account = t.carrier_accounts, {"carrier": "twilio", "settings": {"account_sid": SID}}
        tx.conn.execute(sa.update(a).values(base_url=fake.url, name="main", **account))
        mine = {"tenant_id": engine.world.tenant_id, "base_url": second.url, "name": "second"}
        made = sa.insert(a).values(account | mine).returning(a.c.id)
        both = {"fallback_account_id": tx.conn.execute(made).scalar_one()}
        tx.conn.execute(sa.update(t.numbers).values(both))

    async def ready() -> dict[str, str]:
        return {}

    client = await temporal_server.client()
    async with (
        serving(fake),
        serving(second),
        running(database_url, shifted, client, carrier_of=carrier_of) as engine,
    ):
        await engine.db.write(move)
        wake = Notifier()
        deps = Deps(engine.db, carrier_of, ready, wake, BASE_URL, secure_cookies=False, vouch=vouch)
        async with served(create_app(deps)) as api_url:
            fake.reached = second.reached = lambda url: url.replace(BASE_URL, api_url)
            yield AtTwilio(engine, fake, second)
    await http.aclose()


async def test_texts_go_through_429_and_503_and_a_lost_answer_once_each_and_in_order(
    at_twilio: AtTwilio,
) -> None:
    twilio, world = at_twilio.twilio, at_twilio.engine.world
    twilio.answers = [(429, {"code": 20429, **NO}), (503, {"code": 20503, **NO})]
    chat_id = await at_twilio.connected_chat()
    assert [seen.method for seen in twilio.seen][:3] == ["POST"] * 3
    greeted = [m.text for m in await world.thread(chat_id) if m.direction == "outbound"]
    assert twilio.texts == greeted

    twilio.lose = 1
    reply = await world.reply("ana", chat_id, "On its way.")

    async def in_doubt() -> bool:
        return twilio.lose == 0

    await eventually(in_doubt)
    last = twilio.messages[-1]["sid"]
    await twilio.report(last, "queued")
    assert (await at_twilio.sent(chat_id, reply)).status is MessageStatus.SENT
    for status in ("delivered", "sent"):
        await twilio.report(last, status)
    assert (await at_twilio.sent(chat_id, reply)).status is MessageStatus.DELIVERED
    assert twilio.texts == [*greeted, "On its way."]


async def test_a_refusal_is_final_and_told_in_words_and_a_block_is_an_opt_out(
    at_twilio: AtTwilio,
) -> None:
    twilio, world = at_twilio.twilio, at_twilio.engine.world
    chat_id = await at_twilio.connected_chat()
    before = len(twilio.seen)
    twilio.answers = [(400, {"code": 21614, **NO})]
    refused = await at_twilio.sent(chat_id, await world.reply("ana", chat_id, "Hello?"))
    assert refused.status is MessageStatus.FAILED
    reason = explain(refused.status, refused.error, refused.carrier_says)
    assert reason is not None
    assert reason.what == "This number cannot receive texts: it is no mobile phone."
    assert reason.carrier_says == "no"
    assert len(twilio.seen) == before + 1

    twilio.answers = [(400, {"code": 21610, **NO})]
    blocked = await at_twilio.sent(chat_id, await world.reply("ana", chat_id, "Are you there?"))
    assert (blocked.status, blocked.error) == (MessageStatus.FAILED, "21610")
    c = t.consent_ledger.c
    [entry] = await world.rows(sa.select(c.status, c.source, c.message_id))
    assert tuple(entry) == ("opted_out", "carrier", blocked.id)
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED
    assert len(twilio.seen) == before + 2


async def test_while_twilio_refuses_our_account_texts_go_by_the_second_one_of_the_same_number(
    at_twilio: AtTwilio,
) -> None:
    twilio, second, world = at_twilio.twilio, at_twilio.second, at_twilio.engine.world
    chat_id = await at_twilio.connected_chat()
    greeted = list(twilio.texts)
    twilio.password = "another by now"
    replies = [await world.reply("ana", chat_id, f"Reply {n}") for n in range(3)]
    for reply in replies:
        assert (await at_twilio.sent(chat_id, reply)).status is MessageStatus.SENT
    assert second.texts == [reply.text for reply in replies]
    assert {message["from"] for message in second.messages} == {MENU_NUMBER}
    assert twilio.texts == greeted
    # Five refusals; then the account was only asked for its number.
    refused = [seen.method for seen in twilio.seen[len(greeted) :]]
    assert refused.count("POST") == RUN
    # Each account's ids are its own: here both call a text the same.
    assert second.messages[0]["sid"] == twilio.messages[0]["sid"]
    await second.report(second.messages[0]["sid"], "delivered")
    [text] = [m for m in await world.thread(chat_id) if m.id == replies[0].id]
    assert text.status is MessageStatus.DELIVERED
    [account] = [one for one in await at_twilio.engine.db.read(overview) if one.name == "main"]
    assert account.health.reason == "HTTP 401, error 20003"
