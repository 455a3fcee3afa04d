"""What Temporal's SDK says of itself goes through our own logs: one format, numbers masked."""

from __future__ import annotations

import logging

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)


def forward_logs() -> None:
    """Call once per process, after logging is configured and before the first client is made.

    Left alone the SDK's core writes coloured lines of its own to stderr, between ours.
    """
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    said = TelemetryFilter(core_level="WARN", other_level="ERROR")
    telemetry = TelemetryConfig(logging=LoggingConfig(filter=said, forwarding=forwarding))
    Runtime.set_default(Runtime(telemetry=telemetry))
