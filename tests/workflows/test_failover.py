"""Two simulated carriers that both have the company's number, and the whole engine between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from activities import sends
from api.app import create_app
from api.deps import Deps
from api.stream import Notifier
from carriers.http import new_client
from carriers.protocol import Carrier, CarrierAccount
from carriers.simulator import SimulatorCarrier
from domain.health import Breaker
from domain.statuses import MessageStatus
from services.commit import flush
from store import health
from store import tables as t
from store.database import Database, Tx
from store.numbers import Account
from tests.api.world import vouch
from tests.engine import Engine, eventually, running
from tests.fixtures_temporal import TemporalServer
from tests.served import served
from tests.simulators.world import SECRET, Program
from tests.simulators.world import Engine as Listener
from tests.workflows.conftest import ShiftedClock
from tests.world import MENU_NUMBER, PHONE

WITHIN = 120


@dataclass
class Two:
    """The engine, its number's own carrier and the second one."""

    engine: Engine
    clock: ShiftedClock
    first: Program
    second: Program

    async def status(self, message_id: int) -> MessageStatus:
        m = t.messages.c
        [row] = await self.engine.world.rows(sa.select(m.status).where(m.id == message_id))
        return MessageStatus(row.status)

    async def reaches(self, message_id: int, status: MessageStatus) -> None:
        async def reached() -> bool:
            return await self.status(message_id) is status

        await eventually(reached, WITHIN)

    async def breaker(self) -> Breaker:
        return (await self.engine.db.read(health.read, self.engine.world.account.id)).breaker

    async def becomes(self, breaker: Breaker) -> None:
        async def became() -> bool:
            return await self.breaker() is breaker

        await eventually(became, WITHIN)

    async def connected_chat(self) -> int:
        """A chat with Ana, begun by a phone at the first carrier; all is delivered."""
        world = self.engine.world
        await world.status("ana")
        await self.first.text(PHONE, "Hello")

        async def opened() -> bool:
            return len(await world.rows(sa.select(t.chats.c.id))) == 1

        await eventually(opened, WITHIN)
        await self.first.text(PHONE, "1")

        async def offered() -> bool:
            return bool(await world.offers("ana"))

        await eventually(offered, WITHIN)
        [chat_id] = await world.offers("ana")
        await world.accept("ana", chat_id)
        await self.engine.quiet()
        return chat_id


@pytest.fixture
async def two(
    database_url: str, temporal_server: TemporalServer, shifted: ShiftedClock, tmp_path: Path
) -> AsyncIterator[Two]:
    http = new_client()

    def carrier_of(account: Account) -> Carrier:
        known = (account.id, account.tenant_id, account.carrier, account.name, account.base_url)
        return SimulatorCarrier(CarrierAccount(*known, {"secret": SECRET}), http)

    async def ready() -> dict[str, str]:
        return {}

    async with AsyncExitStack() as stack:
        api_db = Database(database_url, shifted, flush)
        stack.push_async_callback(api_db.close)
        deps = Deps(api_db, carrier_of, ready, Notifier(), "http://127.0.0.1", vouch=vouch)
        url = await stack.enter_async_context(served(create_app(deps)))
        programs = []
        for account in ("acme", "second"):
            at_api = Listener(port=int(url.rpartition(":")[2]))
            program = Program(at_api, tmp_path / f"{account}.sqlite", account)
            stack.push_async_callback(program.close)
            await program.start()
            programs.append(program)
        client = await temporal_server.client()
        made = running(database_url, shifted, client, carrier_of=carrier_of, base_url=url)
        engine = await stack.enter_async_context(made)
        api_db.on_commit = lambda owed, _events: engine.relay.deliver(owed)
        await engine.db.write(_both_own_the_number, engine, *programs)
        yield Two(engine, shifted, *programs)
    await http.aclose()


def _both_own_the_number(tx: Tx, engine: Engine, first: Program, second: Program) -> None:
    a = t.carrier_accounts
    tx.conn.execute(sa.update(a).values(base_url=first.url))
    values = {"carrier": "simulator", "name": "second", "base_url": second.url}
    made = sa.insert(a).values(tenant_id=engine.world.tenant_id, **values).returning(a.c.id)
    fallback = tx.conn.execute(made).scalar_one()
    tx.conn.execute(sa.update(t.numbers).values(fallback_account_id=fallback))


async def test_a_chat_goes_on_by_the_second_carrier_and_comes_back_to_the_first(two: Two) -> None:
    world = two.engine.world
    chat_id = await two.connected_chat()
    greeted = await two.first.received(PHONE)

    await two.first.faults(outage=True)
    replies = [await world.reply("ana", chat_id, f"By the second, {n}") for n in range(3)]
    for reply in replies:
        await two.reaches(reply.id, MessageStatus.DELIVERED)
    assert await two.breaker() is Breaker.OPEN
    sent = [one for one in await two.second.phone(PHONE) if one["direction"] == "to_phone"]
    assert [one["text"] for one in sent] == [reply.text for reply in replies]
    assert {one["from"] for one in sent} == {MENU_NUMBER}
    assert await two.first.received(PHONE) == greeted

    # Texts come in through either of them.
    await two.second.text(PHONE, "Thank you")

    async def heard() -> bool:
        return (await world.thread(chat_id))[-1].text == "Thank you"

    await eventually(heard, WITHIN)

    await two.first.faults()
    two.clock.back = -timedelta(minutes=1)
    await two.becomes(Breaker.HALF_OPEN)
    back = [await world.reply("ana", chat_id, f"By the first, {n}") for n in range(2)]
    for reply in back:
        await two.reaches(reply.id, MessageStatus.DELIVERED)
    assert await two.breaker() is Breaker.CLOSED
    assert await two.first.received(PHONE) == [*greeted, *(reply.text for reply in back)]
    assert await two.second.received(PHONE) == [reply.text for reply in replies]


async def test_a_text_whose_answer_was_lost_is_asked_for_and_not_sent_by_the_second(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = two.engine.world
    chat_id = await two.connected_chat()
    greeted = await two.first.received(PHONE)
    await two.first.faults(lose_answer=1, drop_receipts=1)

    async def taken() -> bool:
        return await two.first.received(PHONE) == [*greeted, "Once"]

    with monkeypatch.context() as patched:
        # The outage has begun before the carrier is asked for the text.
        patched.setattr(sends, "DOUBT_PAUSE", timedelta(seconds=12))
        reply = await world.reply("ana", chat_id, "Once")
        await eventually(taken, WITHIN)
        await two.first.faults(outage=True, drop_receipts=1)
    await two.becomes(Breaker.OPEN)
    waiting = await world.reply("ana", chat_id, "After it")
    assert await two.status(reply.id) is MessageStatus.SENDING

    await two.first.faults()
    two.clock.back = -timedelta(minutes=1)
    await two.reaches(waiting.id, MessageStatus.DELIVERED)
    assert await two.status(reply.id) is MessageStatus.SENT
    assert await two.first.received(PHONE) == [*greeted, "Once", "After it"]
    assert await two.second.received(PHONE) == []
