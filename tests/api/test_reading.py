"""What an agent has read, since when a consumer waits, and what became of an offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.world import BASE, Api
from tests.conftest import NOON, SetClock
from tests.world import PHONE


async def listed(api: Api, agent: str = "ana") -> dict[str, Any]:
    """The agent's only chat, as the list shows it."""
    async with api.client(api.acme.tokens[agent]) as client:
        [chat] = (await client.get(f"{BASE}/chats")).json()
    return dict(chat)


async def read(api: Api, chat_id: int, seq: object, agent: str = "ana") -> int:
    async with api.client(api.acme.tokens[agent]) as client:
        answer = await client.put(f"{BASE}/chats/{chat_id}/read", json={"seq": seq})
    return answer.status_code


def at(**later: float) -> str:
    return (NOON + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_texts_are_unread_until_they_are_read_or_answered(api: Api) -> None:
    chat_id = await api.acme.connected_chat("ana")
    chat = await listed(api)
    assert (chat["unread"], chat["read_seq"]) == (2, 0)
    assert await read(api, chat_id, chat["seq"]) == 204
    chat = await listed(api)
    assert (chat["unread"], chat["read_seq"]) == (0, chat["seq"])
    await api.acme.world.text("And now?", to=api.acme.number)
    assert (await listed(api))["unread"] == 1
    await api.acme.world.reply("ana", chat_id, "Now it is there.")
    assert (await listed(api))["unread"] == 0


async def test_a_mark_only_moves_forward_and_tells_the_agents_other_browsers_once(
    api: Api,
) -> None:
    chat_id = await api.acme.connected_chat("ana")
    for seq in (2, 1, 2):
        assert await read(api, chat_id, seq) == 204
    assert (await listed(api))["read_seq"] == 2
    ana = api.acme.world.agents["ana"]
    assert await api.acme.world.events("chat.read") == [{"seq": 2, "agent_ids": [ana]}]


async def test_each_agent_has_a_mark_of_their_own(api: Api) -> None:
    world = api.acme.world
    chat_id = await api.acme.connected_chat("ana")
    await read(api, chat_id, (await listed(api))["seq"])
    await world.status("ana", "Offline")  # type: ignore[arg-type]
    await world.status("ben")
    await world.accept("ben", chat_id)
    assert (await listed(api, "ben"))["unread"] == 2
    await world.status("ana")
    await world.status("ben", "Offline")  # type: ignore[arg-type]
    await world.accept("ana", chat_id)
    assert (await listed(api))["unread"] == 0


async def test_an_ended_chat_can_still_be_read(api: Api) -> None:
    chat_id = await api.acme.connected_chat("ana")
    await api.acme.world.end("ana", chat_id)
    assert await read(api, chat_id, 2) == 204


@pytest.mark.parametrize("seq", [0, -1, 99, "2", None, 2**31])
async def test_a_mark_that_no_message_has_is_refused_by_name(api: Api, seq: object) -> None:
    chat_id = await api.acme.connected_chat("ana")
    async with api.client(api.acme.tokens["ana"]) as client:
        answer = await client.put(f"{BASE}/chats/{chat_id}/read", json={"seq": seq})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "seq"


async def test_only_who_has_or_had_a_chat_marks_it(api: Api) -> None:
    chat_id = await api.acme.connected_chat("ana")
    assert await read(api, chat_id, 1, agent="ben") == 404
    assert await read(api, chat_id, 1, agent="mia") == 404
    assert await read(api, chat_id + 99, 1) == 404


async def test_the_wait_is_that_of_the_first_text_without_an_answer(
    api: Api, clock: SetClock
) -> None:
    world = api.acme.world
    await world.status("ana")
    chat_id = await api.acme.waiting_chat()
    clock.move(minutes=1)
    async with api.client(api.acme.tokens["ana"]) as client:
        [offer] = (await client.get(f"{BASE}/offers")).json()
    assert offer["waiting_since"] == at()
    await world.accept("ana", chat_id)
    assert (await listed(api))["waiting_since"] == at()
    await world.reply("ana", chat_id, "Hello")
    assert (await listed(api))["waiting_since"] is None
    for text in ("Where is it?", "Hello?"):
        clock.move(minutes=1)
        await world.text(text, to=api.acme.number)
    chat = await listed(api)
    assert chat["waiting_since"] == at(minutes=2)
    assert chat["last_message"]["text"] == "Hello?"
    assert chat["last_message"]["author"]["type"] == "end_user"


async def test_a_chat_that_is_given_back_waits_since_its_last_answer(
    api: Api, clock: SetClock
) -> None:
    world = api.acme.world
    chat_id = await api.acme.connected_chat("ana")
    clock.move(minutes=3)
    await world.reply("ana", chat_id, "One moment")
    clock.move(minutes=1)
    await world.status("ana", "Offline")  # type: ignore[arg-type]
    await world.status("ben")
    async with api.client(api.acme.tokens["ben"]) as client:
        [offer] = (await client.get(f"{BASE}/offers")).json()
    assert offer["waiting_since"] == at(minutes=3)


async def outcome(api: Api, chat_id: int, agent: str) -> dict[str, Any]:
    async with api.client(api.acme.tokens[agent]) as client:
        answer = await client.get(f"{BASE}/offers/{chat_id}")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_who_was_slower_is_told_who_took_the_chat(api: Api) -> None:
    world = api.acme.world
    for agent in ("ana", "ben"):
        await world.status(agent)
    chat_id = await api.acme.waiting_chat()
    assert (await outcome(api, chat_id, "ana"))["state"] == "pending"
    await world.accept("ben", chat_id)
    ben = {"id": world.agents["ben"], "name": "Ben"}
    found = await outcome(api, chat_id, "ana")
    assert (found["state"], found["chat_status"], found["taken_by"]) == (
        "withdrawn",
        "assigned",
        ben,
    )
    assert (await outcome(api, chat_id, "ben"))["state"] == "accepted"


async def test_an_offer_whose_consumer_left_says_so(api: Api) -> None:
    await api.acme.world.status("ana")
    chat_id = await api.acme.waiting_chat()
    await api.acme.world.text("EXIT", sender=PHONE, to=api.acme.number)
    found = await outcome(api, chat_id, "ana")
    assert (found["state"], found["chat_status"], found["taken_by"]) == (
        "withdrawn",
        "canceled",
        None,
    )


async def test_nobody_learns_of_a_chat_that_was_never_offered_to_them(api: Api) -> None:
    await api.acme.world.status("ana")
    chat_id = await api.acme.waiting_chat()
    async with api.client(api.acme.tokens["ben"]) as client:
        answer = await client.get(f"{BASE}/offers/{chat_id}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Offer is not found."})
