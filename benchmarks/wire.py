"""HTTP as cheap as Python allows: whoever drives a benchmark shares the machine with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Handler = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
_LONGEST = 1_000_000


@dataclass(frozen=True)
class Answer:
    """What a request came back with."""

    status: int
    body: bytes


@dataclass(frozen=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Client:
    """Requests to one server over connections that are kept."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self._host, self._port = at.hostname or "", at.port or 80
        self._idle: list[_Connection] = []

    async def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """One request and its answer, which must announce its length or have none."""
        # A server closes what was idle for long.
        self._idle = [link for link in self._idle if not link.reader.at_eof()]
        link = self._idle.pop() if self._idle else await self.connect()
        send_head(link.writer, method, path, headers | {"content-length": str(len(body))})
        link.writer.write(body)
        answer = await _read_answer(link.reader)
        self._idle.append(link)
        return answer

    async def connect(self) -> _Connection:
        """A connection of the caller's own."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        return _Connection(reader, writer)

    def close(self) -> None:
        for link in self._idle:
            link.writer.close()


def send_head(
    writer: asyncio.StreamWriter, method: str, path: str, headers: dict[str, str]
) -> None:
    """The first lines of a request."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"{method} {path} HTTP/1.1\r\nhost: bench\r\n{lines}\r\n".encode("latin-1"))


async def _read_head(reader: asyncio.StreamReader) -> tuple[list[str], int]:
    """The words of the first line, and how long the body is."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    length = 0
    for line in head[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = min(int(value), _LONGEST)
    return head[0].split(" "), length


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    words, length = await _read_head(reader)
    return Answer(int(words[1]), await reader.readexactly(length))


async def serve(handler: Handler) -> tuple[asyncio.Server, str]:
    """A server on a free port of loopback, and its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                words, length = await _read_head(reader)
                status, body = await handler(words[1], await reader.readexactly(length))
                head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n"
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"http://127.0.0.1:{port}"
