"""Texts that belong to no chat, for managers and administrators."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from carriers.protocol import InboundMedia, InboundText
from services import intake
from store import kept as store_kept
from store import tables as t
from tests.api.world import Api
from tests.services.test_statements import counted

KEPT = "/admin/api/v1/messages/kept"
PHONE = "+14155550111"


async def kept(api: Api, **query: int) -> tuple[list[dict[str, Any]], int]:
    async with api.client(api.acme.tokens["mia"]) as client:
        answer = await client.get(KEPT, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json(), int(answer.headers["Total"])


async def test_what_an_opted_out_consumer_writes_is_shown_with_the_reason(api: Api) -> None:
    world, number = api.acme.world, api.acme.number
    await world.text("STOP")
    picture = (InboundMedia("https://carrier.example/1", "image/png"),)
    inbound = InboundText("SM9", PHONE, number, "Where is it?", picture)
    received = await world.db.write(intake.receive, world.account, inbound)
    (text, stop), total = await kept(api)
    assert text.pop("at").endswith("Z")
    assert text == {
        "message_id": received.message_id,
        "number": PHONE,
        "our_number": number,
        "text": "Where is it?",
        "media": ["image/png"],
        "why": "opted_out",
    }
    assert (stop["text"], stop["why"], total) == ("STOP", "opt_out", 2)


@pytest.mark.parametrize(
    ("change", "text", "why"),
    [
        (t.tenants.update().values(settings={"sms": False}), "Hello", "sms_off"),
        (t.numbers.update().values(queue_id=None), "Hello", "no_queue"),
        (t.numbers.update().values(status="Unverified"), "Hello", "not_verified"),
        (t.numbers.update().values(number=PHONE), "Hello", "own_number"),
        (None, "EXIT", "exit"),
    ],
)
async def test_each_reason_against_a_chat_is_told(
    api: Api, change: sa.Update | None, text: str, why: str
) -> None:
    world = api.acme.world
    to = api.acme.number
    if change is not None:
        if why == "own_number":
            change, to = change.where(t.numbers.c.number == api.acme.number), PHONE
        await world.db.write(lambda tx: tx.conn.execute(change))
    await world.text(text, to=to)
    assert [one["why"] for one in (await kept(api))[0]] == [why]


async def test_they_come_by_the_page_in_as_many_statements_however_many_there_are(
    api: Api,
) -> None:
    world = api.acme.world
    for text in ("STOP", "one", "two", "three"):
        await world.text(text)
    with counted(world.db) as said:
        found, _ = await world.db.write(store_kept.texts, world.tenant_id, 1, 100)
    # The page, and how many there are.
    assert (len(found), len(said)) == (4, 2)
    page, total = await kept(api, page=2, per=3)
    assert ([one["text"] for one in page], total) == (["STOP"], 4)


async def test_texts_in_chats_and_of_another_tenant_are_not_among_them(api: Api) -> None:
    await api.acme.world.text("Hello")
    await api.globex.world.text("STOP", to=api.globex.number)
    assert await kept(api) == ([], 0)


async def test_a_text_that_came_before_reasons_were_noted_is_shown(api: Api) -> None:
    await api.acme.world.text("HELP")
    await api.acme.world.db.write(
        lambda tx: tx.conn.execute(t.messages.update().values(kept_why=None))
    )
    assert [(one["text"], one["why"]) for one in (await kept(api))[0]] == [("HELP", None)]


async def test_agents_do_not_see_them(api: Api) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        assert (await client.get(KEPT)).status_code == 403
