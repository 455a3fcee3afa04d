"""How Temporal's dev server is started, and what a namespace needs before chats run in it."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode

from temporal.binary import Binary

SEARCH_ATTRIBUTES = ("ChatStatus", "QueueId", "AgentId", "TenantId", "SessionType")
# The server's own default, a day, would forget chats before an operator can look at them.
RETENTION = timedelta(days=30)


def database_file(folder: Path, binary: Binary) -> Path:
    """The dev server never migrates its file, so each server version has one of its own."""
    return folder / f"temporal-{binary.server_version}.db"


def start_command(
    binary: Binary, database: Path, *, port: int, ui_port: int, namespace: str = "default"
) -> list[str]:
    """A server on loopback that survives SIGKILL on the same file."""
    command = [binary.path, "server", "start-dev", "--ip", "127.0.0.1", "--ui-ip", "127.0.0.1"]
    command += ["--port", str(port), "--ui-port", str(ui_port), "--log-level", "warn"]
    command += ["--db-filename", str(database)]
    command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    # Task priority, which sends rely on, needs the new matcher.
    command += ["--dynamic-config-value", "matching.useNewMatcher=true"]
    for attribute in SEARCH_ATTRIBUTES:
        command += ["--search-attribute", f"{attribute}=Keyword"]
    if namespace != "default":
        command += ["--namespace", namespace]
    return command


async def connect_when_up(address: str, namespace: str, *, within: timedelta) -> Client:
    """Raises TimeoutError when the server does not come up in time, or lacks the namespace."""
    gives_up = time.monotonic() + within.total_seconds()
    while True:
        try:
            client = await Client.connect(
                address, namespace=namespace, data_converter=pydantic_data_converter
            )
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=namespace), timeout=timedelta(seconds=2)
            )
            return client
        except (RuntimeError, RPCError) as error:
            if time.monotonic() > gives_up:
                raise TimeoutError(_no_answer(address, namespace, error)) from error
            await asyncio.sleep(0.1)


def _no_answer(address: str, namespace: str, error: Exception) -> str:
    if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
        return f"Temporal at {address} has no namespace {namespace}."
    # What the SDK says of a failed connection names its own parts, and helps nobody.
    return f"Temporal does not answer at {address}."


async def prepare_namespace(client: Client) -> None:
    """Search attributes registered and retention at least 30 days. Repeating it is harmless."""
    if missing := await missing_search_attributes(client):
        await register_search_attributes(client, missing)
    retention = await retention_of(client)
    if retention < RETENTION:
        longer = NamespaceConfig()
        longer.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, config=longer)
        )


async def retention_of(client: Client) -> timedelta:
    """How long the namespace keeps closed workflows."""
    told = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return told.config.workflow_execution_retention_ttl.ToTimedelta()


async def missing_search_attributes(client: Client) -> list[str]:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return [name for name in SEARCH_ATTRIBUTES if name not in known.custom_attributes]


async def register_search_attributes(
    client: Client, names: Sequence[str] = SEARCH_ATTRIBUTES
) -> None:
    """An unknown attribute makes a workflow task retry without end."""
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace, search_attributes=dict.fromkeys(names, keyword)
        )
    )


async def wait_until_ready(
    address: str, namespace: str, polled: Sequence[str], within: timedelta
) -> None:
    """The namespace answers and is prepared, and workers poll the named task queues."""
    gives_up = time.monotonic() + within.total_seconds()
    client = await connect_when_up(address, namespace, within=within)
    await prepare_namespace(client)
    while not await worked_on(client, polled):
        if time.monotonic() > gives_up:
            raise TimeoutError(f"No worker polls {', '.join(polled)} of Temporal at {address}.")
        await asyncio.sleep(0.1)


async def worked_on(client: Client, task_queues: Sequence[str]) -> bool:
    """Whether a worker polls each of these queues for workflow tasks."""
    for name in task_queues:
        told = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace,
                task_queue=TaskQueue(name=name),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
        if not told.pollers:
            return False
    return True
