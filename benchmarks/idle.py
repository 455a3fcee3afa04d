"""Whether chats that nobody writes in slow down those in which somebody does."""

from __future__ import annotations

from benchmarks.engine import Cpu, Store, engine
from benchmarks.pairs import Traffic
from benchmarks.sizes import Sizes
from benchmarks.tables import ms, percentile, show

BUSY_CHATS = 10


async def run(store: Store, sizes: Sizes) -> None:
    """The same traffic with few idle chats and with many, each with a process of its own."""
    few, many = sizes.idle
    p50, rows = [], []
    async with engine(store) as running:
        chats = await running.company.connect_chats(BUSY_CHATS)
        for idle, more in ((few, few), (many, many - few)):
            await running.company.add_idle_chats(more)
            # Begun is not yet idle: ten thousand first steps are work for minutes.
            await running.at_rest()
            traffic, before = Traffic(running), running.cpu()
            count = await traffic.steadily(chats, sizes.live_seconds, sizes.rate)
            spent = running.cpu().since(before, count)
            p50.append(percentile(traffic.webhooks, 50))
            rows.append(_row(idle, traffic, spent, await traffic.missing()))
    rows.append(["ratio", f"{p50[1] / p50[0]:.2f}", "", "", "", ""])
    show(
        f"{BUSY_CHATS} busy chats at {sizes.rate:g} pairs/s beside idle ones",
        (
            "idle chats",
            "text p50",
            "reply to carrier p50",
            "Temporal/pair",
            "worker/pair",
            "missing",
        ),
        rows,
    )


def _row(idle: int, traffic: Traffic, spent: Cpu, missing: str) -> list[str]:
    return [
        f"{idle:,}",
        ms(percentile(traffic.webhooks, 50)),
        ms(percentile(traffic.to_carrier, 50)),
        ms(spent.temporal),
        ms(spent.worker),
        missing,
    ]
