"""Structured logs of every process: JSON lines on stderr, without numbers and tokens."""

from __future__ import annotations

import logging
import re
import sys
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# E.164, or ten digits and more with or without separators: a phone number wherever it stands.
_NUMBER = re.compile(r"\+[0-9][0-9 ().-]{5,20}[0-9]|(?<![\w.:-])[0-9](?:[ ().-]?[0-9]){9,14}(?!\w)")
_CREDENTIAL = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_TOKEN = re.compile(r"\btl_[\w-]{16,}")
_PASSWORD_IN_URL = re.compile(r"(://[^\s:/@]+:)[^\s@]+@")
_SECRET_KEY = re.compile(r"(?i)token|password|secret|authorization|cookie|api_key")
_MASK = "•••"


@lru_cache(maxsize=10_000)
def masked(text: str) -> str:
    """The text without whatever looks like a phone number or a credential."""
    text = _PASSWORD_IN_URL.sub(rf"\1{_MASK}@", text)
    text = _CREDENTIAL.sub(rf"\1 {_MASK}", text)
    return _NUMBER.sub(_MASK, _TOKEN.sub(_MASK, text))


def _masked(value: Any) -> Any:
    match value:
        case str():
            return masked(value)
        case dict():
            return {key: _of_key(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(inner) for inner in value]
        case bool() | int() | float() | None:
            return value
    return masked(str(value))


def _of_key(key: str, value: Any) -> Any:
    return _MASK if _is_secret(key) else _masked(value)


@lru_cache(maxsize=10_000)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def mask(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The processor that every line passes, our own and the libraries'."""
    return {key: value if key in _INTERNAL else _of_key(key, value) for key, value in line.items()}


# Structlog's own keys, which its formatter takes out again.
_INTERNAL = frozenset({"_record", "_from_structlog", "timestamp"})


def configure(level: str) -> None:
    """Send every logger of this process through the same processors; `level` as in settings."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        mask,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    # Their INFO lines name addresses with queries.
    for chatty in ("httpx2", "httpcore2", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
