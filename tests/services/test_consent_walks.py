"""Whatever happens, nothing but answers goes to an opted-out consumer; the ledger only grows."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from domain.consent import Consent
from domain.process import ChatRef
from domain.statuses import AgentStatus
from domain.texts import TextKey
from services import consent, process, sends
from services.consent import ANSWERS
from services.errors import Refused
from services.sends import HandOver
from store import consent as ledger
from store import tables as t
from store.consent import Entry
from store.database import Tx
from tests.conftest import SetClock
from tests.world import PHONE, VIP_NUMBER, World

OTHER_PHONE = "+14155550112"
TEXTS = ["hello", "1", "1", "pay", "what?", "back", "exit", "STOP", "START", "yes", "START"]
DEEDS = ["text"] * 4 + ["vip", "accept", "accept", "reply", "reply", "end", "click", "away", "wait"]
STEPS = 40
# The system texts that chats without menus of several pages write today.
WRITTEN = frozenset(
    {
        TextKey.GREETING,
        TextKey.MENU,
        TextKey.CHOICE_CONFIRMED,
        TextKey.INVALID_CHOICE,
        TextKey.AFTER_HOURS,
        TextKey.DISMISSAL_NOTICE,
        TextKey.DISMISSED_RESPONSE,
        TextKey.EXPIRED,
        TextKey.ENDED,
        TextKey.OPT_OUT,
        TextKey.OPT_IN,
        TextKey.HELP,
    }
)


async def act(world: World, clock: SetClock, chance: random.Random) -> None:
    """One thing that makes the engine write a text, give texts up, or change consent."""
    waiting, connected = await of_status(world, "queued"), await of_status(world, "assigned")
    anything = chance.choice([*waiting, *connected, 1])
    sender = chance.choice([PHONE, PHONE, OTHER_PHONE])
    match chance.choice(DEEDS):
        case "text":
            await world.text(chance.choice(TEXTS), sender=sender)
        case "vip":
            await world.text(chance.choice(TEXTS), sender=sender, to=VIP_NUMBER)
        case "accept":
            await world.accept("ana", chance.choice(waiting or [anything]))
        case "reply":
            await world.reply("ana", chance.choice(connected or [anything]), "Hello")
        case "end":
            await world.end("ana", chance.choice(connected or [anything]))
        case "click":
            agent, clicked = world.agents["ana"], chance.choice(connected or [anything])
            await world.db.write(consent.opt_out_by_agent, world.tenant_id, agent, clicked)
        case "away":
            await world.status("ana", AgentStatus.OFFLINE)
            await world.status("ana")
        case "wait":
            clock.move(days=2)
            await world.db.write(process.ring, ChatRef(world.tenant_id, anything))


async def of_status(world: World, status: str) -> list[int]:
    found = await world.rows(sa.select(t.chats.c.id).where(t.chats.c.status == status))
    return [row.id for row in found]


def _may_not(tx: Tx, world: World) -> set[tuple[int, int]]:
    """The consumers (by id) whom no text may go to from a number of ours: told from the ledger's
    rows alone, the newest that concerns the number."""
    c, scope = t.consent_ledger.c, world.scope
    own = {id: _scope_ids(world, number) for number, id in world.numbers.items()}
    found = set()
    for consumer in tx.conn.execute(sa.select(t.consumers.c.id, t.consumers.c.number)):
        said = tx.conn.execute(
            sa.select(c.scope_id, c.status).where(c.number == consumer.number).order_by(c.id)
        ).all()
        for number_id, ids in own.items():
            mine = [row.status for row in said if row.scope_id == ids[scope]]
            if mine[-1:] == ["opted_out"]:
                found.add((consumer.id, number_id))
    return found


def _scope_ids(world: World, number: str) -> dict[str, int]:
    queue = world.queues["VIP" if number == VIP_NUMBER else "Support"]
    return {"tenant": world.tenant_id, "queue": queue, "number": world.numbers[number]}


async def claim_some(world: World, chance: random.Random) -> set[str]:
    """Try to send what is queued; the kinds that were handed over. Some are not taken."""
    m = t.messages.c
    queued = sa.select(m.id, m.kind, m.consumer_id, m.number_id).where(
        m.status.in_(["queued", "sending"])
    )
    handed = set()
    blocked = await world.db.read(_may_not, world)
    for text in await world.rows(queued.order_by(m.id)):
        if chance.random() < 0.6:
            continue
        claim = await world.db.write(sends.claim, world.tenant_id, text.id, 1)
        if isinstance(claim, HandOver):
            handed.add(text.kind)
            opted_out = (text.consumer_id, text.number_id) in blocked
            assert text.kind in ANSWERS or not opted_out, text
            if chance.random() < 0.5:
                await world.db.write(sends.not_taken, world.tenant_id, text.id)
    return handed


async def _no_chat_goes_on_within_an_opt_out(world: World) -> None:
    c = t.chats.c
    live = await world.rows(sa.select(c.consumer_id, c.number_id).where(sa.text(t.ACTIVE_CHAT)))
    blocked = await world.db.read(_may_not, world)
    assert not {(row.consumer_id, row.number_id) for row in live} & blocked


@pytest.mark.parametrize(
    ("scope", "seed"), [("tenant", 3), ("tenant", 6), ("queue", 2), ("number", 5)]
)
async def test_after_an_opt_out_only_answers_can_be_claimed(
    world: World, clock: SetClock, scope: str, seed: int
) -> None:
    await world.configure(optout_scope=scope)
    world.scope = scope
    chance = random.Random(seed)
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    sa.event.listen(world.db._writer, "before_cursor_execute", note)
    await world.status("ana")
    kinds: set[str] = set()
    done = 0
    while done < STEPS:
        try:
            await act(world, clock, chance)
        except Refused:
            continue
        done += 1
        kinds |= await claim_some(world, chance)
        await _no_chat_goes_on_within_an_opt_out(world)
    assert kinds >= {"greeting", "opt_out"}
    touched = [said.split()[0] for said in statements if "consent_ledger" in said]
    assert set(touched) == {"SELECT", "INSERT"}


async def every_kind_of_text(world: World, clock: SetClock) -> None:
    """One text of each kind that the engine writes, all of them still queued."""
    await world.text("help")
    await world.text("start")
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Hello")
    await world.end("ana", chat_id)
    # Too late to follow it up.
    clock.move(minutes=11)
    opened = await world.text("hello")
    await world.text("what?")
    assert opened.chat_id is not None
    # Nothing holds a text back for days, but here it lets the chat expire with all its texts.
    m = t.messages.c
    hidden = m.chat_id == opened.chat_id
    await _set_status(world, "sent", hidden)
    clock.move(days=2)
    await world.db.write(process.ring, ChatRef(world.tenant_id, opened.chat_id))
    await _set_status(world, "queued", hidden)
    await _fall_silent_and_come_back(world, clock)
    await world.text("stop", sender=OTHER_PHONE)


async def _fall_silent_and_come_back(world: World, clock: SetClock) -> None:
    """A consumer is told of the dismissal, dismissed, and writes again after hours."""
    await world.configure(dismissal=True)
    chat_id = await world.connected_chat()
    await world.reply("ana", chat_id, "Are you there?")
    its = t.messages.c.chat_id == chat_id
    await _set_status(world, "sent", its)
    clock.move(minutes=55)
    await world.db.write(process.ring, ChatRef(world.tenant_id, chat_id))
    await world.dismiss("ana", chat_id)
    await world.hours("Orders", "off")
    await world.text("me again")
    await _set_status(world, "queued", its)


async def _set_status(world: World, status: str, *where: sa.ColumnElement[bool]) -> None:
    ours = t.messages.c.direction == "outbound"
    await world.db.write(
        lambda tx: tx.conn.execute(sa.update(t.messages).where(ours, *where).values(status=status))
    )


async def test_whatever_was_queued_before_an_opt_out_is_blocked_when_it_is_claimed(
    world: World, clock: SetClock
) -> None:
    await every_kind_of_text(world, clock)
    entry = Entry(world.tenant_id, PHONE, Consent.OPTED_OUT, "import", "a list", "administrator")
    await world.db.write(ledger.append, entry)
    m = t.messages.c
    texts = await world.rows(sa.select(m.id, m.kind).where(m.direction == "outbound"))
    written = WRITTEN | {"reply"}
    assert {text.kind for text in texts} == written
    for text in texts:
        claim = await world.db.write(sends.claim, world.tenant_id, text.id, 1)
        status = (await world.rows(sa.select(m.status).where(m.id == text.id)))[0].status
        assert isinstance(claim, HandOver) == (text.kind in ANSWERS), text
        assert status == ("sending" if text.kind in ANSWERS else "blocked"), text
