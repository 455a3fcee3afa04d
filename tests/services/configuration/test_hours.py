"""Other opening hours in a new configuration: what is told, and what changes at once (C5, D)."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

import pytest

from domain.config.document import Configuration
from domain.config.file import validate
from domain.statuses import ChatStatus
from services import process
from tests.conftest import SetClock
from tests.services.configuration.company import FILE, apply, edited, minutes
from tests.world import World

WEEKDAYS = "Mo-Fr 09:00-17:00"


def kept(
    zone: str = "UTC", open: str = "24/7", holidays: tuple[str, ...] = (), **orders: str
) -> Configuration:
    """The company by hours of its own: those of the whole menu, and others for who asks."""
    data = copy.deepcopy(FILE)
    data["hours"] = {
        "office": {"zone": zone, "open": open, "holidays": [{"day": day} for day in holidays]},
        "night": {"zone": "UTC", "open": "Mo-Su 22:00-23:00"},
    }
    data["queues"]["top"]["hours"] = "office"
    data["queues"]["top"]["queues"]["orders"] |= orders
    return validate(data)


@pytest.mark.parametrize(
    "changed",
    [
        kept(open=WEEKDAYS),
        kept(zone="America/New_York"),
        kept(hours="night"),
        edited("name", to="Acme"),
    ],
    ids=["expression", "zone", "another", "none"],
)
async def test_the_plan_says_how_many_chats_wait_by_other_opening_hours(
    acme: World, changed: Configuration
) -> None:
    await apply(acme.db, kept())
    await acme.waiting_chat()
    await acme.connected_chat("ana", "+14155550112")
    planned = await apply(acme.db, changed)
    assert planned.meaning == ("1 chat will be offered, and expire, by other opening hours.",)


async def test_hours_that_no_waiting_chat_has_are_not_told(acme: World) -> None:
    await apply(acme.db, kept(hours="night"))
    await acme.waiting_chat()
    assert (await apply(acme.db, kept(open=WEEKDAYS, hours="night"))).meaning == ()


async def test_chats_of_a_queue_that_a_change_of_hours_closes_are_said_to_wait_for_it(
    acme: World,
) -> None:
    chat_id = await acme.waiting_chat()
    for hours, noted in (
        ("22:00-23:00", "closed until 2026-03-02 22:00 UTC"),
        ("21:00-23:00", "closed until 2026-03-02 21:00 UTC"),
        ("09:00-23:00", "nobody_available"),
    ):
        await apply(acme.db, kept(open=f"Mo-Su {hours}"))
        assert (await acme.chat(chat_id)).waiting_because == noted


async def test_a_queue_that_opens_by_a_change_of_hours_offers_its_chats_at_once(
    acme: World,
) -> None:
    await acme.status("ana")
    await apply(acme.db, kept(hours="night"))
    chat_id = await acme.waiting_chat()
    assert await acme.offers("ana") == []
    await apply(acme.db, kept())
    assert await acme.offers("ana") == [chat_id]


async def friday_afternoon(acme: World, clock: SetClock) -> tuple[int, datetime]:
    """A chat waits at four o'clock of a Friday, in a company open on weekdays from nine to five."""
    clock.move(days=4, hours=4)
    await apply(acme.db, kept(open=WEEKDAYS))
    chat_id = await acme.waiting_chat()
    monday_noon = clock.at + minutes(68 * 60)
    assert (await acme.chat(chat_id)).deadline_at == monday_noon
    return chat_id, monday_noon


async def test_a_waiting_chat_expires_by_new_opening_hours_though_it_waits_for_the_same_reason(
    acme: World, clock: SetClock
) -> None:
    chat_id, _ = await friday_afternoon(acme, clock)
    before = await acme.chat(chat_id)
    clock.move(minutes=30)
    await apply(acme.db, kept())
    after = await acme.chat(chat_id)
    assert (before.waiting_because, after.waiting_because) == ("nobody_available",) * 2
    # Four hours from the change, on Friday evening, and its process is told.
    assert after.deadline_at == clock.at + minutes(240)
    assert after.ptr == before.ptr + 1
    await acme.all_sent()
    for status in (ChatStatus.QUEUED, ChatStatus.FAILED):
        clock.move(minutes=120)
        await acme.db.write(process.ring, after.ref)
        assert await acme.chat_status(chat_id) is status


async def test_hours_that_become_shorter_give_a_waiting_chat_more_time(
    acme: World, clock: SetClock
) -> None:
    chat_id, monday_noon = await friday_afternoon(acme, clock)
    await apply(acme.db, kept(open="Mo-Fr 10:00-17:00"))
    assert (await acme.chat(chat_id)).deadline_at == monday_noon + minutes(60)


@pytest.mark.parametrize(
    "others", [{"holidays": ("2026-12-25",)}, {"hours": "night"}], ids=["far away", "elsewhere"]
)
async def test_other_hours_that_move_no_deadline_are_told_to_no_process(
    acme: World, clock: SetClock, others: dict[str, Any]
) -> None:
    await friday_afternoon(acme, clock)
    chat_id = (await acme.text("pay", sender="+14155550112")).chat_id
    assert chat_id is not None
    before = (await acme.chat(chat_id)).ptr
    await apply(acme.db, kept(open=WEEKDAYS, **others))
    assert (await acme.chat(chat_id)).ptr == before
