"""Every curl example of docs/api.md, in order, against the running product."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import pytest
import pytest_asyncio
from httpx2 import AsyncClient, Response

from tests.system.product import Product, http, running, until

GUIDE = Path(__file__).parent.parent.parent / "docs" / "api.md"
PARAGRAPH = r"[^\n]+(?:\n[^\n]+)*\n"
EXAMPLE = re.compile(
    r"```sh\n(?P<command>curl .*?)```\n\n"
    rf"(?P<says>Answers (?P<status>\d{{3}}){PARAGRAPH})"
    r"(?:\n```json\n(?P<shown>.*?)```)?",
    re.DOTALL,
)
KEEP = re.compile(r"Keep\s+`(?P<path>[\w.]+)`\s+as\s+`\$(?P<name>\w+)`")
SETTLES_WITHIN = 120.0


@dataclass(frozen=True)
class Example:
    """A command, the status that the guide promises, what it shows, and what it has one keep."""

    command: str
    status: int
    shown: Any
    keep: re.Match[str] | None


def examples() -> list[Example]:
    """All of them, in the order of the page."""
    return [
        Example(
            found["command"],
            int(found["status"]),
            json.loads(found["shown"]) if found["shown"] else None,
            KEEP.search(found["says"]),
        )
        for found in EXAMPLE.finditer(GUIDE.read_text())
    ]


@dataclass
class Request:
    """What a curl command asks for. An option that is not known here is a mistake."""

    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    user: tuple[str, str] | None = None
    streams: bool = False


def read(command: str, known: dict[str, str]) -> Request:
    """A curl command as the shell would pass it on, with the guide's variables."""
    words = iter(shlex.split(Template(command.replace("\\\n", "")).substitute(known))[1:])
    request = Request()
    for word in words:
        match word:
            case "-sS":
                pass
            case "-N":
                request.streams = True
            case "--max-time":
                next(words)
            case "-X":
                request.method = next(words)
            case "-H":
                name, _, value = next(words).partition(":")
                request.headers[name] = value.strip()
            case "-d":
                request.body = next(words)
            case "-u":
                name, _, value = next(words).partition(":")
                request.user = name, value
            case _:
                assert word.startswith("http"), f"unknown option {word} in: {command}"
                assert not request.url, f"two addresses in: {command}"
                request.url = word
    request.method = request.method or ("GET" if request.body is None else "POST")
    return request


async def perform(client: AsyncClient, request: Request) -> Response:
    """The answer; of a stream its first event."""
    asked = client.build_request(
        request.method, request.url, headers=request.headers, content=request.body
    )
    response = await client.send(asked, auth=request.user, stream=request.streams)
    if request.streams:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()
        event = [line async for line in _until_data(lines)]
        assert [line.partition(":")[0] for line in event] == ["id", "event", "data"]
        assert set(json.loads(event[-1].removeprefix("data: "))) == {
            "position", "type", "chat_id", "data", "at"
        }  # fmt: skip
        await response.aclose()
    return response


async def _until_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The lines of the first event, comments left out."""
    async for line in lines:
        if line and not line.startswith(":"):
            yield line
        if line.startswith("data:"):
            return


def inner(answer: Any, path: str) -> str | None:
    """What stands at a path such as `0.chat_id`; None where there is nothing yet."""
    for step in path.split("."):
        try:
            answer = answer[int(step) if step.isdigit() else step]
        except (IndexError, KeyError):
            return None
    return str(answer)


def unknown_keys(shown: Any, answer: Any, where: str = "") -> list[str]:
    """Keys that the guide shows and the answer has not, at any depth."""
    if isinstance(shown, list):
        return unknown_keys(shown[0], answer[0], f"{where}[0]") if shown else []
    if not isinstance(shown, dict):
        return []
    assert isinstance(answer, dict), f"{where} is no object"
    missing = [f"{where}.{key}" for key in shown if key not in answer]
    for key in shown.keys() & answer.keys():
        missing += unknown_keys(shown[key], answer[key], f"{where}.{key}")
    return missing


@pytest_asyncio.fixture
async def product(tmp_path: Path) -> AsyncIterator[Product]:
    async with running(tmp_path / "guide") as product:
        yield product


@pytest.mark.system
async def test_every_example_is_answered_as_the_guide_says(product: Product) -> None:
    told = product.told
    tenant = told["tenants"][0]
    known = {
        "BASE": told["base_url"],
        "SIM": told["simulator_url"],
        "PASSWORD": tenant["users"][0]["password"],
        "ADMIN_PASSWORD": tenant["users"][4]["password"],
        "API_TOKEN": tenant["api_token"],
    }
    async with http(told["base_url"]) as client:
        for example in examples():
            client.cookies.clear()
            await follow(client, example, known)


async def follow(client: AsyncClient, example: Example, known: dict[str, str]) -> None:
    """Run one example and keep what the guide keeps, once it is there."""
    request = read(example.command, known)
    answers: list[Response] = []

    async def as_promised() -> bool:
        answers.append(await perform(client, request))
        got = answers[-1]
        assert got.status_code == example.status, f"{example.command}\n{got.status_code} {got.text}"
        if example.keep is None:
            return True
        value = inner(got.json(), example.keep["path"])
        if value is not None:
            known[example.keep["name"]] = value
        return value is not None

    await until(as_promised, SETTLES_WITHIN, example.command)
    if example.shown is not None:
        assert unknown_keys(example.shown, answers[-1].json()) == [], example.command


def test_every_curl_of_the_guide_is_an_example_with_a_status() -> None:
    commands = re.findall(r"^curl ", GUIDE.read_text(), re.MULTILINE)
    assert len(examples()) == len(commands) > 20


PAGES = ("agent.py", "apps.py", "manager.py", "events.py", "login.py", "ops.py")


def test_the_guide_shows_every_call() -> None:
    page = GUIDE.read_text()
    rooms = GUIDE.parent.parent / "api"
    for room in (*map(rooms.joinpath, PAGES), *(rooms / "admin").glob("*.py")):
        for path in re.findall(r'@routes\.\w+\(\s*"/([^"]+)"', room.read_text()):
            last = path.rsplit("/", 1)[-1]
            assert last in page or "{" in last, path
