"""The consumer behind a chat: what was said before, consent, and reasons in words."""

from __future__ import annotations

from typing import Any

import pytest

from carriers.protocol import Rejected
from services import claims, sends
from tests.api.world import BASE, Api
from tests.conftest import SetClock
from tests.world import PHONE, VIP_NUMBER

OTHER = "+14155550112"


async def get(api: Api, who: str, path: str, **query: int) -> Any:
    async with api.client(api.acme.tokens[who]) as client:
        answer = await client.get(f"{BASE}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def status_of(api: Api, who: str, path: str) -> int:
    async with api.client(api.acme.tokens[who]) as client:
        return int((await client.get(f"{BASE}/{path}")).status_code)


async def ended_chat(api: Api, agent: str, sender: str = PHONE) -> int:
    chat_id = await api.acme.connected_chat(agent, sender)
    await api.acme.world.end(agent, chat_id)
    await api.acme.world.status(agent, "Offline")  # type: ignore[arg-type]
    return chat_id


async def test_earlier_chats_are_the_consumers_own_whoever_had_them_the_newest_first(
    api: Api, clock: SetClock
) -> None:
    first = await ended_chat(api, "ben")
    clock.move(minutes=5)
    second = await ended_chat(api, "caro")
    await ended_chat(api, "ben", OTHER)
    now = await api.acme.connected_chat("ana")
    earlier = await get(api, "ana", f"chats/{now}/earlier")
    assert [chat["id"] for chat in earlier] == [second, first]
    assert [chat["agent_info"]["name"] for chat in earlier] == ["Caro", "Ben"]
    assert earlier[0]["selected_menu"]["name"] == "Orders"
    assert earlier[0]["disconnected_by"] == "disconnected_by_agent"


async def test_earlier_chats_come_in_pages_with_their_total(api: Api) -> None:
    chats = [await ended_chat(api, "ben") for _ in range(3)]
    now = await api.acme.connected_chat("ana")
    async with api.client(api.acme.tokens["ana"]) as client:
        page = await client.get(f"{BASE}/chats/{now}/earlier?per=2")
        rest = await client.get(f"{BASE}/chats/{now}/earlier?per=2&before={chats[1]}")
    assert [chat["id"] for chat in page.json()] == [chats[2], chats[1]]
    assert [chat["id"] for chat in rest.json()] == [chats[0]]
    assert page.headers["total"] == rest.headers["total"] == "3"


async def test_who_talks_with_a_consumer_may_read_what_was_said_before(api: Api) -> None:
    before = await ended_chat(api, "ben")
    assert await status_of(api, "ana", f"chats/{before}") == 404
    now = await api.acme.connected_chat("ana")
    assert await status_of(api, "ana", f"chats/{before}") == 200
    thread = await get(api, "ana", f"chats/{before}/messages")
    assert thread[0]["text"] == "Hello"
    # What comes after the agent's own chat is not the agent's to read.
    assert await status_of(api, "ben", f"chats/{now}") == 404
    assert await status_of(api, "caro", f"chats/{before}") == 404


async def test_an_earlier_chat_is_for_reading_only(api: Api) -> None:
    before = (await api.acme.world.text("Hello", to=VIP_NUMBER)).chat_id
    await api.acme.world.status("ben")
    await api.acme.world.accept("ben", before or 0)
    await api.acme.connected_chat("ana")
    async with api.client(api.acme.tokens["ana"]) as client:
        for verb, body in (
            ("messages", {"text": "hi", "client_id": "c"}),
            ("end", None),
            ("opt_out", None),
        ):
            answer = await client.post(f"{BASE}/chats/{before}/{verb}", json=body)
            assert answer.status_code == 409, (verb, answer.text)


async def test_consent_is_unknown_until_the_ledger_says_something(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    found = await get(api, "ana", f"chats/{chat_id}/consent")
    assert found == {"number": PHONE, "status": None, "history": []}


async def test_consent_is_told_with_its_history_and_evidence(api: Api, clock: SetClock) -> None:
    await api.acme.world.text("stop.")
    clock.move(minutes=1)
    await api.acme.world.text("START")
    chat_id = await api.acme.connected_chat()
    async with api.client(api.acme.tokens["ana"]) as client:
        await client.post(f"{BASE}/chats/{chat_id}/opt_out")
    found = await get(api, "ana", f"chats/{chat_id}/consent")
    assert found["status"] == "opted_out"
    told = [
        (entry["status"], entry["source"], entry["evidence"], entry["actor_name"])
        for entry in found["history"]
    ]
    assert told == [
        ("opted_out", "agent", "1", "Ana"),
        ("opted_in", "consumer", "START", None),
        ("opted_out", "consumer", "stop.", None),
    ]
    assert found["history"][2]["at"] < found["history"][1]["at"]


async def test_an_opt_in_is_told_to_the_agent_who_talks_with_the_consumer(api: Api) -> None:
    await api.acme.connected_chat("ana")
    await api.acme.world.text("START")
    events = await api.acme.world.events("consent.changed")
    assert events[-1]["agent_ids"] == [api.acme.world.agents["ana"]]


async def test_a_refused_text_is_explained_in_words_with_the_carriers_own(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    text = await api.acme.world.reply("ana", chat_id, "Hello?")
    await api.db.write(claims.claim, api.acme.tenant_id, text.id, 1)
    await api.db.write(
        sends.rejected, api.acme.tenant_id, text.id, Rejected("30007", "Message filtered")
    )
    shown = (await get(api, "ana", f"chats/{chat_id}/messages"))[-1]
    assert (shown["status"], shown["error"]) == ("failed", "30007")
    assert shown["reason"] == {
        "what": "The carrier took it for spam and filtered it.",
        "advice": "Write it in other words, without short links or advertising, and send it again.",
        "carrier_says": "Message filtered",
    }


async def test_a_text_tells_its_author_alone_by_which_name_it_was_sent(api: Api) -> None:
    chat_id = await api.acme.connected_chat()
    await api.acme.world.reply("ana", chat_id, "Hello?", client_id="c-1:2")
    mine = (await get(api, "ana", f"chats/{chat_id}/messages"))[-1]
    others = (await get(api, "mia", f"chats/{chat_id}/messages"))[-1]
    assert (mine["client_id"], others["client_id"]) == ("c-1:2", None)
    assert (mine["author_name"], others["author_name"]) == ("Ana", "Ana")
    consumers_own = (await get(api, "ana", f"chats/{chat_id}/messages"))[0]
    assert (consumers_own["client_id"], consumers_own["author_name"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"last": 2}, [4, 5]),
        ({"last": 2, "before": 4}, [2, 3]),
        ({"after": 1, "before": 3}, [2]),
        ({"last": 200}, [1, 2, 3, 4, 5]),
        ({"before": 1}, []),
    ],
)
async def test_a_long_thread_is_read_from_its_end(
    api: Api, query: dict[str, int], expected: list[int]
) -> None:
    chat_id = await api.acme.connected_chat()
    while (await api.acme.world.chat(chat_id)).seq < 5:
        await api.acme.world.text("more")
    found = await get(api, "ana", f"chats/{chat_id}/messages", **query)
    assert [message["seq"] for message in found] == expected


async def test_an_open_chat_says_when_it_ends_by_itself(api: Api, clock: SetClock) -> None:
    chat_id = await api.acme.connected_chat()
    assert (await get(api, "ana", f"chats/{chat_id}"))["deadline_at"].endswith("Z")
    await api.acme.world.end("ana", chat_id)
    assert (await get(api, "ana", f"chats/{chat_id}"))["deadline_at"] is None


async def test_each_text_of_the_consumer_tells_the_console_the_new_deadline(
    api: Api, clock: SetClock
) -> None:
    chat_id = await api.acme.connected_chat("ana")
    before = (await api.acme.world.events("chat.changed"))[-1]["deadline_at"]
    clock.move(minutes=5)
    await api.acme.world.text("Still there?")
    after = (await api.acme.world.events("chat.changed"))[-1]["deadline_at"]
    assert before < after == (await get(api, "ana", f"chats/{chat_id}"))["deadline_at"]
