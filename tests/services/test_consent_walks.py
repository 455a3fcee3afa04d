"""Whatever happens, nothing but answers goes to an opted-out consumer."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import hypothesis
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from carriers.protocol import Rejected
from domain.consent import Consent
from domain.process import ChatRef
from domain.statuses import AgentStatus
from domain.texts import TextKey
from services import claims, consent, process, sends
from services.claims import HandOver
from services.consent import ANSWERS
from services.errors import Refused
from store import consent as ledger
from store import tables as t
from store.consent import Entry
from store.database import Database, Tx
from tests.conftest import SetClock
from tests.world import PHONE, World, build

OTHER_PHONE = "+14155550112"
COMPANIES = itertools.count(1)
TEXTS = ["hello", "1", "1", "pay", "what?", "back", "exit", "yes", "help"]
DEEDS = [
    "text",
    "stop",
    "start",
    "accept",
    "reply",
    "end",
    "dismiss",
    "resume",
    "click",
    "away",
    "wait",
    "blocked by the carrier",
]
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


@dataclass(frozen=True)
class Step:
    """Something that somebody does, then which of the queued texts are tried: taken, or given back.

    `pick` chooses among the chats there are, modulo their number.
    """

    deed: str
    text: str
    phone: str
    number: int
    pick: int
    tries: Sequence[str]


STEPS = st.lists(
    st.builds(
        Step,
        deed=st.sampled_from(["text", "text", "text", "accept", "reply", "stop", *DEEDS]),
        text=st.sampled_from(TEXTS),
        phone=st.sampled_from([PHONE, OTHER_PHONE]),
        number=st.integers(0, 1),
        pick=st.integers(0, 3),
        tries=st.lists(st.sampled_from(["leave", "take", "take", "give back"]), max_size=5),
    ),
    min_size=10,
    max_size=40,
)


async def act(world: World, clock: SetClock, step: Step) -> None:
    """One thing that makes the engine write a text, give texts up, or change consent."""
    number = list(world.numbers)[step.number]
    match step.deed:
        case "text":
            await world.text(step.text, sender=step.phone, to=number)
        case "stop" | "start":
            await world.text(step.deed, sender=step.phone, to=number)
        case "accept":
            await world.accept("ana", await chosen(world, step, "queued"))
        case "reply":
            await world.reply("ana", await chosen(world, step, "assigned"), "Hello")
        case "end":
            await world.end("ana", await chosen(world, step, "assigned"))
        case "dismiss":
            await world.dismiss("ana", await chosen(world, step, "assigned"))
        case "resume":
            await world.resume(await chosen(world, step, "dismissed"))
        case "click":
            agent, clicked = world.agents["ana"], await chosen(world, step, "assigned")
            await world.db.write(consent.opt_out_by_agent, world.tenant_id, agent, clicked)
        case "away":
            await world.status("ana", AgentStatus.OFFLINE)
            await world.status("ana")
        case "wait":
            clock.move(days=2)
            ref = ChatRef(world.tenant_id, await chosen(world, step, "selecting", "queued"))
            await world.db.write(process.ring, ref)
        case "blocked by the carrier":
            await blocked_by_the_carrier(world, step)


async def chosen(world: World, step: Step, *statuses: str) -> int:
    """One of the chats in these statuses; none: there is nothing to do."""
    c = t.chats.c
    mine = sa.select(c.id).where(c.tenant_id == world.tenant_id, c.status.in_(statuses))
    found = await world.rows(mine.order_by(c.id))
    if not found:
        raise Refused("There is no such chat.")
    return int(found[step.pick % len(found)].id)


async def blocked_by_the_carrier(world: World, step: Step) -> None:
    """A text is handed over, and refused because of the carrier's own list."""
    for text in await queued(world):
        claim = await world.db.write(claims.claim, world.tenant_id, text.id, 1)
        if isinstance(claim, HandOver):
            answer = Rejected("21610", "Attempt to send to unsubscribed recipient", opted_out=True)
            await world.db.write(sends.rejected, world.tenant_id, text.id, answer)
            return


async def queued(world: World) -> list[sa.Row[tuple[int, str, int, int]]]:
    m = t.messages.c
    waits = m.status.in_(["queued", "sending"]) & (m.tenant_id == world.tenant_id)
    columns = sa.select(m.id, m.kind, m.consumer_id, m.number_id)
    return await world.rows(columns.where(waits).order_by(m.id))


def _may_not(tx: Tx, world: World) -> set[tuple[int, int]]:
    """The consumers (by id) whom no text may go to from a number of ours: told from the ledger's
    rows alone, the newest that concerns the number."""
    c, scope = t.consent_ledger.c, world.scope
    own = {id: _scope_ids(world, number) for number, id in world.numbers.items()}
    found = set()
    consumers = sa.select(t.consumers.c.id, t.consumers.c.number)
    for consumer in tx.conn.execute(consumers.where(t.consumers.c.tenant_id == world.tenant_id)):
        its = (c.tenant_id == world.tenant_id) & (c.number == consumer.number)
        said = tx.conn.execute(
            sa.select(c.scope, c.scope_id, c.status).where(its).order_by(c.id)
        ).all()
        for number_id, ids in own.items():
            mine = [row.status for row in said if (row.scope, row.scope_id) == (scope, ids[scope])]
            if mine[-1:] == ["opted_out"]:
                found.add((consumer.id, number_id))
    return found


def _scope_ids(world: World, number: str) -> dict[str, int]:
    menu = number == next(iter(world.numbers))
    queue = world.queues["Support" if menu else "VIP"]
    return {"tenant": world.tenant_id, "queue": queue, "number": world.numbers[number]}


async def claim_some(world: World, tries: Sequence[str]) -> None:
    """Try to send what is queued; what was taken the carrier may give back, then or steps later."""
    blocked = await world.db.read(_may_not, world)
    for text, tried in zip(await queued(world), tries, strict=False):
        if tried == "give back":
            await world.db.write(sends.not_taken, world.tenant_id, text.id)
        elif tried == "take":
            claim = await world.db.write(claims.claim, world.tenant_id, text.id, 1)
            opted_out = (text.consumer_id, text.number_id) in blocked
            answered = text.kind in ANSWERS or not opted_out
            assert answered or not isinstance(claim, HandOver), text


async def _no_chat_goes_on_within_an_opt_out(world: World) -> None:
    c = t.chats.c
    live = sa.select(c.consumer_id, c.number_id).where(
        sa.text(t.ACTIVE_CHAT), c.tenant_id == world.tenant_id
    )
    blocked = await world.db.read(_may_not, world)
    found = {(row.consumer_id, row.number_id) for row in await world.rows(live)}
    assert not found & blocked


@pytest.mark.parametrize("scope", ["tenant", "queue", "number"])
@hypothesis.settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_after_an_opt_out_only_answers_can_be_claimed(
    db: Database, clock: SetClock, steps: list[Step], scope: str
) -> None:
    # Each example has a company of its own, with whom nothing has happened yet.
    world = await build(db, f"company{next(COMPANIES)}")
    await world.configure(optout_scope=scope)
    world.scope = scope
    await world.status("ana")
    for step in steps:
        with contextlib.suppress(Refused):
            await act(world, clock, step)
        await claim_some(world, step.tries)
        await _no_chat_goes_on_within_an_opt_out(world)


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
        claim = await world.db.write(claims.claim, world.tenant_id, text.id, 1)
        status = (await world.rows(sa.select(m.status).where(m.id == text.id)))[0].status
        assert isinstance(claim, HandOver) == (text.kind in ANSWERS), text
        assert status == ("sending" if text.kind in ANSWERS else "blocked"), text
