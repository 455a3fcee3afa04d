"""A chat in the shape of the seed's sample, and what reading costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from store.database import Database
from tests.api.world import BASE, Api, inbound
from tests.conftest import SetClock

# product F1: the keys of the seed's sample; F3: those that stand beside them.
SAMPLE = {
    "id",
    "lang",
    "chat_type",
    "status",
    "created_at",
    "queued_at",
    "assigned_at",
    "ends_at",
    "wait_duration",
    "chat_duration",
    "rating",
    "has_feedback",
    "out_ticket_id",
    "out_ticket_url",
    "verified",
    "disconnected_by",
    "fail_reason",
    "selected_menu",
    "menu_path",
    "agent_info",
    "end_user",
    "photos",
    "videos",
    "transfers",
    "participants",
    "offer_type",
    "offer_events",
    "answer_type",
    "outbound_number",
}
BESIDE = {"queue_duration", "updated_at", "first_msg_sent_at", "last_msg_sent_at", "message_count"}
PARTICIPANT = {
    "id",
    "type",
    "status",
    "chat_id",
    "user_id",
    "end_user_id",
    "chat_duration",
    "connected_at",
    "ended_at",
    "fail_reason",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that go to the store meanwhile."""
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engines = {id(engine): engine for engine in (db._writer, db._reader)}.values()
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


async def test_a_chat_has_every_key_of_the_sample(api: Api, clock: SetClock) -> None:
    await api.acme.world.status("ana")
    chat_id = await api.acme.waiting_chat()
    clock.move(seconds=90)
    await api.acme.world.accept("ana", chat_id)
    clock.move(seconds=30)
    async with api.client(api.acme.tokens["ana"]) as client:
        chat = (await client.get(f"{BASE}/chats/{chat_id}")).json()
    assert set(chat) >= SAMPLE | BESIDE
    assert chat["chat_type"] == "SMS"
    assert TIME.fullmatch(chat["created_at"])
    assert (chat["wait_duration"], chat["queue_duration"], chat["chat_duration"]) == (90, 90, 30)
    orders = api.acme.world.queues["Orders"]
    assert chat["selected_menu"] == {"id": orders, "name": "Orders"}
    root = api.acme.world.queues["Support"]
    assert chat["menu_path"] == {
        "name": "Support / Orders",
        "materialized_path": f"{root}/{orders}",
    }
    assert chat["agent_info"]["name"] == "Ana"
    assert chat["end_user"]["number"] == "+14155550111"
    assert chat["outbound_number"] == api.acme.number
    assert [set(one) for one in chat["participants"]] == [PARTICIPANT, PARTICIPANT]
    assert [one["type"] for one in chat["participants"]] == ["end_user", "agent"]
    assert chat["participants"][0]["fail_reason"] == "nothing"
    assert [event["type"] for event in chat["offer_events"]] == ["offered", "accepted"]
    assert chat["offer_type"] == "multicast"
    assert chat["waiting_because"] is None
    assert chat["message_count"] == len(chat["messages"]) == chat["seq"]
    assert chat["contact_candidates"] == []


async def test_a_chat_that_has_not_chosen_has_no_menu_yet(api: Api) -> None:
    opened = await api.acme.world.text("Hello")
    async with api.client(api.acme.tokens["mia"]) as client:
        chat = (await client.get(f"{BASE}/chats/{opened.chat_id}")).json()
    assert chat["status"] == "selecting"
    for key in ("selected_menu", "menu_path", "agent_info", "offer_type", "ends_at", "queued_at"):
        assert chat[key] is None
    assert (chat["wait_duration"], chat["offer_events"]) == (0, [])


async def test_waiting_again_counts_as_waiting_but_not_as_the_first_wait(
    api: Api, clock: SetClock
) -> None:
    world = api.acme.world
    chat_id = await api.acme.connected_chat("ana")
    clock.move(minutes=1)
    await world.status("ana", "Offline")  # type: ignore[arg-type]
    clock.move(minutes=2)
    await world.status("ben")
    await world.accept("ben", chat_id)
    clock.move(minutes=4)
    await world.end("ben", chat_id)
    clock.move(minutes=8)
    async with api.client(api.acme.tokens["mia"]) as client:
        chat = (await client.get(f"{BASE}/chats/{chat_id}")).json()
    assert (chat["wait_duration"], chat["queue_duration"], chat["chat_duration"]) == (0, 120, 300)
    assert [one["chat_duration"] for one in chat["participants"]] == [420, 60, 240]


async def test_my_queues_come_with_their_numbers(api: Api) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        queues = (await client.get(f"{BASE}/queues")).json()
    assert [queue["name"] for queue in queues] == ["Orders", "Returns", "Billing", "VIP"]
    assert queues[3]["outbound_numbers"] == ["+14155550101"]
    assert queues[0]["menu_path"]["name"] == "Support / Orders"


@pytest.mark.parametrize("path", ["chats", "offers", "queues"])
async def test_a_longer_list_costs_no_more_queries(api: Api, path: str) -> None:
    async def cost() -> int:
        with counted(api.db) as statements:
            answer = await client.get(f"{BASE}/{path}")
        assert answer.status_code == 200
        return len(statements)

    await api.acme.connected_chat("ana")
    async with api.client(api.acme.tokens["ana"]) as client:
        few = await cost()
        for number in range(3):
            await api.acme.waiting_chat(f"+1415555020{number}")
        await api.acme.world.accept("ana", (await api.acme.world.offers("ana"))[0])
        assert await cost() == few


# Statements of one call, `BEGIN` and locks included: what each may cost, and no more.
COSTS = {
    "GET me": 6,
    "GET offers": 4,
    "GET offers/{id}": 3,
    "GET queues": 6,
    "GET chats": 11,
    "GET chats/{id}": 12,
    "PUT chats/{id}/read": 8,
    "GET chats/{id}/messages": 4,
    "GET chats/{id}/earlier": 11,
    "GET chats/{id}/consent": 8,
    "POST chats/{id}/messages": 20,
    "POST chats/{id}/end": 40,
}


async def test_no_call_costs_more_queries_than_it_should(api: Api) -> None:
    chat_id = await api.acme.connected_chat("ana")
    spent = {}
    async with api.client(api.acme.tokens["ana"]) as client:
        for call in COSTS:
            method, _, path = call.partition(" ")
            url = f"{BASE}/{path.format(id=chat_id)}"
            body = {"text": "hi", "client_id": "c", "seq": 1} if method != "GET" else None
            with counted(api.db) as statements:
                answer = await client.request(method, url, json=body)
            assert answer.is_success, answer.text
            spent[call] = len(statements)
    assert {call: cost for call, cost in spent.items() if cost > COSTS[call]} == {}, spent


async def test_a_text_in_an_answered_chat_is_cheap(api: Api) -> None:
    await api.acme.connected_chat("ana")
    content = inbound(api.acme, "Thanks")
    await api.webhook("/carriers/simulator/acme/inbound", inbound(api.acme, "Hi"))
    with counted(api.db) as statements:
        answer = await api.webhook("/carriers/simulator/acme/inbound", content)
    assert answer.status_code == 204
    assert len(statements) <= 18, statements
