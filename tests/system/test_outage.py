"""What people wait for works while Temporal is away; what the store cannot take is not taken."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx2 import AsyncClient, Response
from standardwebhooks import Webhook

import ports
from supervisor import die_with_parent
from temporal.binary import Binary
from temporal.server import connect_when_up, database_file, start_command
from tests.postgres import newest_server
from tests.system.product import (
    MENU_NUMBER,
    AgentClient,
    Phones,
    Product,
    agents_of,
    http,
    phones_of,
    running,
    until,
)
from tests.system.record import Chat, Record, running_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

A, B, C, D = (f"+1415555200{number}" for number in range(4))
BUSY_TIMEOUT = 10
# Only ends what will never come.
PATIENCE = 180


class TemporalServer:
    """A dev server that stays down when it is killed, until it is started again."""

    def __init__(self, binary: Binary, folder: Path) -> None:
        free = ports.choose([ports.Wanted("Temporal", 0), ports.Wanted("UI", 0)])
        self.address = f"127.0.0.1:{free['Temporal']}"
        self._command = start_command(
            binary, database_file(folder, binary), port=free["Temporal"], ui_port=free["UI"]
        )
        self._log = folder / "temporal.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(temporal_binary: Binary, tmp_path: Path) -> Iterator[TemporalServer]:
    server = TemporalServer(temporal_binary, tmp_path)
    server.start()
    yield server
    server.kill()


async def connect(agent: AgentClient, phones: Phones, phone: str, choice: str) -> int:
    """A consumer writes and chooses, the agent accepts; the chat."""
    await phones.text(phone, "hello", f"{phone}-1")
    await phones.text(phone, choice, f"{phone}-2")
    return await accept_next(agent)


async def accept_next(agent: AgentClient) -> int:
    accepted: list[int] = []

    async def has_accepted() -> bool:
        for chat_id in await agent.offers():
            if not accepted and await agent.accept(chat_id):
                accepted.append(chat_id)
        return bool(accepted)

    await until(has_accepted, PATIENCE, "an offer is accepted")
    return accepted[0]


def kinds(record: Record, phone: str) -> list[tuple[str, str]]:
    return [(text.kind, text.status) for text in record.texts("outbound") if text.phone == phone]


async def test_chats_begin_are_answered_and_ended_while_temporal_is_down(
    server: TemporalServer, tmp_path: Path
) -> None:
    """And once it is back, all of it goes out in order, and nobody who left is written to."""
    options = ("--temporal-address", server.address)
    async with (
        running(tmp_path / "data", *options) as product,
        phones_of(product) as phones,
        agents_of(product) as (ana, ben, caro),
    ):
        record = Record(product.told["database_url"])
        left = await connect(ana, phones, A, "1")
        await ana.reply(left, "before", "1")
        await phones.wait_for(A, "before")
        await phones.text(B, "hello", "b1")
        await phones.wait_for(B, "Text 1 for")

        server.kill()
        await ana.reply(left, "too late", "2")
        await phones.text(A, "STOP", "a3")
        await phones.text(B, "2", "b2")
        kept = await accept_next(ben)
        await ben.reply(kept, "first", "1")
        await product.kill("api")
        await ben.reply(kept, "second", "2")
        ended = await connect(caro, phones, C, "3")
        await caro.reply(ended, "at once", "1")
        await caro.end(ended)
        await phones.text(D, "hello", "d1")
        await until(lambda: has_decided(record), PATIENCE, "all is decided without Temporal")

        assert await readiness(product) == "degraded"
        assert statuses(record) == {A: "finished", B: "assigned", C: "finished", D: "selecting"}
        assert kinds(record, A)[-2:] == [("reply", "blocked"), ("opt_out", "queued")]
        assert kinds(record, B)[2:] == [
            ("choice_confirmed", "queued"),
            ("reply", "queued"),
            ("reply", "queued"),
        ]
        assert [status for _, status in kinds(record, D)] == ["queued", "queued"]
        seen = {phone: await phones.received(phone) for phone in (A, B, C, D)}
        assert seen[C] == seen[D] == []

        server.start()
        temporal = await connect_when_up(server.address, "default", within=timedelta(seconds=120))
        await until(lambda: is_delivered(record), PATIENCE, "everything is delivered")
        for phone in (A, B, C, D):
            sent = [m for m in record.texts("outbound") if m.phone == phone]
            expected = [m.text for m in sent if m.status == "delivered"]
            assert await phones.received(phone) == expected
        assert (await phones.received(A))[len(seen[A]) :] == [
            m.text for m in record.texts("outbound") if m.kind == "opt_out"
        ]
        assert kinds(record, C)[-2:] == [("reply", "delivered"), ("ended", "delivered")]

        async def processes_are_right() -> bool:
            found = [await running_of(temporal, chat) for chat in record.chats()]
            return found == [processes_of(chat) for chat in record.chats()]

        await until(processes_are_right, PATIENCE, "ended chats settle, live ones run")
        assert [c.settled for c in record.chats()] == [
            c.status == "finished" for c in record.chats()
        ]
        record.assert_events_have_no_gap()


def statuses(record: Record) -> dict[str, str]:
    return {chat.phone: chat.status for chat in record.chats()}


def processes_of(chat: Chat) -> list[str]:
    """What should run for it in the end."""
    return [] if chat.status == "finished" else [chat.workflow()]


async def has_decided(record: Record) -> bool:
    """The last text of each phone has been taken by the store."""
    return len(record.inbox()) == 8


async def is_delivered(record: Record) -> bool:
    unfinished = {"queued", "sending", "sent"}
    return not any(text.status in unfinished for text in record.texts("outbound"))


async def readiness(product: Product) -> str:
    async with http(product.told["base_url"]) as api:
        answer = await api.get("/readyz")
        assert answer.status_code == 200
        return str(answer.json()["status"])


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process keeps the file's write lock."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


async def post_inbound(product: Product, api: AsyncClient, text: str, id: str) -> Response:
    """As the carrier does it, signed with the account's secret."""
    secret = json.loads((product.data / "demo.json").read_text())["simulator_secret"]
    body = json.dumps({"id": id, "from": A, "to": MENU_NUMBER, "text": text, "media": []})
    now = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret.encode()).sign(id, now, body),
    }
    url = "/carriers/simulator/acme/inbound"
    return await api.post(url, content=body, headers=headers, timeout=6 * BUSY_TIMEOUT)


async def assert_refused_for_now(product: Product, api: AsyncClient) -> None:
    refused = await post_inbound(product, api, "hello", "own-1")

    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["message"]


async def assert_nothing_was_lost_or_doubled(
    product: Product, api: AsyncClient, phones: Phones
) -> None:
    """The first text was refused and is repeated here; the second's carrier repeats by itself."""
    repeated = await post_inbound(product, api, "hello", "own-1")
    assert repeated.status_code == 204
    await phones.wait_for(A, "Text 1 for")
    await phones.wait_for(B, "Text 1 for")
    record = Record(product.told["database_url"])
    await until(lambda: is_delivered(record), PATIENCE, "everything is delivered")
    assert sorted((m.phone, m.text) for m in record.texts("inbound")) == [(A, "hello"), (B, "hi")]
    assert statuses(record) == {A: "selecting", B: "selecting"}
    for phone in (A, B):
        assert kinds(record, phone) == [("greeting", "delivered"), ("menu", "delivered")]
        assert len(await phones.received(phone)) == 2
    record.assert_events_have_no_gap()


async def test_while_postgres_is_down_webhooks_are_refused_and_repeats_succeed(
    temporal_binary: Binary, tmp_path: Path
) -> None:
    with newest_server() as server:
        url = sa.make_url(server.get_uri()).render_as_string(hide_password=False)
        async with (
            running(tmp_path / "data", "--database-url", url) as product,
            phones_of(product) as phones,
            http(product.told["base_url"]) as api,
        ):
            server.stop()
            await assert_refused_for_now(product, api)
            await phones.text(B, "hi", "b1")
            assert (await api.get("/healthz")).status_code == 200
            assert (await api.get("/readyz")).status_code == 503

            server.start()
            await assert_nothing_was_lost_or_doubled(product, api, phones)


async def test_while_the_sqlite_file_is_locked_webhooks_are_refused_and_repeats_succeed(
    temporal_binary: Binary, tmp_path: Path
) -> None:
    async with (
        running(tmp_path / "data") as product,
        phones_of(product) as phones,
        http(product.told["base_url"]) as api,
    ):
        with locked(tmp_path / "data" / "threadline.db"):
            await assert_refused_for_now(product, api)
            await phones.text(B, "hi", "b1")

        await assert_nothing_was_lost_or_doubled(product, api, phones)
