"""Records the histories beside this file: `python -m tests.histories.record [SCENARIO …]`.

Starts a Temporal server and an engine of its own, lives the scenarios of `scenarios.py` in them
(all, when none is named), and keeps what Temporal wrote down. Record after a change of a workflow's
commands. What is there already is never overwritten, chats that began before a deploy must replay
after it: the new recording gets the next free number.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from temporalio.client import Client

from settings import Settings
from store.database import WallClock
from store.migrations import upgrade
from temporal.binary import find_binary
from temporal.server import prepare_namespace
from tests.engine import running
from tests.fixtures_temporal import start_dev_server
from tests.histories.scenarios import SCENARIOS

HERE = Path(__file__).parent


async def record(names: list[str]) -> None:
    settings = Settings()
    binary = find_binary(settings.cache_dir, settings.temporal_binary)
    with TemporaryDirectory(prefix="threadline-histories-") as folder:
        server = await start_dev_server(binary, Path(folder))
        client = await server.client()
        await prepare_namespace(client)
        for name in names:
            url = f"sqlite:///{folder}/{name}.db"
            upgrade(url)
            await live(name, url, client)
        server.clients.clear()
        await server.supervisor.stop(((("temporal",), 5.0),))


async def live(name: str, url: str, client: Client) -> None:
    async with running(url, WallClock(), client) as engine:
        lived = await SCENARIOS[name](engine)
        for recording, process in lived.items():
            history = await process.fetch_history()
            path = free_path(recording)
            path.write_text(readable(history.to_json_dict()))
            print(f"{name}: {len(history.events)} events in {path.name}")


def free_path(recording: str) -> Path:
    """`chat-gap.json`, then `chat-gap.2.json`, and so on."""
    names = itertools.chain([recording], (f"{recording}.{n}" for n in itertools.count(2)))
    return next(path for name in names if not (path := HERE / f"{name}.json").exists())


def readable(history: dict[str, Any]) -> str:
    """An event a line, without the names of the machines that took part, and of their folders."""
    lines = []
    for event in history["events"]:
        for value in event.values():
            if isinstance(value, dict):
                value.pop("identity", None)
        lines.append(json.dumps(event, separators=(",", ":")))
    text = '{"events":[\n' + ",\n".join(lines) + "\n]}\n"
    return text.replace(f"{HERE.parent.parent}/", "")


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(record(sys.argv[1:] or list(SCENARIOS)))
