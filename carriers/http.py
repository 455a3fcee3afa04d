"""How texts travel to carriers over HTTP: one client per process, one time limit, one judgement
on which failures prove that nothing was sent."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from httpx2 import (
    AsyncClient,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    InvalidURL,
    Limits,
    PoolTimeout,
    Response,
    Timeout,
    UnsupportedProtocol,
)

from carriers.protocol import Busy, NoAnswer

HTTP_TIMEOUT = timedelta(seconds=5)
"""Of one request in total. Activities that send allow at least 2 s more than this."""

_PHASES = Timeout(HTTP_TIMEOUT.total_seconds(), connect=3.0, pool=2.0)
_NOT_SENT = (ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol, InvalidURL)
_LONGEST_WAIT = timedelta(hours=1)


def new_client() -> AsyncClient:
    """The client that all carriers of a process share; its owner closes it."""
    # Idle connections are dropped before a server's usual 5 s keep-alive can close them under
    # a request: such a close cannot be told from a text that was taken.
    limits = Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=4.0)
    return AsyncClient(timeout=_PHASES, limits=limits, follow_redirects=False, trust_env=False)


async def ask(
    client: AsyncClient, method: str, url: str, **options: Any
) -> Response | Busy | NoAnswer:
    """One request within HTTP_TIMEOUT; a failure is Busy only if nothing can have been sent."""
    try:
        async with asyncio.timeout(HTTP_TIMEOUT.total_seconds()):
            return await client.request(method, url, **options)
    except _NOT_SENT:
        return Busy()
    except TimeoutError:
        return NoAnswer(f"no answer within {HTTP_TIMEOUT.total_seconds():g} s")
    except HTTPError as error:
        return NoAnswer(type(error).__name__)


def busy(response: Response) -> Busy:
    """A 429 or 503: not taken, and when to come again, where the answer says it."""
    throttled = response.status_code == 429
    return Busy(retry_after(response), f"HTTP {response.status_code}", throttled)


def retry_after(response: Response) -> timedelta | None:
    """The Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); at most an hour."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), _LONGEST_WAIT)
    try:
        instant = parsedate_to_datetime(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    wait = instant - datetime.now(UTC)
    return min(max(wait, timedelta()), _LONGEST_WAIT)
