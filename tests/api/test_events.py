"""The event stream over real HTTP: live, resumable, for those whom it concerns."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient

from api import events
from api.serve import Server
from api.stream import Feeds
from domain.statuses import AgentStatus
from services import agents
from store import events as store_events
from store.database import Tx
from tests.api.world import BASE, Api
from tests.conftest import SetClock

URL = "/events/v1/stream"


class Running:
    """A served application."""

    def __init__(self, api: Api, base_url: str, server: Server) -> None:
        self.api, self.base_url, self.server = api, base_url, server

    @asynccontextmanager
    async def stream(
        self, token: str | None = None, query: str = "", **headers: str
    ) -> AsyncIterator[Stream]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            named["authorization"] = f"Bearer {token}"
        async with (
            AsyncClient(base_url=self.base_url, timeout=60) as client,
            client.stream("GET", URL + query, headers=named) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            yield Stream(answer.aiter_lines())


class Stream:
    """What a reader hears."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def block(self) -> dict[str, str]:
        """The next block of lines, comments under the empty name."""
        fields: dict[str, str] = {}
        async for text in self._lines:
            if not text:
                return fields
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        raise EOFError

    async def end(self) -> None:
        """Read until the server ends the stream."""
        async with asyncio.timeout(60):
            while True:
                await self.block()

    async def next(self) -> dict[str, Any]:
        """The next event."""
        async with asyncio.timeout(60):
            while True:
                fields = await self.block()
                if "data" in fields:
                    event: dict[str, Any] = json.loads(fields["data"])
                    assert fields["id"] == str(event["position"])
                    assert fields["event"] == event["type"]
                    return event


@pytest.fixture
async def running(api: Api) -> AsyncIterator[Running]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(api.app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield Running(api, f"http://127.0.0.1:{listener.getsockname()[1]}", server)
    server.should_exit = True
    await serving


def basic(api: Api) -> str:
    pair = f"{api.acme.subdomain}:{api.acme.api_token}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


async def test_a_stream_tells_at_once_what_changes(running: Running) -> None:
    acme = running.api.acme
    async with running.stream(acme.tokens["mia"]) as stream:
        chat_id = await acme.waiting_chat()
        event = await stream.next()
    assert set(event) == {"position", "type", "chat_id", "data", "at"}
    assert event["chat_id"] == chat_id
    assert event["at"].endswith("Z")


async def test_whoever_has_a_stream_open_is_here(
    running: Running, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.0)
    acme, presence = running.api.acme, running.api.app.state.presence
    for agent in ("ana", "ben"):
        await acme.world.status(agent)
    async with running.stream(acme.tokens["ana"]) as stream:
        await presence.beat()
        clock.move(minutes=6)
        await acme.waiting_chat()
        await stream.next()
        await presence.beat()
    asked = [acme.world.tenant_id, acme.world.agents["ana"]]
    assert (await running.api.db.read(agents.show, *asked)).status is AgentStatus.AVAILABLE
    asked[1] = acme.world.agents["ben"]
    assert (await running.api.db.read(agents.show, *asked)).status is AgentStatus.OFFLINE


async def test_a_stream_resumes_behind_the_position_without_gap_or_repeat(
    running: Running,
) -> None:
    acme = running.api.acme
    await acme.connected_chat()
    async with running.stream(acme.tokens["mia"], "?after=0") as stream:
        first = [await stream.next() for _ in range(3)]
    assert [event["position"] for event in first] == [1, 2, 3]
    last = str(first[-1]["position"])
    async with running.stream(acme.tokens["mia"], "?after=0", last_event_id=last) as stream:
        assert (await stream.next())["position"] == 4
    async with running.stream(None, f"?after={last}", authorization=basic(running.api)) as stream:
        assert (await stream.next())["position"] == 4


async def test_without_a_position_a_stream_begins_now(running: Running) -> None:
    acme = running.api.acme
    await acme.connected_chat()
    async with running.stream(acme.tokens["mia"]) as stream:
        await acme.world.status("ben", AgentStatus.BREAK)
        event = await stream.next()
    assert (event["type"], event["data"]["status"]) == ("agent.changed", "Break")


async def test_a_backlog_of_many_pages_arrives_whole_and_in_order(running: Running) -> None:
    acme = running.api.acme
    many = 1300

    def happened(tx: Tx) -> None:
        for number in range(many):
            store_events.record(tx, acme.tenant_id, "chat.changed", number, agent_ids=[])

    await acme.world.db.write(happened)
    async with running.stream(acme.tokens["mia"], "?after=0") as stream:
        backlog = [(await stream.next())["position"] for _ in range(many)]
        await acme.world.status("ana", AgentStatus.BREAK)
        live = (await stream.next())["position"]
    assert [*backlog, live] == list(range(1, many + 2))


async def test_agents_hear_only_what_concerns_them(running: Running) -> None:
    acme = running.api.acme
    async with (
        running.stream(acme.tokens["ana"]) as ana,
        running.stream(acme.tokens["ben"]) as ben,
    ):
        await acme.connected_chat("ana")
        await acme.world.status("ben", AgentStatus.MEAL)
        heard = await ben.next()
        assert heard["data"]["agent_ids"] == [acme.world.agents["ben"]]
        for _ in range(3):
            assert acme.world.agents["ana"] in (await ana.next())["data"]["agent_ids"]


async def test_tenants_hear_nothing_of_each_other(running: Running) -> None:
    acme, globex = running.api.acme, running.api.globex
    async with running.stream(globex.tokens["mia"], "?after=0") as stream:
        await acme.connected_chat()
        chat_id = await globex.waiting_chat()
        configured, heard = await stream.next(), await stream.next()
    assert (configured["position"], configured["type"]) == (1, "configuration.changed")
    assert (heard["position"], heard["chat_id"]) == (2, chat_id)


async def test_one_poller_serves_all_streams_of_a_tenant(running: Running) -> None:
    acme = running.api.acme
    feeds: Feeds = running.api.app.state.feeds
    async with (
        running.stream(acme.tokens["mia"]) as one,
        running.stream(acme.tokens["mia"]) as two,
    ):
        await acme.waiting_chat()
        assert await one.next() == await two.next()
        assert (feeds.streams, feeds.pollers) == (2, 1)


@pytest.mark.parametrize("position", ["-1", "x", "1.5", "9" * 30, ""])
async def test_a_position_that_cannot_be_one_is_refused(api: Api, position: str) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        by_query = await client.get(URL, params={"after": position})
        by_header = await client.get(URL, headers={"last-event-id": position})
    assert (by_query.status_code, by_header.status_code) == (400, 400)
    assert by_query.json()["errors"][0]["field"] == "after"


async def test_a_silent_stream_says_that_it_lives(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.1)
    async with running.stream(running.api.acme.tokens["ana"]) as stream:
        said = [(await stream.block()).get("") for _ in range(3)]
    assert said == ["open", "keep-alive", "keep-alive"]


async def test_a_stream_ends_soon_after_its_session(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.1)
    token = running.api.acme.tokens["ana"]
    async with running.stream(token) as stream:
        async with AsyncClient(base_url=running.base_url, timeout=60) as client:
            headers = {"authorization": f"Bearer {token}"}
            assert (await client.post(f"{BASE}/logout", headers=headers)).status_code == 204
        with pytest.raises(EOFError):
            await stream.end()


async def test_a_shutdown_ends_open_streams_at_once(api: Api) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(api.app)
    # So long that a stream which ends has not been cut off when it was over.
    server.config.timeout_graceful_shutdown = 3600
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    running = Running(api, f"http://127.0.0.1:{listener.getsockname()[1]}", server)
    async with running.stream(api.acme.tokens["ana"]) as stream:
        assert await stream.block() == {"": "open"}
        server.should_exit = True
        with pytest.raises(EOFError):
            await stream.end()
        await serving


async def test_ten_megabytes_over_a_real_connection_are_refused(running: Running) -> None:
    async with AsyncClient(base_url=running.base_url, timeout=60) as client:
        answer = await client.post(f"{BASE}/login", content=b"x" * 10 * 1024 * 1024)
        assert answer.status_code == 413
        assert (await client.get("/healthz")).status_code == 200
