"""A second account that owns the company's numbers, and texts on their way by one or the other."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from carriers.protocol import Busy
from domain.health import RUN, Breaker, Health
from domain.statuses import MessageStatus
from services import claims, health
from services.claims import Claim, HandOver
from store import health as known_health
from store import numbers
from store import tables as t
from store.database import Tx
from store.numbers import Account
from tests.world import World


async def second_account(world: World, *, fallback: bool = True) -> Account:
    """Another account of the company; its numbers' fallback."""

    def add(tx: Tx) -> Account:
        values = {
            "tenant_id": world.tenant_id,
            "carrier": "simulator",
            "name": f"{world.account.name}-second",
            "base_url": "http://127.0.0.1:2",
            "secret_refs": {"secret": "env:THREADLINE_SIMULATOR_SECRET"},
        }
        made = sa.insert(t.carrier_accounts).values(values).returning(t.carrier_accounts.c.id)
        account_id = tx.conn.execute(made).scalar_one()
        if fallback:
            tx.conn.execute(sa.update(t.numbers).values(fallback_account_id=account_id))
        return numbers.account_by_id(tx, account_id)

    return await world.db.write(add)


async def claim(world: World, message_id: int) -> Claim:
    return await world.db.write(claims.claim, world.tenant_id, message_id, 1)


async def handed_over(world: World, message_id: int) -> HandOver:
    text = await claim(world, message_id)
    assert isinstance(text, HandOver), text
    return text


async def health_of(world: World, account: Account) -> Health:
    return await world.db.read(known_health.read, account.id)


async def stop(world: World, account: Account) -> None:
    """The account fails until its breaker opens."""
    now = await world.db.clock.now()
    tried = health.Try(world.tenant_id, account.id, 0, now)
    for _ in range(RUN):
        await world.db.write(health.failed, tried, Busy())
    assert (await health_of(world, account)).breaker is Breaker.OPEN


async def answer_again(world: World, account: Account) -> None:
    """The time has come, it is asked, and it answers."""
    probe = await world.db.write(health.take_probe, account.id)
    assert probe is not None
    await world.db.write(health.probed, probe, None)


async def owed(world: World, texts: int = 1) -> list[int]:
    """So many replies in a connected chat whose other texts are sent."""
    chat_id = await world.connected_chat()
    m = t.messages.c
    sent = sa.update(t.messages).where(m.direction == "outbound")
    await world.db.write(lambda tx: tx.conn.execute(sent.values(status=MessageStatus.SENT)))
    return [(await world.reply("ana", chat_id, f"Reply {n}")).id for n in range(texts)]


MINUTE = timedelta(minutes=1)
