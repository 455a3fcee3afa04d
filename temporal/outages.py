"""Which failures mean that Temporal is away, rather than that it refuses this one signal."""

from __future__ import annotations

from temporalio.service import RPCError, RPCStatusCode

from temporal.binding import WrongNamespace

OUTAGE = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.NOT_FOUND,
)


def is_outage(error: Exception) -> bool:
    """Whether no signal can be delivered now."""
    if isinstance(error, RPCError):
        return error.status in OUTAGE
    return isinstance(error, (WrongNamespace, OSError, TimeoutError, RuntimeError))
