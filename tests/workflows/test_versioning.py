"""A chat ends on the build that it began on, whatever is current by then (rule 15)."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from temporalio.api.workflowservice.v1 import (
    RegisterNamespaceRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from activities.sends import SendActivities
from store.database import WallClock
from temporal import ids
from temporal.server import prepare_namespace
from tests.engine import BASE_URL, Engine, both_workers, eventually, running
from tests.fixtures_temporal import TemporalServer


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """A namespace of its own: what is current counts for all workers of a namespace."""
    name = f"versions-{uuid.uuid4().hex[:8]}"
    asked = RegisterNamespaceRequest(namespace=name)
    asked.workflow_execution_retention_period.FromTimedelta(timedelta(days=1))
    await (await temporal_server.client()).workflow_service.register_namespace(asked)
    found = await temporal_server.client(name)
    await prepare_namespace(found)
    return found


@pytest.fixture
async def engine(database_url: str, client: Client) -> AsyncIterator[Engine]:
    """Its workers are build A, which is current."""
    async with running(database_url, WallClock(), client, build_id="A") as engine:
        await make_current(client, "A")
        yield engine


async def make_current(client: Client, build_id: str) -> None:
    """What `temporal worker deployment set-current-version` does, once the build's workers poll."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=ids.DEPLOYMENT, build_id=build_id
    )

    async def is_current() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            return False
        return True

    await eventually(is_current)


@asynccontextmanager
async def build(engine: Engine, build_id: str) -> AsyncIterator[None]:
    sends = SendActivities(engine.db, lambda _account: engine.carrier, BASE_URL)
    async with AsyncExitStack() as stack:
        for worker in both_workers(engine.client, engine.db, sends, build_id):
            await stack.enter_async_context(worker)
        yield


async def builds_of(engine: Engine, chat_id: int) -> set[str]:
    """Which builds have worked on the chat's process."""
    history = await (await engine.process(chat_id)).fetch_history()
    tasks = [event.workflow_task_completed_event_attributes for event in history.events]
    return {one.deployment_version.build_id for one in tasks if one.started_event_id}


async def test_a_chat_ends_on_the_build_that_it_began_on(engine: Engine) -> None:
    world = engine.world
    old = await world.connected_chat()
    await engine.quiet()
    async with build(engine, "B"):
        await make_current(engine.client, "B")
        new = await world.connected_chat("ben", "+14155550112")
        await engine.quiet()
        for agent, chat_id in (("ana", old), ("ben", new)):
            await world.reply(agent, chat_id, f"from {agent}")
            await world.end(agent, chat_id)
            await engine.settled(chat_id)
        assert await builds_of(engine, old) == {"A"}
        assert await builds_of(engine, new) == {"B"}
    assert {"from ana", "from ben"} <= set(engine.carrier.texts)


async def test_a_chat_that_is_terminated_is_rebuilt_on_the_current_build(engine: Engine) -> None:
    chat_id = await engine.world.connected_chat()
    await engine.quiet()
    async with build(engine, "B"):
        await make_current(engine.client, "B")
        await (await engine.process(chat_id)).terminate("its build is to go")
        await engine.reconcile()
        await engine.world.end("ana", chat_id)
        await engine.settled(chat_id)
        assert await builds_of(engine, chat_id) == {"B"}
