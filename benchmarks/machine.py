"""What was measured on, and how much processor time processes have taken."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from temporal.binary import VERSION

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def description() -> list[str]:
    """The machine and the versions, without names of hosts or folders."""
    with (_PROC / "meminfo").open() as told:
        kilobytes = int(told.readline().split()[1])
    cpu = next(
        (line.split(":")[1].strip() for line in (_PROC / "cpuinfo").open() if "model name" in line),
        platform.machine(),
    )
    return [
        f"{os.cpu_count()} cores ({cpu}), {kilobytes / 1024**2:.0f} GB of memory, "
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}, Temporal CLI {VERSION}, "
        f"temporalio {version('temporalio')}, SQLAlchemy {version('sqlalchemy')}",
    ]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of all its threads."""
    user, system, _, _ = _times(pid)
    return (user + system) / _TICKS


def tree_seconds(pid: int) -> float:
    """The same of a process and its children, those that have ended included."""
    alive = [_times(child) for child in _children(pid)]
    return (sum(_times(pid)) + sum(user + system for user, system, _, _ in alive)) / _TICKS


def _times(pid: int) -> tuple[int, int, int, int]:
    """Ticks of user and system time, and of waited-for children's; zero when it has ended."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0, 0, 0
    user, system, child_user, child_system = map(int, fields[11:15])
    return user, system, child_user, child_system


def _children(pid: int) -> Iterable[int]:
    for task in (_PROC / str(pid) / "task").iterdir():
        yield from map(int, (task / "children").read_text().split())
