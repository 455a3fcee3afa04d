"""What a transaction may come to beside success: run again, or no database to be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

T = TypeVar("T")

# Deadlock and serialization failures of PostgreSQL: the whole service call is repeated.
RETRIED_STATES = {"40001", "40P01"}
# Two inserted the same row: the repeated call sees the other's, and says what that means.
UNIQUE_VIOLATION = "23505"
RETRIES = 5


class StoreUnavailable(Exception):
    """The database cannot be reached or is locked: the caller may try again (503)."""


class Again(Exception):
    """The service guessed wrongly which locks it needs: it is run again with `tx.attempt` > 0."""


def retrying(once: Callable[[int], T]) -> T:
    """`once(attempt)`, repeated where it asks for that, met a deadlock or was outrun."""
    for attempt in range(RETRIES - 1):
        try:
            return once(attempt)
        except Again:
            continue
        except DBAPIError as error:
            if not _may_be_retried(error) and _sqlstate(error) != UNIQUE_VIOLATION:
                raise
    try:
        return once(RETRIES - 1)
    except DBAPIError as error:
        if not _may_be_retried(error):
            raise
        raise StoreUnavailable("The database is too busy.") from None


def _may_be_retried(error: DBAPIError) -> bool:
    return _sqlstate(error) in RETRIED_STATES


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


class translated:
    """Turns what a lost or locked database raises into `StoreUnavailable`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, (OperationalError, InterfaceError)):
            return
        if _may_be_retried(error):
            return
        # Not `from error`: its message may quote a row, and a failure's causes reach Temporal.
        raise StoreUnavailable(f"The database is not reachable ({type(error).__name__}).") from None
