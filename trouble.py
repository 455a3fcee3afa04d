"""What stops a command, each in a sentence for whoever typed it instead of a stack trace."""

from __future__ import annotations

import logging

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from typer.exceptions import TyperException

from carriers.protocol import CarrierAccountRefused
from layout import DevError
from ports import PortTaken
from services.errors import Refused
from store.database import StoreUnavailable
from temporal.binary import NoTemporalServer

_NO_TABLE = ("no such table", 'relation "')  # as SQLite and PostgreSQL say it


def sentence(error: Exception) -> str | None:
    """None: it is a mistake of ours, and its trace is needed. Empty: all has been said."""
    # With THREADLINE_LOG_LEVEL=DEBUG the log of a process that serves has the trace all the same.
    logging.getLogger(__name__).debug("stopped", exc_info=error)
    match error:
        case Refused() | CarrierAccountRefused() | DevError() | PortTaken() | NoTemporalServer():
            return str(error)
        case TyperException():
            return _of_usage(error)
        case ValidationError():
            return "\n".join(_of_setting(str(one["loc"][0]), one["msg"]) for one in error.errors())
        case StoreUnavailable() | SQLAlchemyError():
            return _of_database(error)
        case OSError():
            return _of_system(error)
    return None


def _of_usage(error: TyperException) -> str:
    """Empty where the help was shown instead, since nothing was asked for."""
    said = error.format_message().strip().replace(": Value error, ", ": ")
    return f"{said}." if said and not said.endswith((".", "?")) else said


def _of_setting(name: str, rule: str) -> str:
    return f"THREADLINE_{name.upper()}: {rule.removeprefix('Value error, ')}"


def _of_database(error: Exception) -> str:
    cause = error.__context__ if isinstance(error, StoreUnavailable) else error
    said = cause.orig if isinstance(cause, DBAPIError) else cause
    # The first line alone: the others quote the statement, and with it what people wrote.
    reason = (str(said or error).splitlines() or [type(error).__name__])[0].rstrip(".")
    if any(words in reason for words in _NO_TABLE):
        return f"The database lacks our tables ({reason}). Run `threadline migrate`."
    return (
        f"The database cannot be used: {reason}. "
        "Start it, or correct THREADLINE_DATABASE_URL; `threadline doctor` tells more."
    )


def _of_system(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
