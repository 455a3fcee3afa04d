"""How much each benchmark does: enough to print in a document, or just enough to see it work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tenant:
    """How much a tenant has configured."""

    queues: int
    agents: int
    numbers: int


@dataclass(frozen=True)
class Sizes:
    """Bounded, whatever the machine: counts and seconds, never "until it is steady"."""

    rounds: int = 5
    chats: int = 64
    seconds: float = 20.0
    rate: float = 16.0
    burst_pairs: int = 8
    live: tuple[int, ...] = (10, 100, 1_000)
    live_seconds: float = 60.0
    idle: tuple[int, int] = (10, 10_000)
    waiting: tuple[int, ...] = (10, 1_000, 10_000)
    waiting_agents: int = 500
    decisions: int = 20
    streams: int = 200
    stream_rate: float = 4.0
    stream_seconds: float = 30.0
    tenant: Tenant = Tenant(queues=2_000, agents=5_000, numbers=500)


FULL = Sizes()
# Less than a minute for each: whether they run at all is what matters.
QUICK = Sizes(
    rounds=1,
    chats=2,
    seconds=1.0,
    rate=4.0,
    burst_pairs=2,
    live=(2, 4),
    live_seconds=1.0,
    idle=(2, 12),
    waiting=(2, 30),
    waiting_agents=5,
    decisions=2,
    streams=3,
    stream_seconds=1.0,
    tenant=Tenant(queues=20, agents=30, numbers=10),
)
