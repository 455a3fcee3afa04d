"""Other opening hours in a new configuration: what is told, and what changes at once (C5, D)."""

from __future__ import annotations

import copy

import pytest

from domain.config.document import Configuration
from domain.config.file import validate
from tests.services.configuration.company import FILE, apply, edited
from tests.world import World


def kept(zone: str = "UTC", open: str = "24/7", **orders: str) -> Configuration:
    """The company by hours of its own: those of the whole menu, and others for who asks."""
    data = copy.deepcopy(FILE)
    data["hours"] = {
        "office": {"zone": zone, "open": open},
        "night": {"zone": "UTC", "open": "Mo-Su 22:00-23:00"},
    }
    data["queues"]["top"]["hours"] = "office"
    data["queues"]["top"]["queues"]["orders"] |= orders
    return validate(data)


@pytest.mark.parametrize(
    "changed",
    [
        kept(open="Mo-Fr 09:00-17:00"),
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
    assert (await apply(acme.db, kept(open="Mo-Fr 09:00-17:00", hours="night"))).meaning == ()


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
