"""Texts that come in while another configuration is applied: they go by what holds when it is."""

from __future__ import annotations

import copy
from typing import Any

from carriers.protocol import InboundText
from domain.config.document import Configuration
from domain.config.file import validate
from domain.statuses import ChatStatus, FailReason
from services import configuration, intake
from services.intake import Received
from store.database import Tx
from tests.conftest import OpenDatabase
from tests.crossing import crossed
from tests.services.configuration.company import ADA, FILE, LEAVES, edited, known
from tests.world import MENU_NUMBER, PHONE, World

OTHER = "+14155550119"


async def meanwhile(
    acme: World, open_database: OpenDatabase, wanted: Configuration, text: str, sender: str
) -> Received:
    """The text comes to a process that knows the configuration of before, and waits for the new."""
    async with open_database() as other:
        await acme.seen_through(other).text("Hello", sender=PHONE)
        draft = await acme.db.read(configuration.draft, wanted)

        def applied(tx: Tx) -> object:
            return configuration.apply(tx, draft, ADA, known(wanted))

        def texts(tx: Tx) -> object:
            inbound = InboundText("in-9", sender, MENU_NUMBER, text)
            return intake.receive(tx, acme.account, inbound)

        _, received = await crossed((acme.db, applied), (other, texts))
    assert isinstance(received, Received), received
    return received


async def test_a_choice_that_is_deleted_meanwhile_is_no_queue_to_wait_on(
    acme: World, open_database: OpenDatabase
) -> None:
    received = await meanwhile(acme, open_database, edited(*LEAVES, "orders"), "1", PHONE)
    assert received.chat_id is not None
    state = (await acme.chat(received.chat_id)).state
    assert (state.status, state.fail_reason) == (
        ChatStatus.FAILED,
        FailReason.EXPIRED_MENU_SELECTION,
    )


async def test_the_keyword_of_a_queue_that_is_deleted_meanwhile_leads_to_the_menu(
    acme: World, open_database: OpenDatabase
) -> None:
    received = await meanwhile(acme, open_database, edited(*LEAVES, "billing"), "pay", OTHER)
    assert received.chat_id is not None
    assert await acme.chat_status(received.chat_id) is ChatStatus.SELECTING
    await acme.status("ben")
    await acme.text("2", sender=OTHER)
    assert await acme.offers("ben") == [received.chat_id]


async def test_a_text_is_a_command_by_the_words_that_hold_when_it_is_heard(
    acme: World, open_database: OpenDatabase
) -> None:
    data: dict[str, Any] = copy.deepcopy(FILE)
    data["commands"] = {"exit": ["LEAVE"]}
    received = await meanwhile(acme, open_database, validate(data), "LEAVE", PHONE)
    assert received.chat_id is not None
    assert await acme.chat_status(received.chat_id) is not ChatStatus.SELECTING
