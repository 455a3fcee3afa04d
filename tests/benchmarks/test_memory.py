"""The soak's verdict on memory: a leak is seen, warming up and noise are not taken for one."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from benchmarks.memory import Sample, judge, resident, slope


def samples(mib: Callable[[float], float], minutes: int = 10) -> list[Sample]:
    """Every two seconds, with the noise of an allocator."""
    dice = random.Random(1)
    return [Sample(at, mib(at) + dice.uniform(-2, 2)) for at in range(0, minutes * 60, 2)]


def warming_up(at: float) -> float:
    """To 150 MiB within the first half, and no further."""
    return 100 + 50 * min(1.0, at / 240)


def collected_now_and_then(at: float) -> float:
    """Up and down between collections."""
    return 150 + (at % 60) / 3


def leaking(at: float) -> float:
    """Three MiB a minute, behind a collector's ups and downs."""
    return collected_now_and_then(at) + at / 20


@pytest.mark.parametrize("mib", [warming_up, collected_now_and_then])
def test_warming_up_and_collecting_are_flat(mib: Callable[[float], float]) -> None:
    assert judge(samples(mib)).flat


def test_a_leak_is_not_flat() -> None:
    verdict = judge(samples(leaking))

    assert not verdict.flat
    assert verdict.growth == pytest.approx(15, abs=6)


def test_a_few_wild_samples_do_not_move_the_slope() -> None:
    flat = samples(lambda _: 100.0)
    wild = [Sample(one.at, 900.0) if n % 20 == 19 else one for n, one in enumerate(flat)]

    assert slope(wild) == pytest.approx(0, abs=0.01)


def test_too_few_samples_are_no_leak() -> None:
    assert judge([]).flat
    assert judge([Sample(0, 100)]).flat


def test_a_process_has_memory_while_it_lives() -> None:
    own = resident(os.getpid())

    assert own is not None
    assert 10 < own < 10_000
    assert resident(2**22 + 1) is None
