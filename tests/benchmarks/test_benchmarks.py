"""The benchmarks run: what they print here are numbers of no meaning, and nothing is timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TABLES = (
    "Processor time of one text and its reply",
    "Ratios of the same rounds",
    "Burst",
    "Webhooks at",
    "beside idle ones",
    "An agent takes one of many waiting chats",
    "A new chat begins to wait",
    "Live events at",
    "20 queues, 30 agents, 10 numbers",
)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.system
def test_every_benchmark_prints_its_table_and_finds_no_text_missing() -> None:
    done = bench("--quick", "--database", "sqlite")
    assert done.returncode == 0, done.stdout + done.stderr
    for title in TABLES:
        assert title in done.stdout
    assert "missing" in done.stdout
    for trouble in (" lost, ", "refused", "e-0"):
        assert trouble not in done.stdout, done.stdout
    # Each console heard of each change that concerned it.
    assert done.stdout.count("| 0 of ") == 3, done.stdout


def test_a_benchmark_that_there_is_not_is_told_with_those_that_there_are() -> None:
    done = bench("routine")
    assert done.returncode == 2
    assert "there is no routine; there are costs, burst" in done.stderr
