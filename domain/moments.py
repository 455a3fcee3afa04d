"""Times as every interface shows them."""

from datetime import UTC, datetime


def iso(at: datetime) -> str:
    """ISO-8601, UTC, milliseconds and Z (product F)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
