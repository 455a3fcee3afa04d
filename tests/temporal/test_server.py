"""The Temporal servers that the product and its tests run on."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from temporal.binary import Binary
from temporal.server import (
    RETENTION,
    SEARCH_ATTRIBUTES,
    connect_when_up,
    missing_search_attributes,
    prepare_namespace,
    retention_of,
    worked_on,
)
from tests.fixtures_temporal import TemporalServer, start_dev_server


@workflow.defn(sandboxed=False)
class Nap:
    """Sleeps for so many seconds of its own time."""

    @workflow.run
    async def run(self, seconds: int) -> str:
        await workflow.sleep(seconds)
        return "rested"


async def test_a_namespace_is_given_our_retention_and_search_attributes(
    temporal_server: TemporalServer,
) -> None:
    client = await temporal_server.client()

    assert await retention_of(client) == RETENTION
    assert await missing_search_attributes(client) == []


async def test_preparing_a_namespace_twice_changes_nothing(
    temporal_server: TemporalServer,
) -> None:
    client = await temporal_server.client()

    await prepare_namespace(client)

    assert await retention_of(client) == RETENTION


async def test_a_server_that_does_not_answer_is_told_in_one_sentence() -> None:
    with pytest.raises(TimeoutError) as told:
        await connect_when_up("127.0.0.1:1", "default", within=timedelta(0))
    assert str(told.value) == "Temporal does not answer at 127.0.0.1:1."


async def test_a_namespace_that_is_not_there_is_named(temporal_server: TemporalServer) -> None:
    address = (await temporal_server.client()).service_client.config.target_host
    with pytest.raises(TimeoutError) as told:
        await connect_when_up(address, "elsewhere", within=timedelta(0))
    assert str(told.value) == f"Temporal at {address} has no namespace elsewhere."


async def test_a_queue_is_worked_on_only_while_a_worker_polls_it(
    temporal_server: TemporalServer,
) -> None:
    client = await temporal_server.client()
    assert not await worked_on(client, ["naps"])

    async with Worker(client, task_queue="naps", workflows=[Nap]):
        assert await client.execute_workflow(Nap.run, 0, id="nap", task_queue="naps") == "rested"

        assert await worked_on(client, ["naps"])


@pytest.mark.system
async def test_what_was_acknowledged_survives_a_sigkill_of_the_server(
    temporal_binary: Binary, tmp_path: Path
) -> None:
    server = await start_dev_server(temporal_binary, tmp_path)
    client = await server.client()
    await client.start_workflow(Nap.run, 0, id="nap", task_queue="naps")
    killed = server.supervisor.children["temporal"].pid
    assert killed is not None

    os.kill(killed, signal.SIGKILL)
    async with Worker(await server.client(), task_queue="naps", workflows=[Nap]):
        result = await (await server.client()).get_workflow_handle("nap").result()

    assert result == "rested"
    assert server.supervisor.children["temporal"].pid != killed
    server.clients.clear()
    await server.supervisor.stop(((("temporal",), 5.0),))


async def test_an_hour_of_skipped_time_passes_at_once(
    env: WorkflowEnvironment, plain_client: Client
) -> None:
    async with Worker(plain_client, task_queue="naps", workflows=[Nap]):
        attributes = TypedSearchAttributes(
            [
                SearchAttributePair(SearchAttributeKey.for_keyword(name), "1")
                for name in SEARCH_ATTRIBUTES
            ]
        )
        handle = await plain_client.start_workflow(
            Nap.run, 3600, id="nap", task_queue="naps", search_attributes=attributes
        )
        began = await env.get_current_time()

        await env.sleep(timedelta(hours=1, seconds=1))

        assert await handle.result() == "rested"
        assert await env.get_current_time() - began < timedelta(hours=2)
