"""Temporal for tests: a server whose clock tests move, and the real dev server.

Both start when the first test asks for them and serve the whole session.
"""

import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

import ports
from settings import Settings
from supervisor import Child, Supervisor
from temporal.binary import Binary, find_binary
from temporal.server import connect_when_up, database_file, prepare_namespace, start_command
from temporal.testserver import start_time_skipping


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """Skips time by `env.sleep`. Never await `result()` on its client: that jumps the clock."""
    environment = await start_time_skipping(Settings().cache_dir)
    yield environment
    await environment.shutdown()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def plain_client(env: WorkflowEnvironment) -> Client:
    """Speaks to the same server as `env` and never skips time."""
    return await env.connect_client(data_converter=pydantic_data_converter)


@pytest.fixture(scope="session")
def temporal_binary() -> Binary:
    """The `temporal` program, found or made as the product does it."""
    settings = Settings()
    return find_binary(settings.cache_dir, settings.temporal_binary)


@dataclass
class TemporalServer:
    """A real dev server with a prepared `default` namespace."""

    address: str
    ui_url: str
    supervisor: Supervisor
    clients: list[Client] = field(default_factory=list)

    async def client(self, namespace: str = "default") -> Client:
        connected = await connect_when_up(self.address, namespace, within=timedelta(seconds=120))
        self.clients.append(connected)
        return connected


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_server(
    temporal_binary: Binary, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TemporalServer]:
    folder = tmp_path_factory.mktemp("temporal")
    server = await start_dev_server(temporal_binary, folder)
    await prepare_namespace(await server.client())
    yield server
    server.clients.clear()
    await server.supervisor.stop(((("temporal",), 5.0),))


async def start_dev_server(binary: Binary, folder: Path) -> TemporalServer:
    """On free ports, with its file in `folder`; a SIGKILL is followed by a restart."""
    free = ports.choose([ports.Wanted("Temporal", 0), ports.Wanted("UI", 0)])
    command = start_command(
        binary, database_file(folder, binary), port=free["Temporal"], ui_port=free["UI"]
    )
    supervisor = Supervisor(say=print, restarted=lambda: None)
    await supervisor.start(Child("temporal", command, {}, folder / "temporal.log"))
    address = f"127.0.0.1:{free['Temporal']}"
    return TemporalServer(address, f"http://127.0.0.1:{free['UI']}", supervisor)


@pytest.fixture(scope="session", autouse=True)
def _clients_are_gone_before_the_interpreter() -> Iterator[None]:
    """The SDK may crash an interpreter that ends while it still holds clients."""
    yield
    gc.collect()
