"""Keeps processes running: notices a death at once, starts it again, and ends all in order."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

# A process that keeps dying is started again after growing pauses, still within two seconds.
_PAUSES = (0.0, 0.5, 1.0, 1.5)
_STABLE_SECONDS = 5.0
_LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One supervised process and what to run for it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    started_at: float = 0.0
    deaths: int = 0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def open_log(self) -> BinaryIO:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        return open(self.log, "ab")

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def die_with_parent(deadly: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: on Linux the kernel ends the child when its parent dies, even by SIGKILL.

    The C library is loaded before the fork, where that is safe.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(deadly))
            if os.getppid() != parent:
                os._exit(1)

    return arrange


@dataclass
class Supervisor:
    """`restarted` is called after each new start, so that others learn the new process id."""

    say: Callable[[str], None]
    restarted: Callable[[], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    children: dict[str, Child] = field(default_factory=dict)
    _watchers: list[asyncio.Task[None]] = field(default_factory=list)
    _ending: bool = False

    async def start(self, child: Child) -> None:
        self.children[child.name] = child
        await self._spawn(child)
        self._watchers.append(asyncio.create_task(self._watch(child), name=child.name))

    async def _spawn(self, child: Child) -> None:
        with child.open_log() as log:
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                env=child.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C reaches only us, and we end the parts in order.
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        child.started_at = time.monotonic()

    async def _watch(self, child: Child) -> None:
        while True:
            assert child.process is not None
            code = await child.process.wait()
            if self._ending:
                return
            stable = time.monotonic() - child.started_at > _STABLE_SECONDS
            child.deaths = 1 if stable else child.deaths + 1
            pause = _PAUSES[min(child.deaths, len(_PAUSES)) - 1]
            self.say(f"{child.name} {_cause(code)}; starting it again (see {child.log})")
            if child.deaths == len(_PAUSES):
                self.say(child.last_lines())
            await self.sleep(pause)
            await self._spawn(child)
            self.restarted()

    def broken(self) -> Child | None:
        """A child that died so often in a row that it will hardly come up."""
        return next((one for one in self.children.values() if one.deaths >= len(_PAUSES)), None)

    async def stop(self, waves: Sequence[tuple[Sequence[str], float]]) -> None:
        """Ends the named children wave by wave: SIGTERM, then after so many seconds SIGKILL."""
        self._ending = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for names, seconds in waves:
            await asyncio.gather(*(self._end(name, seconds) for name in names))

    async def _end(self, name: str, seconds: float) -> None:
        child = self.children.get(name)
        if child is None or child.process is None or not child.running:
            return
        with suppress(ProcessLookupError):
            child.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(child.process.wait(), seconds)
        except TimeoutError:
            self.say(f"{name} did not stop within {seconds:.0f} s and is killed")
            with suppress(ProcessLookupError):
                child.process.kill()
            await child.process.wait()


async def run_to_end(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and standard output; the command's messages go where ours go."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, output.decode()


def _cause(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"
