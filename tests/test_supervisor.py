"""How soon a part that dies is started again, and how soon everything is ended."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

import dev
import supervisor
from supervisor import Child, Supervisor

SLEEPS = (sys.executable, "-c", "import time; time.sleep(600)")


def part(folder: Path, *command: str) -> Child:
    return Child("part", command, {}, folder / "part.log")


async def test_a_part_that_keeps_dying_is_started_again_each_time_within_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            enough.set()
        await asyncio.sleep(0)

    # However slow the machine: none of these lives long.
    monkeypatch.setattr(supervisor, "_STABLE_SECONDS", 3600.0)
    said: list[str] = []
    watching = Supervisor(said.append, lambda: None, pause)
    await watching.start(part(tmp_path, "false"))
    await enough.wait()
    broken = watching.broken()
    await watching.stop(((("part",), 60.0),))

    assert pauses[0] == 0
    assert pauses == sorted(pauses)
    assert max(pauses) < 2
    assert broken is not None
    assert "ended with code 1" in said[0]


async def test_a_part_that_ran_for_a_while_is_started_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_STABLE_SECONDS", -1.0)
    again = asyncio.Event()
    watching = Supervisor(lambda _: None, again.set)
    child = part(tmp_path, *SLEEPS)
    await watching.start(child)
    assert child.process is not None
    for _ in range(5):
        again.clear()
        child.process.kill()
        await again.wait()

    assert child.deaths == 1
    assert watching.broken() is None
    await watching.stop(((("part",), 60.0),))
    assert not child.running


async def test_a_part_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    stubborn = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(600)"
    )
    said: list[str] = []
    watching = Supervisor(said.append, lambda: None)
    child = part(tmp_path, sys.executable, "-c", stubborn)
    await watching.start(child)
    while not ready.exists():  # noqa: ASYNC110 - another process tells by a file only
        await asyncio.sleep(0.01)
    await watching.stop(((("part",), 0.1),))

    assert not child.running
    assert said == ["part did not stop within 0 s and is killed"]


def test_everything_is_ended_within_ten_seconds() -> None:
    names = [name for names, _ in dev._WAVES for name in names]

    assert sum(seconds for _, seconds in dev._WAVES) < 10
    assert sorted(names) == ["api", "simulator", "temporal", "worker"]
