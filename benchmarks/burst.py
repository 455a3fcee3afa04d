"""How many pairs a machine takes when nothing paces them, beside bare workflows."""

from __future__ import annotations

from benchmarks.bare import Bare
from benchmarks.engine import Store, engine
from benchmarks.pairs import Traffic, in_lanes
from benchmarks.sizes import Sizes
from benchmarks.tables import goal, median, show

GOAL = 0.55


async def run(store: Store, sizes: Sizes) -> None:
    """As many lanes as chats, each a pair at a time; ours and bare by turns."""
    rates: list[tuple[float, float]] = []
    pairs = sizes.chats * sizes.burst_pairs
    async with engine(store) as running:
        chats = await running.company.connect_chats(sizes.chats)
        async with Bare.opened(running, sizes.chats) as bare:
            for _ in range(sizes.rounds):
                traffic = Traffic(running)

                async def pair(lane: int, n: int, traffic: Traffic = traffic) -> None:
                    await traffic.pair(chats[lane], lane * sizes.burst_pairs + n)

                ours = pairs / await in_lanes(sizes.chats, sizes.burst_pairs, pair)
                missing = await traffic.missing()
                theirs = pairs / await in_lanes(
                    sizes.chats, sizes.burst_pairs, lambda lane, _: bare.pair(lane)
                )
                rates.append((ours, theirs))
    ratio = median([ours / theirs for ours, theirs in rates])
    show(
        f"Burst: {sizes.chats} chats, {sizes.burst_pairs} pairs each, back to back",
        ("", "pairs/s, median", f"{sizes.rounds} rounds"),
        [
            _row("the product, receipts included", [ours for ours, _ in rates]),
            _row("bare workflows", [theirs for _, theirs in rates]),
            ["ratio", goal(ratio, GOAL, at_least=True), f"missing in the last: {missing}"],
        ],
    )


def _row(name: str, rates: list[float]) -> list[str]:
    return [name, f"{median(rates):.0f}", " ".join(f"{rate:.0f}" for rate in rates)]
