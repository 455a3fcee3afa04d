"""The whole product as `threadline dev` starts it, and the phones of its simulated carrier."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2


class Product:
    """`threadline dev` in a data directory of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.http = httpx2.AsyncClient(timeout=60)

    def start(self) -> None:
        env = {name: value for name, value in os.environ.items() if "THREADLINE_" not in name}
        if "THREADLINE_CACHE_DIR" in os.environ:
            env["THREADLINE_CACHE_DIR"] = os.environ["THREADLINE_CACHE_DIR"]
        command = [sys.executable, "-m", "cli", "dev", "--data-dir", str(self.data)]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--port", "0", "--temporal-ui-port", "0"],
                env=env,
                stdout=log,
                stderr=log,
            )

    async def is_ready(self) -> None:
        async def told() -> bool:
            assert self._process.poll() is None, self.log.read_text()
            return (self.data / "dev.json").exists()

        await until(told, within=240)

    async def stop(self) -> None:
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 60)
        await self.http.aclose()

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")

    @property
    def told(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data / "dev.json").read_text())
        return content

    @property
    def url(self) -> str:
        return str(self.told["base_url"])

    def password(self, email: str) -> str:
        users = self.told["tenants"][0]["users"]
        return next(str(user["password"]) for user in users if user["email"] == email)

    async def text(self, phone: str, text: str, to: str = "+14155550100") -> None:
        """A consumer texts us."""
        body = {"from": phone, "to": to, "text": text}
        answer = await self.http.post(self._simulator("messages"), json=body)
        assert answer.status_code == 202, answer.text

    async def received(self, phone: str) -> list[str]:
        """What the phone got, in order."""
        answer = await self.http.get(self._simulator(f"phones/{phone}/messages"))
        return [one["text"] for one in answer.json() if one["direction"] == "to_phone"]

    async def receives(self, phone: str, text: str) -> None:
        """The phone gets this text before long."""

        async def there() -> bool:
            return text in await self.received(phone)

        await until(there)

    async def faults(self, **faults: Any) -> None:
        """How the simulated carrier misbehaves from now on; without arguments not at all."""
        answer = await self.http.put(self._simulator("faults"), json=faults)
        assert answer.status_code == 200, answer.text

    def _simulator(self, path: str) -> str:
        return f"{self.told['simulator_url']}/simulator/api/v1/{path}"


async def until(reached: Callable[[], Awaitable[bool]], within: float = 120) -> None:
    """Other processes cannot be awaited: they are asked again and again."""
    async with asyncio.timeout(within):
        while not await reached():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
