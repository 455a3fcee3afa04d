"""Processor time of one inbound text and its reply, beside a bare workflow with the same verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bare import Bare
from benchmarks.company import Chat
from benchmarks.engine import Cpu, Engine, Store, engine
from benchmarks.pairs import THINKS, Traffic, at_rate
from benchmarks.sizes import Sizes
from benchmarks.tables import goal, median, ms, show

GOAL_TEMPORAL = 1.15
GOAL_EDGE = 0.4


@dataclass(frozen=True)
class Round:
    """Seconds per pair, of both, in one round."""

    ours: Cpu
    bare_temporal: float
    bare_worker: float

    @property
    def beside_bare(self) -> float:
        """Temporal's server and the workers, against the same of the bare workflow."""
        whole = self.ours.temporal + self.ours.worker
        return whole / (self.bare_temporal + self.bare_worker)

    @property
    def edge(self) -> float:
        """API, store and relay, against Temporal's server."""
        return (self.ours.api + self.ours.postgres) / self.ours.temporal


async def run(store: Store, sizes: Sizes) -> None:
    """Rounds of ours and of bare by turns, on one Temporal server."""
    async with engine(store) as running:
        chats = await running.company.connect_chats(sizes.chats)
        async with Bare.opened(running, sizes.chats) as bare:
            traffic = Traffic(running)
            await traffic.steadily(chats, min(5.0, sizes.seconds), sizes.rate)
            rounds = [await _round(running, chats, bare, sizes) for _ in range(sizes.rounds)]
    _report(rounds, sizes)


async def _round(running: Engine, chats: list[Chat], bare: Bare, sizes: Sizes) -> Round:
    traffic = Traffic(running)
    before = running.cpu()
    count = await traffic.steadily(chats, sizes.seconds, sizes.rate)
    await running.company.quiet()
    ours = running.cpu().since(before, count)
    temporal, worker = bare.cpu()
    await at_rate(sizes.rate, count, lambda n: bare.pair(n, THINKS))
    now_temporal, now_worker = bare.cpu()
    return Round(ours, (now_temporal - temporal) / count, (now_worker - worker) / count)


def _report(rounds: Sequence[Round], sizes: Sizes) -> None:
    def row(name: str, *seconds: float) -> list[str]:
        return [name, ms(median(seconds)), f"{ms(min(seconds))} to {ms(max(seconds))}"]

    title = f"Processor time of one text and its reply, {sizes.rate:g} pairs/s"
    rows = [
        row("Temporal server", *(one.ours.temporal for one in rounds)),
        row("worker, its store and carrier calls included", *(one.ours.worker for one in rounds)),
        row("API with store and relay", *(one.ours.api for one in rounds)),
        row("PostgreSQL", *(one.ours.postgres for one in rounds)),
        row("bare: Temporal server", *(one.bare_temporal for one in rounds)),
        row("bare: worker", *(one.bare_worker for one in rounds)),
    ]
    used = [line for line in rows if line[1] != ms(0)]
    show(title, ("process", "per pair, median", f"{len(rounds)} rounds"), used)
    beside_bare = [one.beside_bare for one in rounds]
    edge = [one.edge for one in rounds]
    show(
        "Ratios of the same rounds",
        ("ratio", "median", "rounds"),
        [
            ["(Temporal server + worker) : bare", goal(median(beside_bare), GOAL_TEMPORAL),
             _span(beside_bare)],
            ["(API + store + relay) : Temporal server", goal(median(edge), GOAL_EDGE),
             _span(edge)],
        ],
    )  # fmt: skip


def _span(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.2f} to {max(ratios):.2f}"
