"""Nothing is lost, doubled or swapped while every part of the product is killed (product X1)."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import HTTPError
from temporalio.client import Client
from temporalio.service import RPCError

from temporal.binary import Binary
from temporal.server import connect_when_up
from tests.system.conversation import Consumer, Desk, consumers
from tests.system.product import Phones, Product, agents_of, http, phones_of, running, until
from tests.system.record import Record, running_of

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

CHATS = 30
LIMIT = 3
# The worker last: the reconciler looks at its start, and then after a minute.
PARTS = ("simulator", "temporal", "api", "worker")
# A text in doubt without look-up is given up after a minute.
SETTLES_WITHIN = 240


@dataclass
class Run:
    """What a run leaves behind to be looked at."""

    product: Product
    record: Record
    temporal: Client
    phones: Phones
    consumers: Sequence[Consumer]
    # A text in one of these is not at its end yet.
    in_motion: frozenset[str]

    async def screens(self) -> dict[str, list[str]]:
        return {one.phone: await self.phones.received(one.phone) for one in self.consumers}


async def is_up(product: Product, part: str, starts: int) -> bool:
    """Whether a part that was started again does its work."""
    if part == "worker":
        return product.log("worker").count("worker.ready") > starts
    told = product.told
    base = told["simulator_url"] if part == "simulator" else told["base_url"]
    async with http(base) as client:
        try:
            answer = await client.get("/readyz" if part != "simulator" else "/healthz", timeout=3)
        except HTTPError:
            return False
    return answer.status_code == 200 and (part != "temporal" or answer.json()["status"] == "ok")


async def kill(product: Product, part: str) -> None:
    """Returns when it is up again: what is killed while it starts does no work to interrupt."""
    starts = product.log("worker").count("worker.ready")
    await product.kill(part)
    await until(lambda: is_up(product, part, starts), SETTLES_WITHIN, f"{part} is up again")


async def terminate_some(temporal: Client, record: Record, dice: random.Random) -> None:
    """By hand, as an operator might: chats at every point of their life, at least one."""
    done = 0

    async def one_is() -> bool:
        nonlocal done
        unsettled = [chat for chat in record.chats() if not chat.settled]
        for chat in dice.sample(unsettled, min(3, len(unsettled))):
            try:
                await temporal.get_workflow_handle(chat.workflow()).terminate("by hand")
                done += 1
            except RPCError:
                continue  # it has just ended, or has not begun; or Temporal is only just up
        return done > 0

    await until(one_is, SETTLES_WITHIN, "a chat's workflow is terminated by hand")


@asynccontextmanager
async def chaos(data: Path, *options: str, **faults: object) -> AsyncIterator[Run]:
    """Thirty chats while parts are killed and workflows terminated; then all is left to settle."""
    async with running(data, *options) as product, phones_of(product) as phones:
        temporal = await connect_when_up(
            product.told["temporal_address"], "default", within=timedelta(seconds=120)
        )
        crowd = consumers(CHATS, all_patient="reorder" in faults)
        in_motion = {"queued", "sending"} | (set() if "drop_receipts" in faults else {"sent"})
        record = Record(product.told["database_url"])
        run = Run(product, record, temporal, phones, crowd, frozenset(in_motion))
        await phones.set_faults(**faults)
        async with agents_of(product) as agents, asyncio.TaskGroup() as acts:
            for consumer in crowd:
                acts.create_task(consumer.talk(phones))
            acts.create_task(Desk(agents, crowd).work())
            # With faults on top once through all parts is enough, and the suite stays quick.
            acts.create_task(destroy(run, 1 if faults else 2))
        await until(lambda: settled(run), SETTLES_WITHIN, "everything settles")
        yield run


async def destroy(run: Run, rounds: int) -> None:
    dice = random.Random(1)
    for _ in range(rounds):
        for part in PARTS:
            await terminate_some(run.temporal, run.record, dice)
            await kill(run.product, part)
            assert await run.record.missing_offers() == 0


async def settled(run: Run) -> bool:
    """Nothing is owed to Temporal, to carriers or by them, and every chat's process is right."""
    if run.record.owed() or any(m.status in run.in_motion for m in run.record.texts("outbound")):
        return False
    chats = run.record.chats()
    if any(chat.status == "finished" and not chat.settled for chat in chats):
        return False
    for chat in chats:
        expected = [] if chat.settled else [chat.workflow()]
        if await running_of(run.temporal, chat) != expected:
            return False
    return True


async def assert_the_store_is_right(run: Run) -> None:
    written = Counter(m.text for m in run.record.texts("inbound"))
    assert written == Counter(text for one in run.consumers for text in one.sent)
    inbox = run.record.inbox()
    assert len(inbox) == len(set(inbox)) == sum(written.values())
    goals = Counter(one.goal for one in run.consumers)
    assert Counter((c.status, c.settled) for c in run.record.chats()) == {
        ("finished", True): goals["is ended by its agent"],
        ("assigned", False): goals["stays connected"],
        ("selecting", False): goals["never chooses"],
    }
    assert 0 < run.record.most_chats_at_once() <= LIMIT
    run.record.assert_events_have_no_gap()
    assert await run.record.missing_offers() == 0
    assert "routing.repaired" not in run.product.log("worker")


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [one for inner in value for one in strings(inner)]
    return [value] if isinstance(value, str) else []


def assert_neither_logs_nor_temporal_name_anybody(run: Run) -> None:
    """No byte of theirs is a text, a number, an address or what opens something."""
    data = run.product.data
    private = {text.text for kind in ("inbound", "outbound") for text in run.record.texts(kind)}
    private -= {"1", "2", "3"}
    private |= {one.phone.removeprefix("+") for one in run.consumers}
    private |= set(strings(json.loads((data / "demo.json").read_text())))
    private |= {user["email"] for user in run.product.told["tenants"][0]["users"]}
    logs = [*data.glob("logs/*.log*")]
    temporal = [*data.glob("temporal-*.db*")]
    assert b'"chat_id":' in b"".join(file.read_bytes() for file in temporal)
    for file in logs + temporal:
        held = file.read_bytes()
        assert [word for word in private if word.encode() in held] == [], file.name


def replies_on(screen: Sequence[str]) -> list[str]:
    return [text for text in screen if text.startswith("reply ")]


async def assert_each_text_arrived_once_and_in_order(run: Run) -> None:
    screens = await run.screens()
    for one in run.consumers:
        thread = [m.text for m in run.record.texts("outbound") if m.phone == one.phone]
        assert replies_on(screens[one.phone]) == one.replies
        assert screens[one.phone] == thread


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_each_reply_arrives_once_and_in_order_while_every_part_is_killed(
    kind: str, temporal_binary: Binary, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    options = []
    if kind == "postgres":
        options = ["--database-url", request.getfixturevalue("empty_postgres")]

    async with chaos(tmp_path / "data", *options) as run:
        await assert_the_store_is_right(run)
        assert Counter(m.status for m in run.record.texts("outbound")).keys() == {"delivered"}
        await assert_each_text_arrived_once_and_in_order(run)
        assert_neither_logs_nor_temporal_name_anybody(run)


async def test_without_a_look_up_no_text_is_sent_twice_and_doubt_is_shown(
    temporal_binary: Binary, tmp_path: Path
) -> None:
    async with chaos(tmp_path / "data", lookup=False, lose_answer=0.1) as run:
        await assert_the_store_is_right(run)
        screens = await run.screens()
        for one in run.consumers:
            thread = [m for m in run.record.texts("outbound") if m.phone == one.phone]
            assert {m.status for m in thread} <= {"delivered", "unknown"}
            arrived = set(screens[one.phone])
            assert all(m.text in arrived for m in thread if m.status == "delivered")
            assert screens[one.phone] == [m.text for m in thread if m.text in arrived]


async def test_webhooks_that_repeat_overtake_and_get_lost_change_nothing(
    temporal_binary: Binary, tmp_path: Path
) -> None:
    faults = {"duplicate": 0.1, "reorder": 0.1, "drop_receipts": 0.1}
    async with chaos(tmp_path / "data", **faults) as run:
        await assert_the_store_is_right(run)
        await assert_each_text_arrived_once_and_in_order(run)
