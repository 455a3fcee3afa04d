"""The memory of processes over time, and whether it is flat."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

SAMPLE_EVERY = 2.0
# Growth over the second half up to the larger of the two is flat: what a garbage collector, an
# allocator or a full cache moves by itself.
FLAT_MIB = 8.0
FLAT_SHARE = 0.05
# Temporal's server keeps the state of closed workflows in memory for an hour (its history cache):
# until then it grows with their number, by design.
CACHES = {"temporal": 0.3}
# Pairs of samples at most, for the slope.
_MOST = 400


@dataclass(frozen=True)
class Sample:
    """`at` in seconds since the start, memory in MiB."""

    at: float
    mib: float


@dataclass(frozen=True)
class Verdict:
    """Slopes in MiB per minute; `growth` over the second half in MiB."""

    first: float
    second: float
    growth: float
    allowed: float

    @property
    def flat(self) -> bool:
        return self.growth <= self.allowed


def slope(samples: Sequence[Sample]) -> float:
    """MiB per second: the median of the slopes between all pairs (Theil and Sen), which a few
    wild samples do not move."""
    thinned = samples[:: max(1, len(samples) // _MOST)]
    slopes = [(b.mib - a.mib) / (b.at - a.at) for a, b in combinations(thinned, 2) if b.at > a.at]
    return statistics.median(slopes) if slopes else 0.0


def judge(samples: Sequence[Sample], share: float = FLAT_SHARE) -> Verdict:
    """The first half warms up: caches fill, code is loaded. A leak goes on in the second.

    `share`: of the usual memory, how much growth is still flat.
    """
    half = len(samples) // 2
    early, late = samples[:half], samples[half:]
    growth = slope(late) * (late[-1].at - late[0].at) if late else 0.0
    usual = statistics.median(one.mib for one in late) if late else 0.0
    allowed = max(FLAT_MIB, share * usual)
    return Verdict(slope(early) * 60, slope(late) * 60, growth, allowed)


def resident(pid: int) -> float | None:
    """The resident memory of a process in MiB, as Linux tells it; None when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    sizes = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1024 if sizes else None


@dataclass
class Watch:
    """Looks at processes again and again. `pids` names them now: a part may be started anew."""

    pids: Callable[[], Mapping[str, int]]
    seen: dict[str, list[Sample]] = field(default_factory=dict)
    # Of each process all ids that it had: more than one is a restart that nobody asked for.
    ids: dict[str, set[int]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(SAMPLE_EVERY)

    def look(self) -> None:
        at = time.monotonic() - self.began
        for name, pid in self.pids().items():
            self.ids.setdefault(name, set()).add(pid)
            mib = resident(pid)
            if mib is not None:
                self.seen.setdefault(name, []).append(Sample(at, mib))
