"""What the relay tells Temporal: news of a chat, a text without one, a router's alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.process import (
    ChatRef,
    ChatRun,
    NextRouting,
    Pointers,
    RouterRun,
    SendText,
    TenantRef,
)
from temporal import ids

log = structlog.get_logger()

# A signal to a server that is down hangs for about 9 s by itself.
RPC_TIMEOUT = timedelta(seconds=4)
FIRST_POINTER = 1


async def signal_chat(client: Client, ref: ChatRef, pointers: Pointers) -> bool:
    """Tell a chat's process, or begin it; False when it is closed for good."""
    begins = any(pointer.ptr == FIRST_POINTER for pointer in pointers.pointers)
    if not begins and await _signal_running(client, ref, pointers):
        return True
    try:
        await client.start_workflow(
            "ChatWorkflow",
            ChatRun(ref),
            id=ids.chat_workflow(ref),
            task_queue=ids.CHATS,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            start_signal="changed",
            start_signal_args=[pointers],
            static_summary=f"SMS chat {ref.chat_id} of tenant {ref.tenant_id}",
            rpc_timeout=RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def _signal_running(client: Client, ref: ChatRef, pointers: Pointers) -> bool:
    """A plain signal costs the server less, and most chats have a process; False: none runs."""
    try:
        await client.get_workflow_handle(ids.chat_workflow(ref)).signal(
            "changed", pointers, rpc_timeout=RPC_TIMEOUT
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def start_send(client: Client, tenant_id: int, message_id: int) -> None:
    """Begin to send a text that belongs to no chat, unless that is under way or done."""
    try:
        await client.start_workflow(
            "SendWorkflow",
            SendText(message_id, tenant_id=tenant_id),
            id=ids.send_workflow(message_id),
            task_queue=ids.SENDS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"text {message_id} without a chat",
            rpc_timeout=RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        log.info("relay.text_was_sent", message_id=message_id)


async def wake_router(client: Client, tenant_id: int, at: datetime) -> None:
    """Tell a tenant's router the next instant that changes who may be offered what."""
    await client.start_workflow(
        "RouterWorkflow",
        RouterRun(TenantRef(tenant_id)),
        id=ids.router_workflow(tenant_id),
        task_queue=ids.CHATS,
        start_signal="wake",
        start_signal_args=[NextRouting(at)],
        static_summary=f"router of tenant {tenant_id}",
        rpc_timeout=RPC_TIMEOUT,
    )
