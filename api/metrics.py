"""What /metrics shows: requests by route template and status, streams, and what is still owed."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from store import outbox, views
from store.database import Tx

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


@dataclass(frozen=True)
class Owed:
    """The backlog: signals that Temporal has not got yet, and chats that are not settled."""

    signals: int
    oldest_seconds: float
    unsettled_chats: int


def owed(tx: Tx) -> Owed:
    """The backlog at this moment."""
    oldest = outbox.oldest(tx)
    age = 0.0 if oldest is None else max(0.0, (tx.now - oldest).total_seconds())
    return Owed(outbox.count(tx), age, views.count_unsettled(tx))


class Metrics:
    """The metrics of one process; a registry of its own, so that tests may make several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "threadline_http_requests", "Requests answered.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "threadline_http_request_seconds",
            "Time to the end of the answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._streams = self._gauge("threadline_sse_streams", "Open event streams.")
        self._outbox = self._gauge("threadline_outbox_size", "Signals owed to Temporal.")
        self._age = self._gauge("threadline_outbox_age_seconds", "Age of the oldest of them.")
        self._chats = self._gauge("threadline_unsettled_chats", "Chats whose process goes on.")

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        if route != "/events/v1/stream":
            self._seconds.labels(route).observe(seconds)

    def page(self, streams: int, backlog: Owed | None) -> bytes:
        """The text for Prometheus; without the store its figures are missing, not zero."""
        self._streams.set(streams)
        nan = float("nan")
        self._outbox.set(nan if backlog is None else backlog.signals)
        self._age.set(nan if backlog is None else backlog.oldest_seconds)
        self._chats.set(nan if backlog is None else backlog.unsettled_chats)
        return generate_latest(self.registry)
