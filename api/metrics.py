"""What /metrics shows: requests by route template and status, streams, and what is still owed."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from domain.health import Breaker
from store import health, outbox, views
from store.database import Tx
from store.health import AccountState

_ACCOUNT = ("carrier", "account")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


@dataclass(frozen=True)
class Owed:
    """The backlog: signals that Temporal has not got yet, chats that are not settled, and what
    waits for which carrier account."""

    signals: int
    oldest_seconds: float
    unsettled_chats: int
    accounts: list[AccountState]


def owed(tx: Tx) -> Owed:
    """The backlog at this moment."""
    oldest = outbox.oldest(tx)
    age = 0.0 if oldest is None else max(0.0, (tx.now - oldest).total_seconds())
    return Owed(outbox.count(tx), age, views.count_unsettled(tx), health.overview(tx))


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
        self._out_of_order = self._gauge(
            "threadline_carrier_out_of_order", "1: the account takes no texts.", *_ACCOUNT
        )
        self._failures = self._gauge(
            "threadline_carrier_failures", "Failures in a row of an account in order.", *_ACCOUNT
        )
        self._outages = self._gauge(
            "threadline_carrier_outages", "How often the account was out of order.", *_ACCOUNT
        )
        self._waiting = self._gauge(
            "threadline_carrier_texts_waiting", "Texts that are not sent yet.", *_ACCOUNT
        )

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, registry=self.registry)

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
        self._tell_carriers([] if backlog is None else backlog.accounts)
        return generate_latest(self.registry)

    def _tell_carriers(self, accounts: list[AccountState]) -> None:
        for gauge in (self._out_of_order, self._failures, self._outages, self._waiting):
            gauge.clear()
        for one in accounts:
            labels = (one.carrier, one.name)
            stopped = one.health.breaker is not Breaker.CLOSED
            self._out_of_order.labels(*labels).set(stopped)
            self._failures.labels(*labels).set(one.health.failures)
            self._outages.labels(*labels).set(one.health.openings)
            self._waiting.labels(*labels).set(one.queued + one.in_doubt)
