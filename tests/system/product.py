"""`threadline dev` as programs outside see it, with consumers and agents who never give up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient, HTTPError, Response

MENU_NUMBER = "+14155550100"
Media = dict[str, str]
# Longer than any restarts take on a busy machine, and less than the tests' own limit, which tells
# nothing of what was waited for.
STUBBORN_FOR = 480.0
# Seconds between two questions: quick at first, then such that asking is no load of its own.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_AWAY = frozenset({502, 503, 504})


async def until(reached: Callable[[], Awaitable[bool]], within: float, what: str = "") -> None:
    """Ask again and again; the one way in which these tests wait."""
    gives_up, pause = time.monotonic() + within, _FIRST_PAUSE
    while not await reached():
        assert time.monotonic() < gives_up, f"not reached within {within:.0f} s: {what or reached}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


@dataclass
class Product:
    """A `threadline dev` of the test's own."""

    process: subprocess.Popen[str]
    data: Path

    @property
    def told(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data / "dev.json").read_text())
        return content

    def pid(self, part: str) -> int:
        found = self.told["processes"][part]
        return int(found[0] if isinstance(found, list) else found)

    def log(self, part: str) -> str:
        file = self.data / "logs" / f"{part}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def output(self) -> str:
        return self.data.with_suffix(".out").read_text()

    async def wait_until_ready(self, within: float = 240) -> None:
        async def written() -> bool:
            assert self.process.poll() is None, self.output()
            return (self.data / "dev.json").exists()

        await until(written, within, "dev.json")

    async def kill(self, part: str, *, within: float = 120) -> None:
        """SIGKILL; returns when the supervisor has started the part again."""
        before = self.pid(part)
        os.kill(before, signal.SIGKILL)

        async def restarted() -> bool:
            return self.pid(part) != before

        await until(restarted, within, f"{part} is started again")

    async def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            await asyncio.to_thread(self.process.wait, 60)


def launch(data: Path, *options: str) -> Product:
    """Start it; it is ready when `wait_until_ready` returns."""
    known = {name: value for name, value in os.environ.items() if "THREADLINE_" not in name}
    if "THREADLINE_CACHE_DIR" in os.environ:
        known["THREADLINE_CACHE_DIR"] = os.environ["THREADLINE_CACHE_DIR"]
    command = [sys.executable, "-m", "cli", "dev", "--data-dir", str(data), *options]
    with open(data.with_suffix(".out"), "a") as out:
        process = subprocess.Popen(command, env=known, stdout=out, stderr=out, text=True)
    return Product(process, data)


@asynccontextmanager
async def running(data: Path, *options: str) -> AsyncIterator[Product]:
    """A product on free ports, ready; ended with the block."""
    product = launch(data, "--port", "0", "--temporal-ui-port", "0", *options)
    try:
        await product.wait_until_ready()
        yield product
    finally:
        await product.stop()


@asynccontextmanager
async def http(base_url: str) -> AsyncIterator[AsyncClient]:
    """A client that goes through no proxy."""
    async with AsyncClient(base_url=base_url, timeout=30, trust_env=False) as client:
        yield client


async def answered(
    client: AsyncClient, method: str, path: str, within: float = STUBBORN_FOR, **options: Any
) -> Response:
    """Repeat a request until somebody answers it: a part that is down comes back."""
    gives_up, pause = time.monotonic() + within, _FIRST_PAUSE
    while True:
        try:
            response = await client.request(method, path, **options)
            if response.status_code not in _AWAY:
                return response
            said = str(response.status_code)
        except HTTPError as error:
            said = type(error).__name__
        assert time.monotonic() < gives_up, f"{method} {path} is answered with {said}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


class Phones:
    """Consumers' phones at the simulated carrier."""

    def __init__(self, simulator: AsyncClient) -> None:
        self._simulator = simulator

    async def text(
        self, phone: str, text: str, id: str, to: str = MENU_NUMBER, media: Sequence[Media] = ()
    ) -> None:
        """Repeated with the same `id` until the carrier has taken it."""
        body = {"from": phone, "to": to, "text": text, "id": id, "media": media}
        response = await answered(self._simulator, "POST", "/simulator/api/v1/messages", json=body)
        assert response.status_code == 202, response.text

    async def shown(self, phone: str, after: int = 0) -> list[dict[str, Any]]:
        """All on the phone's screen behind a `seq`, its own texts too, in order."""
        path = f"/simulator/api/v1/phones/{phone}/messages?after={after}"
        return list((await answered(self._simulator, "GET", path)).json())

    async def received(self, phone: str) -> list[str]:
        """The texts on the phone's screen that are not its own, in order."""
        return [one["text"] for one in await self.shown(phone) if one["direction"] == "to_phone"]

    async def wait_for(self, phone: str, text: str, within: float = STUBBORN_FOR) -> None:
        """Until a text with these words has arrived."""

        async def arrived() -> bool:
            return await self.has(phone, text)

        await until(arrived, within, f"{phone} gets {text!r}")

    async def has(self, phone: str, text: str) -> bool:
        return any(text in one for one in await self.received(phone))

    async def set_faults(self, **faults: Any) -> None:
        response = await answered(self._simulator, "PUT", "/simulator/api/v1/faults", json=faults)
        assert response.status_code == 200, response.text


class AgentClient:
    """An agent who repeats every call until it is answered."""

    def __init__(self, api: AsyncClient, user: dict[str, Any], tenant: str) -> None:
        self._api = api
        self._credentials = {
            "tenant": tenant,
            "email": user["email"],
            "password": user["password"],
        }
        self._headers: dict[str, str] = {}
        self.id = int(user["id"])

    async def log_in(self) -> None:
        answer = await self._call("POST", "login", json=self._credentials)
        assert answer.status_code == 200, answer.text
        self._headers = {"authorization": f"Bearer {answer.json()['token']}"}
        self._api.cookies.clear()

    async def set_status(self, status: str) -> None:
        answer = await self._call("PUT", "me/status", json={"status": status})
        assert answer.status_code == 200, answer.text

    async def load(self) -> tuple[int, int]:
        """How many chats the agent has, and may have."""
        concurrency = (await self._get("me"))["concurrency"]
        return concurrency["current"], concurrency["limit"]

    async def offers(self) -> list[int]:
        """The chats that the agent is asked to take."""
        return [offer["chat_id"] for offer in await self._get("offers")]

    async def accept(self, chat_id: int) -> bool:
        """False when another was quicker, or there is no room."""
        answer = await self._call("POST", f"chats/{chat_id}/accept")
        assert answer.status_code in (200, 409), answer.text
        return answer.status_code == 200

    async def chats(self) -> list[dict[str, Any]]:
        """The chats that the agent has."""
        return list(await self._get("chats"))

    async def chat(self, chat_id: int) -> dict[str, Any]:
        return dict(await self._get(f"chats/{chat_id}"))

    async def thread(self, chat_id: int) -> list[dict[str, Any]]:
        return list(await self._get(f"chats/{chat_id}/messages"))

    async def wait_for(self, chat_id: int, text: str, within: float = STUBBORN_FOR) -> None:
        """Until the consumer has written these words."""

        async def written() -> bool:
            thread = await self.thread(chat_id)
            return any(text in one["text"] for one in thread if one["direction"] == "inbound")

        await until(written, within, f"chat {chat_id} gets {text!r}")

    async def reply(self, chat_id: int, text: str, client_id: str) -> dict[str, Any]:
        body = {"text": text, "client_id": client_id}
        answer = await self._call("POST", f"chats/{chat_id}/messages", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def answer(self, chat_id: int, text: str, client_id: str) -> bool:
        """False when the chat has ended meanwhile, or is not the agent's any more."""
        body = {"text": text, "client_id": client_id}
        answer = await self._call("POST", f"chats/{chat_id}/messages", json=body)
        assert answer.status_code in (201, 404, 409), answer.text
        return answer.status_code == 201

    async def end(self, chat_id: int) -> None:
        """A chat that an unanswered try has ended is a conflict now, and as wanted."""
        answer = await self._call("POST", f"chats/{chat_id}/end")
        assert answer.status_code in (200, 409), answer.text

    async def _get(self, path: str) -> Any:
        answer = await self._call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _call(self, method: str, path: str, **options: Any) -> Response:
        return await answered(
            self._api, method, f"/agent/api/v1/{path}", headers=self._headers, **options
        )


@asynccontextmanager
async def phones_of(product: Product) -> AsyncIterator[Phones]:
    async with http(product.told["simulator_url"]) as simulator:
        yield Phones(simulator)


@asynccontextmanager
async def agents_of(product: Product) -> AsyncIterator[list[AgentClient]]:
    """Ana, Ben and Caro, logged in and Available."""
    told = product.told
    tenant = told["tenants"][0]
    async with http(told["base_url"]) as api:
        agents = [
            AgentClient(api, user, tenant["subdomain"])
            for user in tenant["users"]
            if user["role"] == "agent"
        ]
        for agent in agents:
            await agent.log_in()
            await agent.set_status("Available")
        yield agents
