"""Chats whose process is gone are given a new one; overdue ones are told again (rule 8).

Asked by describe, never by visibility: that one lags, and is no record. The namespace comes first:
chats of a Temporal that lost its data wait in it until it is prepared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.process import ChatRef
from temporal import ids

log = structlog.get_logger()

EVERY = 60.0
AT_ONCE = 8
RPC_TIMEOUT = timedelta(seconds=5)


class Unsettled(Protocol):
    """A chat that should have a running process."""

    @property
    def ref(self) -> ChatRef: ...
    @property
    def late(self) -> bool: ...


class Connection(Protocol):
    """Temporal's client, with the namespace looked at anew and prepared where it has to be."""

    async def prepared(self) -> Client: ...


async def reconcile_for_ever(
    temporal: Connection,
    unsettled: Callable[[], Awaitable[Sequence[Unsettled]]],
    repoint: Callable[[ChatRef], Awaitable[None]],
) -> None:
    """At start and every minute, whatever happens in between."""
    while True:
        try:
            await reconcile(await temporal.prepared(), await unsettled(), repoint)
        except Exception as error:
            log.warning("reconciler.failed", error=type(error).__name__)
        await asyncio.sleep(EVERY)


async def reconcile(
    client: Client,
    chats: Sequence[Unsettled],
    repoint: Callable[[ChatRef], Awaitable[None]],
) -> int:
    """Point every chat that has no running process, or is overdue; how many."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def look(chat: Unsettled) -> bool:
        async with slots:
            if not chat.late and await _runs(client, chat.ref):
                return False
            log.info("reconciler.repoints", chat_id=chat.ref.chat_id, late=chat.late)
            await repoint(chat.ref)
            return True

    return sum(await asyncio.gather(*(look(chat) for chat in chats)))


async def _runs(client: Client, ref: ChatRef) -> bool:
    handle = client.get_workflow_handle(ids.chat_workflow(ref))
    try:
        description = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.status is WorkflowExecutionStatus.RUNNING
