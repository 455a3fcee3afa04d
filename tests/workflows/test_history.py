"""What a chat costs Temporal, and that nothing private is in it (architecture, Budgets)."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from itertools import pairwise

import pytest
from google.protobuf.json_format import MessageToJson
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from carriers.protocol import Receipt
from domain.receipts import SegmentStatus
from domain.routing import DECLINE_PAUSE
from services import claims, receipts
from services.receipts import reference
from temporal import ids
from tests.engine import Engine, eventually
from tests.workflows.conftest import ShiftedClock
from tests.world import PHONE
from workflows.stubs import SKEW

# The company, a queue, the agent, the consumer's number and the company's.
PRIVATE = ("Acme", "Orders", "Ana", PHONE[1:], "4155550100")
# Each is one billable action: https://docs.temporal.io/cloud/actions
BILLABLE = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
}


async def history(engine: Engine, chat_id: int) -> WorkflowHistory:
    return await (await engine.process(chat_id)).fetch_history()


async def at_rest(engine: Engine, chat_id: int) -> list[HistoryEvent]:
    """All events, once the process has dealt with what it was told."""
    await engine.quiet()
    told: list[HistoryEvent] = []

    async def is_at_rest() -> bool:
        told[:] = (await history(engine, chat_id)).events
        return told[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED

    await eventually(is_at_rest)
    return told


async def one_pair(engine: Engine, chat_id: int, n: int) -> None:
    """A text, the agent's reply, and the reply's three receipts."""
    world = engine.world
    await world.text(f"question {n}")
    await engine.quiet()
    reply = await world.reply("ana", chat_id, f"answer {n}")
    await engine.quiet()
    provider_id = f"carrier-{len(engine.carrier.taken)}-{reply.id}"
    for status in (SegmentStatus.SENT, SegmentStatus.SENT, SegmentStatus.DELIVERED):
        receipt = Receipt(reference(reply.id), provider_id, 0, status)
        await engine.db.write(receipts.apply, world.account, [receipt])
    await engine.quiet()


async def test_a_text_a_reply_and_three_receipts_stay_within_the_budget(
    real_engine: Engine,
) -> None:
    chat_id = await real_engine.world.connected_chat()
    await one_pair(real_engine, chat_id, 0)
    before = len(await at_rest(real_engine, chat_id))
    await one_pair(real_engine, chat_id, 1)
    added = (await at_rest(real_engine, chat_id))[before:]
    assert len(added) <= 14
    assert sum(event.event_type in BILLABLE for event in added) <= 3


async def test_six_texts_inside_one_window_cost_no_timer(real_engine: Engine) -> None:
    chat_id = await real_engine.world.connected_chat()
    before = len(await at_rest(real_engine, chat_id))
    for n in range(6):
        await real_engine.world.text(f"and {n}")
        await real_engine.quiet()
    added = (await at_rest(real_engine, chat_id))[before:]
    kinds = [event.event_type for event in added]
    assert kinds.count(EventType.EVENT_TYPE_TIMER_STARTED) <= 1
    assert kinds.count(EventType.EVENT_TYPE_TIMER_CANCELED) == 0


def readable(told: WorkflowHistory) -> str:
    """The whole history as text, with every payload's bytes decoded."""
    whole = "\n".join(MessageToJson(event) for event in told.events)
    payloads = re.findall(r'"data": "([^"]*)"', whole)
    return whole + "\n".join(base64.b64decode(data).decode(errors="replace") for data in payloads)


async def test_no_text_name_or_number_is_in_temporal(real_engine: Engine) -> None:
    world = real_engine.world
    chat_id = await world.connected_chat()
    await world.text("my secret is hunter2")
    await world.reply("ana", chat_id, "never tell anyone")
    await world.text("STOP")
    await real_engine.settled(chat_id)
    await real_engine.quiet()
    answer = (await world.sent_without_chat())[0]
    told = readable(await history(real_engine, chat_id)) + readable(
        await real_engine.client.get_workflow_handle(f"send-{answer.id}").fetch_history()
    )
    assert str(chat_id) in told
    for private in ("hunter2", "never tell", *PRIVATE):
        assert private not in told


async def after_a_decline(
    engine: Engine, shifted: ShiftedClock, back: timedelta
) -> WorkflowHistory:
    """A router's history: due at once, it asks a store whose clock is so far behind for the offer
    that comes after the pause."""
    world = engine.world
    await world.status("ana")
    chat_id = await world.waiting_chat()
    shifted.back = DECLINE_PAUSE
    await world.decline("ana", chat_id)
    shifted.back = back
    await engine.quiet()
    router = engine.client.get_workflow_handle(ids.router_workflow(world.tenant_id))
    await router.result()
    assert await world.offers("ana") == [chat_id]
    return await router.fetch_history()


async def test_no_text_name_or_number_is_in_the_router(
    real_engine: Engine, shifted: ShiftedClock
) -> None:
    told = readable(await after_a_decline(real_engine, shifted, back=timedelta(0)))
    assert str(real_engine.world.tenant_id) in told
    assert '"name": "route"' in told
    for private in ("Hello", *PRIVATE):
        assert private not in told


async def test_a_failed_activity_tells_temporal_nothing_private(
    real_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(f"a row with my secret and {PHONE}")

    world = real_engine.world
    chat_id = await world.connected_chat()
    await real_engine.quiet()
    monkeypatch.setattr(claims, "claim", fails)
    await world.reply("ana", chat_id, "never tell anyone")
    handle = await real_engine.process(chat_id)

    async def has_failed() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return any(activity.HasField("last_failure") for activity in pending)

    await eventually(has_failed)
    told = MessageToJson((await handle.describe()).raw_description)
    assert "ValueError" in told
    assert "secret" not in told
    assert PHONE[1:] not in told


async def test_ops_read_a_chat_in_the_ui(real_engine: Engine) -> None:
    world = real_engine.world
    chat_id = await world.waiting_chat()
    await real_engine.quiet()
    handle = await real_engine.process(chat_id)
    description = await handle.describe()
    assert await description.static_summary() == f"SMS chat {chat_id} of tenant {world.tenant_id}"
    found = {pair.key.name: pair.value for pair in description.typed_search_attributes}
    assert found["ChatStatus"] == "queued"
    assert found["QueueId"] == str(world.queues["Orders"])
    assert (found["AgentId"], found["TenantId"]) == ("none", str(world.tenant_id))
    details = await handle.query("__temporal_workflow_metadata")
    assert f"Chat {chat_id}" in str(details)
    assert "waits: nobody available" in str(details)


async def test_a_router_whose_store_is_behind_asks_it_no_more_than_once_a_second(
    real_engine: Engine, shifted: ShiftedClock
) -> None:
    told = await after_a_decline(real_engine, shifted, back=timedelta(seconds=10))
    kind = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    asked = [event.event_time.ToDatetime() for event in told.events if event.event_type == kind]
    assert len(asked) >= 2
    assert min(later - earlier for earlier, later in pairwise(asked)) >= SKEW
