"""Temporal workers by role, with the loops that keep chats alive beside them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.chats import ChatActivities
from activities.probes import Probes
from activities.sends import SendActivities
from carriers.http import new_client
from domain.process import ChatRef
from services import process, receipts
from settings import Settings
from store import incarnations
from store.database import Database
from sweep import sweeping
from temporal import ids
from temporal.failures import PrivateFailures
from temporal.plugin import Parts, connected
from temporal.reconciler import reconcile_for_ever
from workflows.chat import ChatWorkflow
from workflows.router import RouterWorkflow
from workflows.send import SendWorkflow

log = structlog.get_logger()

# Above the number of live chats a process serves; an evicted one costs a replay.
CACHED_WORKFLOWS = 5_000
PROBE_EVERY = 2.5
GRACEFUL = timedelta(seconds=5)
PASSED_THROUGH = ("domain", "workflows", "pydantic", "structlog")
ROLES = ("all", "chats", "sends", "crm")


def runner() -> SandboxedWorkflowRunner:
    """The sandbox, with our own pure packages passed through: an instance costs little."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions)


def deployment(build_id: str) -> WorkerDeploymentConfig | None:
    """What a chat began on, it ends on (rule 15). Without a build id workers take every task:
    a developer has one build, and nobody who would make it the current one."""
    if not build_id:
        return None
    version = WorkerDeploymentVersion(ids.DEPLOYMENT, build_id)
    return WorkerDeploymentConfig(version, True, VersioningBehavior.PINNED)


def chats_worker(client: Client, db: Database, build_id: str = "") -> Worker:
    """Chats and routers: workflows and their store activities."""
    acts = ChatActivities(db)
    return Worker(
        client,
        task_queue=ids.CHATS,
        workflows=[ChatWorkflow, RouterWorkflow],
        activities=[acts.load_chat, acts.ring_alarm, acts.settle_chat, acts.route],
        workflow_runner=runner(),
        max_cached_workflows=CACHED_WORKFLOWS,
        max_concurrent_activities=50,
        interceptors=[PrivateFailures()],
        graceful_shutdown_timeout=GRACEFUL,
        deployment_config=deployment(build_id),
    )


def sends_worker(client: Client, sends: SendActivities, build_id: str = "") -> Worker:
    """Texts on their way to the carriers."""
    return Worker(
        client,
        task_queue=ids.SENDS,
        workflows=[SendWorkflow],
        activities=[sends.send_text],
        workflow_runner=runner(),
        max_concurrent_activities=100,
        interceptors=[PrivateFailures()],
        graceful_shutdown_timeout=GRACEFUL,
        deployment_config=deployment(build_id),
    )


async def ask_carriers(probes: Probes, every: float = PROBE_EVERY) -> None:
    """Ask the carrier accounts that are out of order whether they are back."""
    while True:
        await asyncio.sleep(every)
        try:
            await probes.ask_due()
        except Exception as error:
            name = type(error).__name__
            log.warning("carrier.probe_failed", error=name, exc_info=error)


def guard(parts: Parts) -> Awaitable[None]:
    """The loop beside the chat workers: reconcile, resend, forget."""
    db = parts.db

    async def repoint(ref: ChatRef) -> None:
        await db.write(process.repoint, ref)

    async def unsettled() -> list[incarnations.Unsettled]:
        await db.write(process.resend_lost)
        await db.write(receipts.forget_old)
        return await db.read(incarnations.unsettled)

    return reconcile_for_ever(parts.connect, unsettled, repoint)


async def run_worker(settings: Settings, role: str) -> None:
    """Run one role, or all, until SIGINT or SIGTERM; what is running ends properly first."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    http = new_client()
    async with Parts.opened(settings, http) as parts, _beside(parts.db, role):
        client = await connected(parts.connect, stop)
        if client is not None:
            await _work(settings, parts, client, role, stop)
    await http.aclose()


def _beside(db: Database, role: str) -> AbstractAsyncContextManager[None]:
    """What does not wait for Temporal: a worker that starts without it sweeps all the same."""
    return sweeping(db) if role in ("all", "chats") else contextlib.nullcontext()


async def _work(
    settings: Settings, parts: Parts, client: Client, role: str, stop: asyncio.Event
) -> None:
    sends = SendActivities(parts.db, parts.carrier_of, settings.public_base_url)
    workers = []
    loops: list[Awaitable[None]] = [parts.relay.run()]
    if role in ("all", "chats"):
        workers.append(chats_worker(client, parts.db, settings.build_id))
        loops.append(guard(parts))
    if role in ("all", "sends"):
        workers.append(sends_worker(client, sends, settings.build_id))
        loops.append(ask_carriers(Probes(parts.db, parts.carrier_of)))
    async with contextlib.AsyncExitStack() as running:
        for worker in workers:
            await running.enter_async_context(worker)
        log.info("worker.ready", role=role)
        await _until(stop, loops)


async def _until(stop: asyncio.Event, loops: list[Awaitable[None]]) -> None:
    """Keep the loops running until told to stop; one that dies takes the process down."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    stopped = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in [*tasks, stopped]:
        task.cancel()
    await asyncio.gather(*tasks, stopped, return_exceptions=True)
    for task in done - {stopped}:
        task.result()
