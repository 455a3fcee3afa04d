"""API clients: who gets in, how often, and what they read of chats, agents, menus, teams (F)."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from httpx2 import AsyncClient

from services import clients
from services.errors import TooManyRequests
from store.database import Tx
from tests.api.world import Api, basic
from tests.conftest import OpenDatabase, SetClock
from tests.world import PHONE

ADMIN = "/admin/api/v1"
APPS = "/apps/api/v1"
MANAGER = "/manager/api/v1"


def client_paths(api: Api) -> list[tuple[str, str]]:
    paths = api.app.openapi()["paths"]
    return [
        (method.upper(), path)
        for path, item in paths.items()
        for method in item
        if path.startswith((APPS, MANAGER))
    ]


async def test_a_wrong_company_is_404_and_a_wrong_token_401_on_every_route(api: Api) -> None:
    token = api.acme.api_token
    cases = [
        (basic("nowhere", token), 404),
        (basic("globex", token), 401),
        (basic("acme", "wrong"), 401),
        (basic("acme", ""), 401),
        (basic("\0", token), 404),
        ({"authorization": "Basic %%%"}, 401),
        ({"authorization": f"Bearer {api.acme.tokens['ada']}"}, 401),
        ({}, 401),
    ]
    async with api.client() as client:
        for method, path in client_paths(api):
            for headers, status in cases:
                at = path.format(chat_id=1)
                answer = await client.request(method, at, headers=headers)
                assert answer.status_code == status, (method, path, headers)
                if status == 401:
                    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_wrong_company_takes_the_same_statements_as_a_wrong_token(api: Api) -> None:
    async def statements(subdomain: str) -> list[str]:
        said: list[str] = []

        def identify(tx: Tx) -> None:
            sa.event.listen(
                tx.conn, "before_cursor_execute", lambda _c, _k, text, *_: said.append(text)
            )
            clients.identify(tx, subdomain, "wrong")

        with pytest.raises(Exception, match=r"not found|wrong"):
            await api.db.read(identify)
        return said

    assert await statements("nowhere") == await statements("acme")


async def test_ten_calls_a_second_then_429_with_the_time_to_wait(
    api: Api, client: AsyncClient, clock: SetClock
) -> None:
    answers = await asyncio.gather(*(client.get(f"{MANAGER}/menus") for _ in range(25)))
    assert sorted(answer.status_code for answer in answers) == [200] * 10 + [429] * 15
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json() == {"message": "Too many requests. Try again shortly."}
    other = await client.get(f"{MANAGER}/menus", headers=basic("globex", api.globex.api_token))
    assert other.status_code == 200
    clock.move(milliseconds=999)
    assert (await client.get(f"{APPS}/chats")).status_code == 429
    clock.move(milliseconds=1)
    assert (await client.get(f"{APPS}/chats")).status_code == 200


async def test_the_limit_is_exact_across_processes(
    api: Api, open_database: OpenDatabase, clock: SetClock
) -> None:
    client = await api.db.read(clients.identify, "acme", api.acme.api_token)

    async def admitted(calls: int) -> int:
        async with open_database() as one, open_database() as two, open_database() as three:
            processes = (api.db, one, two, three)
            outcomes = await asyncio.gather(
                *(processes[n % 4].write(clients.admit, client) for n in range(calls)),
                return_exceptions=True,
            )
        refused = [outcome for outcome in outcomes if isinstance(outcome, TooManyRequests)]
        assert len(refused) + outcomes.count(None) == calls, outcomes
        return outcomes.count(None)

    assert await admitted(4) == 4
    clock.move(milliseconds=600)
    assert await admitted(24) == 6
    # Any second counts, not the clock's: the four fall out of it first.
    clock.move(milliseconds=400)
    assert await admitted(24) == 4
    clock.move(seconds=1)
    assert await admitted(40) == 10


async def test_a_flood_is_refused_without_asking_the_store(
    api: Api, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(11):
        await client.get(f"{MANAGER}/teams")

    async def write(*_: object) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr(api.db, "write", write)
    assert (await client.get(f"{MANAGER}/teams")).status_code == 429


FILTERS = [
    ("", {0, 1, 2}),
    ("status=queued", {0}),
    ("status=selecting", {2}),
    ("agent_id={ana}", {1}),
    ("queue_id={orders}", {0, 1}),
    ("end_user_number=%2B1%20415%20555%200112", {1}),
    ("number={number}", {0, 1, 2}),
    ("number=99999", set()),
    ("direction=outbound", set()),
    ("from=2026-03-02T12:30:00Z", {2}),
    ("to=2026-03-02T12:30:00Z&status=assigned", {1}),
]


async def test_chats_are_found_by_every_filter_and_paged(
    api: Api, client: AsyncClient, clock: SetClock
) -> None:
    acme = api.acme
    ids = [await acme.waiting_chat(), await acme.connected_chat("ana", "+14155550112")]
    clock.move(hours=1)
    opened = await acme.world.text("Hello", sender="+14155550113", to=acme.number)
    ids.append(opened.chat_id or 0)
    names = {
        "ana": acme.world.agents["ana"],
        "orders": acme.world.queues["Orders"],
        "number": acme.number.removeprefix("+"),
    }
    for base in (APPS, MANAGER):
        for query, wanted in FILTERS:
            clock.move(seconds=1)
            answer = await client.get(f"{base}/chats?{query.format(**names)}")
            assert answer.status_code == 200, answer.text
            assert [chat["id"] for chat in answer.json()] == [ids[n] for n in sorted(wanted)][::-1]
            assert answer.headers["total"] == str(len(wanted)), query
    page = await client.get(f"{APPS}/chats?per=2&page=2")
    assert ([chat["id"] for chat in page.json()], page.headers["per-page"]) == ([ids[0]], "2")
    wrong = await client.get(f"{APPS}/chats?status=open")
    assert wrong.status_code == 400
    assert wrong.json()["message"].startswith("status must be 'selecting', ")


async def test_a_chat_and_its_messages_are_read_by_its_company_alone(
    api: Api, client: AsyncClient
) -> None:
    chat_id = await api.acme.connected_chat()
    assert (await client.get(f"{APPS}/chats/{chat_id}")).json()["end_user"]["number"] == PHONE
    page = await client.get(f"{APPS}/chats/{chat_id}/messages?per=2&page=2")
    assert [message["seq"] for message in page.json()] == [3, 4]
    stranger = basic("globex", api.globex.api_token)
    for method, path in client_paths(api):
        if "{chat_id}" in path:
            answer = await client.request(method, path.format(chat_id=chat_id), headers=stranger)
            assert answer.status_code == 404, path
    lists = [await client.get(f"{b}/chats", headers=stranger) for b in (APPS, MANAGER)]
    assert [answer.json() for answer in lists] == [[], []]
    assert (await client.get(f"{APPS}/chats/{chat_id}")).json()["status"] == "assigned"


async def test_a_program_ends_a_chat_whoever_has_it(api: Api, client: AsyncClient) -> None:
    connected = await api.acme.connected_chat()
    waiting = await api.acme.waiting_chat("+14155550112")
    await api.acme.world.reply("ana", connected, "One moment")
    ended = [(await client.patch(f"{APPS}/chats/{n}/end")).json() for n in (connected, waiting)]
    assert [chat["status"] for chat in ended] == ["finished", "canceled"]
    assert {chat["disconnected_by"] for chat in ended} == {"disconnected_by_system"}
    *_, reply, goodbye = await api.acme.world.thread(connected)
    assert (reply.status, goodbye.kind) == ("queued", "ended")
    again = await client.patch(f"{APPS}/chats/{connected}/end")
    assert (again.status_code, again.json()) == (400, {"message": "Chat has ended."})
    resumed = await client.patch(f"{APPS}/chats/{connected}/resume")
    assert (resumed.status_code, resumed.json()["message"]) == (
        400,
        "This chat is not in dismissed state",
    )


async def test_agents_menus_and_teams_are_the_companys_own(
    api: Api, client: AsyncClient, clock: SetClock
) -> None:
    await api.acme.connected_chat("ana")
    agents = await client.get(f"{MANAGER}/agents")
    assert agents.headers["total"] == "3"
    assert agents.json()[0]["email"] == "ana@acme.example"
    assert agents.json()[0]["concurrency"] == {"current": 1, "limit": 3}
    busy = await client.get(f"{MANAGER}/agents?status=In-chat")
    assert [agent["name"] for agent in busy.json()] == ["Ana"]
    [team] = (await client.get(f"{MANAGER}/teams")).json()
    assert (team["name"], len(team["agent_ids"])) == ("Everybody", 3)
    in_team = await client.get(f"{MANAGER}/agents?team_id={team['id']}&per=2")
    assert (len(in_team.json()), in_team.headers["total"]) == (2, "3")
    menus = (await client.get(f"{MANAGER}/menus")).json()
    assert [menu["menu_path"]["name"] for menu in menus] == [
        "Support", "Support / Orders", "Support / Returns", "Support / Billing", "VIP"
    ]  # fmt: skip
    on_it = await client.get(f"{MANAGER}/agents?queue_id={menus[1]['id']}")
    assert on_it.headers["total"] == "3"
    strange = basic("globex", api.globex.api_token)
    theirs = await client.get(f"{MANAGER}/agents?team_id={team['id']}", headers=strange)
    assert theirs.json() == []
