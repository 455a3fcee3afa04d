"""Records the histories beside this file from a running product: `python tests/histories/record.py
HOST:PORT ID NAME …` writes NAME.json of workflow ID. Record after a change of a workflow's
commands, and keep the old ones: chats that began before a deploy must replay after it.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from temporalio.client import Client


async def record(address: str, wanted: list[str]) -> None:
    client = await Client.connect(address)
    for workflow_id, name in zip(wanted[::2], wanted[1::2], strict=True):
        history = await client.get_workflow_handle(workflow_id).fetch_history()
        Path(__file__).with_name(f"{name}.json").write_text(history.to_json())


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1], sys.argv[2:]))
