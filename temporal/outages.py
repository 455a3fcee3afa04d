"""Which failures mean that Temporal is away, rather than that it refuses this one signal."""

from __future__ import annotations

from temporalio.service import RPCError, RPCStatusCode

from store.database import StoreUnavailable
from temporal.binding import WrongNamespace

OUTAGE = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.NOT_FOUND,
)


def is_outage(error: Exception) -> bool:
    """Whether nothing can be delivered now, rather than this one signal."""
    if isinstance(error, RPCError):
        return error.status in OUTAGE
    away = (StoreUnavailable, WrongNamespace, OSError, TimeoutError, RuntimeError)
    return isinstance(error, away)
