"""Timers so short that time ends, within a soak, the chats of those who are silent."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import yaml

from tests.system.product import Product

# In minutes.
TIMERS = {"queue_selecting_expiration": 2, "chat_timeout": 3, "dismissal_timeout": 1}


def shorten_timers(product: Product) -> None:
    """By `threadline apply`, as an administrator does."""
    secrets = json.loads((product.data / "demo.json").read_text())
    environment = os.environ | {
        "THREADLINE_DATABASE_URL": product.told["database_url"],
        "THREADLINE_SIMULATOR_URL": product.told["simulator_url"],
        "THREADLINE_SIMULATOR_SECRET": secrets["simulator_secret"],
    }

    def threadline(*arguments: str) -> str:
        command = [sys.executable, "-m", "cli", *arguments]
        done = subprocess.run(
            command, env=environment, check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout

    configuration = yaml.safe_load(threadline("export"))
    configuration.setdefault("settings", {}).update(TIMERS)
    file = product.data / "soak.yaml"
    file.write_text(yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True))
    threadline("apply", str(file), "--yes")
