"""The simulated carrier as a program, and an engine that only listens: what its tests stand on."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.types import Receive, Scope, Send

from carriers.http import new_client
from carriers.protocol import CarrierAccount, InDoubtText, OutboundText, WebhookRequest
from carriers.simulator import SimulatorCarrier

SECRET = "a secret between the two"
SUPPORT = "+14155550100"
ROOT = Path(__file__).parents[2]


def doubt(reference: str, sender: str, recipient: str) -> InDoubtText:
    """A text whose answer never came."""
    return InDoubtText(reference, sender, recipient, "hello", datetime.now(UTC))


async def eventually(condition: Callable[[], Any], within: float = 60) -> Any:
    """Poll until the condition holds, and return what it gave."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.01)


@dataclass
class Engine:
    """Takes webhooks; `answers` are the statuses of the next ones, then 200."""

    port: int = 0
    requests: list[WebhookRequest] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    server: uvicorn.Server | None = None
    serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append(WebhookRequest(self.url + scope["path"], headers, body))
        status = self.answers.pop(0) if self.answers else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def start(self) -> None:
        config = uvicorn.Config(
            self, host="127.0.0.1", port=self.port, lifespan="off", log_level="error"
        )
        self.server = uvicorn.Server(config)
        # uvicorn would take over the signals of the test run.
        self.server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
        self.serving = asyncio.create_task(self.server.serve())
        await eventually(lambda: self.server is not None and self.server.started)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self.server is not None
        assert self.serving is not None
        self.server.should_exit = self.server.force_exit = True
        await self.serving

    def bodies(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Webhooks of a kind (`inbound`, `status`) with these fields, as they came."""
        read = [json.loads(one.body) for one in self.requests if one.url.endswith(kind)]
        return [one for one in read if all(one[key] == fields[key] for key in fields)]

    def texts(self, sender: str) -> list[str]:
        return [one["text"] for one in self.bodies("inbound") if one["from"] == sender]


@dataclass
class Program:
    """The carrier in a process of its own."""

    engine: Engine
    data: Path
    account: str = "acme"
    process: asyncio.subprocess.Process | None = None
    url: str = ""
    http: httpx2.AsyncClient = field(default_factory=new_client)

    async def start(self, port: int = 0) -> None:
        self.process = await self._spawn(port)
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        self.url = line.decode().split()[-1]
        await eventually(self._healthy)

    async def fails(self, port: int) -> str:
        """Start in vain; what the program says."""
        self.process = await self._spawn(port)
        _, said = await self.process.communicate()
        return said.decode()

    async def _spawn(self, port: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulators.carrier", "--port", str(port), "--data", self.data,
            "--account", self.account,
            env={
                **os.environ,
                "THREADLINE_SIMULATOR_SECRET": SECRET,
                "THREADLINE_PUBLIC_BASE_URL": self.engine.url,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if port else None,
            cwd=ROOT,
        )  # fmt: skip

    async def _healthy(self) -> bool:
        try:
            return (await self.http.get(self.url + "/healthz")).status_code == 200
        except httpx2.TransportError:
            return False

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def terminate(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 60)

    async def close(self) -> None:
        if self.process is not None and self.process.returncode is None:
            await self.kill()
        await self.http.aclose()

    async def faults(self, **faults: Any) -> None:
        answer = await self.http.put(self.url + "/simulator/api/v1/faults", json=faults)
        assert answer.status_code == 200, answer.text

    async def post(self, body: Any) -> httpx2.Response:
        content = json.dumps(body)
        return await self.http.post(self.url + "/simulator/api/v1/messages", content=content)

    async def text(self, phone: str, text: str, **more: Any) -> str:
        answer = await self.post({"from": phone, "to": SUPPORT, "text": text, **more})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def phone(self, number: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.url}/simulator/api/v1/phones/{number}/messages")
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages

    async def received(self, number: str) -> list[str]:
        return [one["text"] for one in await self.phone(number) if one["direction"] == "to_phone"]

    def carrier(self) -> SimulatorCarrier:
        """The engine's side of this carrier."""
        account = CarrierAccount(1, 1, "simulator", "acme", self.url, {"secret": SECRET})
        return SimulatorCarrier(account, self.http)

    def outbound(self, phone: str, text: str = "hello", reference: str = "m-1") -> OutboundText:
        status_url = f"{self.engine.url}/carriers/simulator/acme/status"
        return OutboundText(1, reference, SUPPORT, phone, text, status_url)
