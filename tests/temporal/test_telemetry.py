"""What the SDK's core has to say, which is no Python, stands in the same log."""

from __future__ import annotations

import asyncio
import json
import sys

from temporalio.testing import WorkflowEnvironment

# The test's own server is so old that the core warns of it whenever a worker starts.
WORKER = """
import asyncio, logging, os, sys
import logs
from temporal.telemetry import forward_logs
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

@activity.defn
async def nothing() -> None: ...

async def work() -> None:
    client = await Client.connect(sys.argv[1])
    async with Worker(client, task_queue="telemetry", activities=[nothing]):
        while not warned:
            await asyncio.sleep(0.05)

warned = []
logging.getLogger("temporalio.core").addFilter(lambda record: warned.append(record) or True)
logs.configure("INFO")
forward_logs()
asyncio.run(work())
# The SDK may crash at the interpreter's exit: that is not what is asked here.
sys.stderr.flush()
os._exit(0)
"""


async def test_the_core_warns_in_lines_of_the_same_log(env: WorkflowEnvironment) -> None:
    target = env.client.service_client.config.target_host
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, target, stderr=asyncio.subprocess.PIPE
    )
    _, said = await worker.communicate()

    lines = [json.loads(line) for line in said.decode().splitlines()]
    levels = [line["level"] for line in lines if line["logger"].startswith("temporalio.core")]
    assert "warning" in levels
