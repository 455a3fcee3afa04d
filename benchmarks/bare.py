"""Bare workflows on the product's own Temporal server: their worker process, and who drives them.

Run as a program it is the worker: `python -m benchmarks.bare ADDRESS NAMESPACE SOCKET`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from benchmarks.bare_workflow import CHATS, SENDS, BareWorkflow, Fact
from benchmarks.engine import Engine
from benchmarks.machine import cpu_seconds
from temporal.server import worked_on


@dataclass
class Bare:
    """Running bare workflows, and the process that works on them."""

    engine: Engine
    worker: int
    socket: socket.socket
    chats: list[WorkflowHandle[BareWorkflow, None]] = field(default_factory=list)
    _awaited: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @staticmethod
    @asynccontextmanager
    async def opened(engine: Engine, chats: int) -> AsyncIterator[Bare]:
        """So many bare workflows, waiting for their first signal."""
        told = engine.product.told
        address, namespace = told["temporal_address"], told["temporal_namespace"]
        client = await Client.connect(
            address, namespace=namespace, data_converter=pydantic_data_converter
        )
        with (
            TemporaryDirectory() as folder,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
        ):
            ear.bind(heard := str(Path(folder, "sent")))
            ear.setblocking(False)
            command = (sys.executable, "-m", "benchmarks.bare", address, namespace, heard)
            process = await asyncio.create_subprocess_exec(*command)
            bare = Bare(engine, process.pid, ear)
            asyncio.get_running_loop().add_reader(ear, bare._hear)
            try:
                await bare._start(client, chats)
                yield bare
            finally:
                asyncio.get_running_loop().remove_reader(ear)
                process.terminate()
                await process.wait()

    async def _start(self, client: Client, chats: int) -> None:
        while not await worked_on(client, (CHATS,)):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.1)
        for n in range(chats):
            handle = await client.start_workflow(
                BareWorkflow.run, id=f"bare-{self.worker}-{n}", task_queue=CHATS
            )
            self.chats.append(handle)

    def _hear(self) -> None:
        self._awaited.pop(int(self.socket.recv(32))).set_result(None)

    async def pair(self, lane: int, thinks: float = 0.0) -> None:
        """Two signals, and until the activity has run."""
        chat = self.chats[lane % len(self.chats)]
        number = next(self._numbers)
        await chat.signal(BareWorkflow.changed, Fact(number, send=False))
        await asyncio.sleep(thinks)
        sent = self._awaited[number] = asyncio.get_running_loop().create_future()
        await chat.signal(BareWorkflow.changed, Fact(number, send=True))
        await sent

    def cpu(self) -> tuple[float, float]:
        """Of Temporal's server, and of the bare worker."""
        return self.engine.cpu().temporal, cpu_seconds(self.worker)


class _Sends:
    """The one activity: tells the driver, as the engine's tells the carrier."""

    def __init__(self, mouth: socket.socket) -> None:
        self._mouth = mouth

    @activity.defn(name="bare_send")
    async def send(self, fact: Fact) -> int:
        self._mouth.send(str(fact.number).encode())
        return fact.number


async def work(address: str, namespace: str, told: str) -> None:
    """Workers with the settings of the product's own, on asyncio's loop, until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    mouth = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    mouth.connect(told)
    client = await Client.connect(
        address, namespace=namespace, data_converter=pydantic_data_converter
    )
    passed = SandboxRestrictions.default.with_passthrough_modules("benchmarks", "pydantic")
    chats = Worker(
        client,
        task_queue=CHATS,
        workflows=[BareWorkflow],
        workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
    )
    sends = Worker(client, task_queue=SENDS, activities=[_Sends(mouth).send])
    async with AsyncExitStack() as running:
        await running.enter_async_context(chats)
        await running.enter_async_context(sends)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
    # Threads of Temporal's SDK may crash an interpreter that is winding down.
    os._exit(0)
