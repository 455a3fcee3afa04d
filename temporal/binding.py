"""One namespace belongs to one database: each remembers the other, and a stranger is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio.api.namespace.v1 import UpdateNamespaceInfo
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

MARK = "threadline.installation"


class WrongNamespace(Exception):
    """This namespace and this database do not belong together."""


async def bind(client: Client, claim: Callable[[str], Awaitable[tuple[str, str | None]]]) -> None:
    """Mark the namespace with the database's token; raises `WrongNamespace` for another's.

    `claim(namespace)` gives the database's token, and the namespace that it remembers.
    """
    token, remembered = await claim(client.namespace)
    if remembered != client.namespace:
        raise WrongNamespace(
            f"This database belongs to the Temporal namespace {remembered}, "
            f"not to {client.namespace}. Set THREADLINE_TEMPORAL_NAMESPACE to {remembered}."
        )
    told = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    mark = told.namespace_info.data.get(MARK)
    if mark is None:
        info = UpdateNamespaceInfo(data={**told.namespace_info.data, MARK: token})
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=client.namespace, update_info=info)
        )
    elif mark != token:
        raise WrongNamespace(
            f"The Temporal namespace {client.namespace} belongs to another database. "
            "Use a namespace of its own for each, or the database that it was made with."
        )
