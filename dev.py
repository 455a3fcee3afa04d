"""`threadline dev`: the whole product on one machine, each part a process of its own."""

import asyncio
import json
import os
import signal
import sys
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from layout import (
    AlreadyTold,
    DevError,
    Options,
    Plan,
    demo_secrets,
    environment,
    only_one,
    owners_alone,
    plan,
    write_private,
)
from settings import Settings
from supervisor import Child, Supervisor, run_to_end
from temporal.binary import Binary
from temporal.server import database_file, start_command

_PROGRAM = (sys.executable, "-m", "cli")
# Ten seconds in all: Temporal goes last, since a worker finishes what it has begun.
_WAVES = ((("worker", "api", "simulator"), 5.0), (("temporal",), 3.0))


async def run(options: Options, settings: Settings) -> None:
    """Returns after SIGINT or SIGTERM, when all has ended; raises DevError or PortTaken."""
    with owners_alone(), only_one(options.data_dir):
        at = plan(options, settings)
        at.dev_file.unlink(missing_ok=True)
        product = Product(at, environment(at, demo_secrets(at.demo_file), settings))
        stopped = asyncio.create_task(_asked_to_stop().wait())
        starting = asyncio.create_task(product.start())
        try:
            await asyncio.wait((starting, stopped), return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                say(_links(at, product.tenants))
                await stopped
            say("Stopping …")
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await product.stop()


@dataclass
class Product:
    """The parts of one `threadline dev`, in the order in which they start."""

    at: Plan
    environment: dict[str, str]
    tenants: list[dict[str, Any]] = field(default_factory=list)
    ready: bool = False
    supervisor: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(say, self.tell)

    async def start(self) -> None:
        (self.at.data_dir / "logs").mkdir(exist_ok=True)
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(self._start_edge())
                together.create_task(self._start_temporal())
        except* DevError as failures:
            raise failures.exceptions[0] from None
        await self._run("worker", *_PROGRAM, "worker", "--role", "all")
        await self._wait_until_ready()

    async def _start_edge(self) -> None:
        say("Preparing the database …")
        await self._do("migrate")
        if self.at.demo:
            told = await self._do("demo-seed", "--file", str(self.at.demo_file))
            self.tenants = json.loads(told)
        api = ("api", "--port", str(self.at.api_port))
        data = str(self.at.data_dir / "simulator.db")
        simulator = ("simulator", "--port", str(self.at.simulator_port), "--data", data)
        await self._run("api", *_PROGRAM, *api)
        await self._run("simulator", *_PROGRAM, *simulator)

    async def _start_temporal(self) -> None:
        if self.at.temporal_port is None:
            address = self.at.temporal_address
            say(f"Using the Temporal server at {address}; waiting up to a minute for its answer …")
        else:
            binary = Binary(**json.loads(await self._do("temporal-binary")))
            say(f"Starting Temporal (server {binary.server_version}, {binary.source})")
            command = start_command(
                binary,
                database_file(self.at.data_dir, binary),
                port=self.at.temporal_port,
                ui_port=self.at.temporal_ui_port or 0,
                namespace=self.at.temporal_namespace,
            )
            await self._run("temporal", *command)
        await self._do("temporal-ready")

    async def _run(self, name: str, *command: str) -> None:
        log = self.at.data_dir / "logs" / f"{name}.log"
        await self.supervisor.start(Child(name, command, self.environment, log))

    async def _do(self, *command: str) -> str:
        """What the command printed; given up when a part turns out not to start."""
        doing = asyncio.create_task(run_to_end((*_PROGRAM, *command), self.environment))
        try:
            while not doing.done():
                await asyncio.wait((doing,), timeout=0.2)
                self._refuse_broken()
            code, output = doing.result()
        finally:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
        if code == 1:
            raise AlreadyTold
        if code != 0:
            raise DevError(f"`threadline {command[0]}` failed.")
        return output

    def _refuse_broken(self) -> None:
        if broken := self.supervisor.broken():
            raise DevError(f"The {broken.name} does not start; its log is {broken.log}.")

    async def _wait_until_ready(self) -> None:
        await self._do("temporal-ready", "--polled", "chats")
        for url in (f"{self.at.simulator_url}/healthz", f"{self.at.base_url}/readyz"):
            while not await asyncio.to_thread(_answers_ok, url):
                self._refuse_broken()
                await asyncio.sleep(0.1)
        self.ready = True
        self.tell()

    def tell(self) -> None:
        """Writes dev.json, once everything is ready and again whenever a process id changes."""
        if not self.ready:
            return
        pids = {name: child.pid for name, child in self.supervisor.children.items()}
        processes = {
            "supervisor": os.getpid(),
            "temporal": pids.get("temporal"),
            "api": pids["api"],
            "worker": [pids["worker"]],
            "simulator": pids["simulator"],
        }
        content = {
            "base_url": self.at.base_url,
            "simulator_url": self.at.simulator_url,
            "temporal_address": self.at.temporal_address,
            "temporal_namespace": self.at.temporal_namespace,
            "temporal_ui_url": self.at.temporal_ui_url,
            "database_url": self.at.database_url,
            "processes": processes,
            "tenants": self.tenants,
        }
        write_private(self.at.dev_file, content)

    async def stop(self) -> None:
        self.ready = False
        await self.supervisor.stop(_WAVES)
        self.at.dev_file.unlink(missing_ok=True)


def say(text: str) -> None:
    print(text, flush=True)


def _asked_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)
    return stop


def _answers_ok(url: str) -> bool:
    # Never through a proxy that the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _links(at: Plan, tenants: list[dict[str, Any]]) -> str:
    lines = [
        "",
        "Threadline is ready.",
        f"  Console        {at.base_url}",
        f"  Phones         {at.simulator_url}",
        f"  Temporal       {at.temporal_ui_url}",
        f"  Files          {at.data_dir}",
    ]
    for tenant in tenants:
        lines.append(f"Log in to {tenant['subdomain']} as")
        for user in tenant["users"]:
            lines.append(f"  {user['email']:<24} {user['password']:<14} {user['role']}")
    lines.append("Ctrl-C ends everything; the data stays.")
    return "\n".join(lines)
