"""How quickly a carrier's webhook is acknowledged while so many chats are live."""

from __future__ import annotations

from benchmarks.company import CHATS_PER_AGENT
from benchmarks.engine import Store, engine
from benchmarks.pairs import Traffic
from benchmarks.sizes import Sizes
from benchmarks.tables import ms, percentile, show

GOAL_P99 = 0.250


async def run(store: Store, sizes: Sizes) -> None:
    """The same pace, spread over more and more chats."""
    rows = []
    async with engine(store, agents=max(sizes.live) // CHATS_PER_AGENT) as running:
        for live in sizes.live:
            chats = await running.company.connect_chats(live)
            traffic = Traffic(running)
            await traffic.steadily(chats, sizes.live_seconds, sizes.rate)
            p99 = percentile(traffic.webhooks, 99)
            kept = "kept" if p99 < GOAL_P99 else "missed"
            rows.append(
                [
                    f"{live:,}",
                    ms(percentile(traffic.webhooks, 50)),
                    f"{ms(p99)} (goal < 250 ms: {kept})",
                    ms(percentile(traffic.to_carrier, 50)),
                    await traffic.missing(),
                ]
            )
    show(
        f"Webhooks at {sizes.rate:g} pairs/s",
        ("live chats", "webhook p50", "webhook p99", "reply to carrier p50", "missing"),
        rows,
    )
