"""Each refusal as `{"message"}`, with `errors` where fields are at fault. No 500 for input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.stream import Stopping
from carriers.protocol import CarrierAccountRefused, WebhookRefused
from domain.config.problems import Problem
from domain.config.problems import Refused as RefusedConfiguration
from services.errors import InvalidField, NotAuthenticated, Refused, RetryLater
from store.database import StoreUnavailable


class FieldError(BaseModel):
    """What is wrong with one field; `line` and `column` where it stands in a file."""

    field: str
    message: str
    line: int | None = None
    column: int | None = None


class Error(BaseModel):
    """A refusal; `message` is for people to read."""

    message: str


class InputError(Error):
    """A refusal of what was sent."""

    errors: list[FieldError] | None = None


# What each status means, for the OpenAPI document.
MEANING = {
    400: "The request is malformed or a field breaks a rule.",
    401: "Nobody is logged in, or the token is wrong, expired or revoked.",
    403: "Not allowed.",
    404: "Not found, or not yours to see.",
    409: "The state does not allow it.",
    413: "The body is too large.",
    429: "Too many; `Retry-After` says when to try again, in seconds.",
    503: "A part is down; `Retry-After` says when to try again, in seconds.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its `responses`."""
    return {
        status: {"model": InputError if status == 400 else Error, "description": MEANING[status]}
        for status in statuses
    }


def refusal(
    status: int, message: str, errors: Sequence[tuple[str, str]] = (), **headers: str
) -> JSONResponse:
    """The one form of an error; `errors` are (field, rule)."""
    body: dict[str, Any] = {"message": message}
    if errors:
        body["errors"] = [{"field": field, "message": f"{field} {rule}"} for field, rule in errors]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(body, status, named)


def install(app: FastAPI) -> None:
    """Answer every known error of the layers below."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RefusedConfiguration, _configuration_refused)
    app.add_exception_handler(WebhookRefused, _webhook_refused)
    app.add_exception_handler(CarrierAccountRefused, _account_refused)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(Stopping, _stopping)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    if isinstance(error, InvalidField):
        return refusal(error.status, error.message, [(error.field, error.rule)])
    if isinstance(error, RetryLater):
        seconds = max(1, math.ceil(error.retry_after.total_seconds()))
        return refusal(error.status, error.message, retry_after=str(seconds))
    if isinstance(error, NotAuthenticated):
        return refusal(error.status, error.message, www_authenticate=error.challenge)
    return refusal(error.status, error.message)


async def _configuration_refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedConfiguration)
    errors = [_told(problem) for problem in error.problems]
    return JSONResponse({"message": str(error), "errors": errors}, error.status)


def _told(problem: Problem) -> dict[str, Any]:
    told: dict[str, Any] = {"field": problem.field, "message": f"{problem.field} {problem.rule}"}
    if problem.line is not None:
        told |= {"line": problem.line, "column": problem.column}
    return told


async def _webhook_refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WebhookRefused)
    return refusal(error.status, error.message)


async def _account_refused(_: Request, _error: Exception) -> JSONResponse:
    # What is wrong is for the log: whoever calls is not known yet.
    return refusal(503, "The carrier account is not set up. Try again later.", retry_after="60")


async def _unavailable(_: Request, _error: Exception) -> JSONResponse:
    return refusal(503, "The store is not reachable. Try again shortly.", retry_after="2")


async def _stopping(_: Request, _error: Exception) -> JSONResponse:
    return refusal(503, "This server is shutting down. Try again.", retry_after="1")


_PHRASES = {
    400: "body must be valid JSON",
    404: "Not found.",
    405: "Method not allowed.",
}


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = _PHRASES.get(error.status_code, str(error.detail))
    return JSONResponse({"message": message}, error.status_code, error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [(_field(found["loc"]), _rule(found)) for found in error.errors()]
    field, rule = errors[0]
    return refusal(400, f"{field} {rule}", errors)


def _field(loc: Sequence[str | int]) -> str:
    # Of malformed JSON the place is given as a number.
    inner = [part for part in loc[1:] if isinstance(part, str)]
    return ".".join(inner) if inner else str(loc[0])


def _rule(found: Mapping[str, Any]) -> str:
    """What pydantic found, as a rule. Never quotes what was sent."""
    limits = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return "is required"
        case "string_type" | "string_unicode":
            return "must be a string"
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return "must be a whole number"
        case "greater_than_equal":
            return f"must be at least {limits['ge']}"
        case "less_than_equal":
            return f"must be at most {limits['le']}"
        case "string_too_short" | "too_short":
            return f"must have at least {limits['min_length']} characters"
        case "string_too_long" | "too_long":
            return f"must have at most {limits['max_length']} characters"
        case "json_invalid":
            return "must be valid JSON"
        case "model_attributes_type" | "model_type" | "dict_type":
            return "must be a JSON object, sent as application/json"
        case "value_error":
            return str(limits["error"])
        case "datetime_parsing" | "datetime_from_date_parsing" | "timezone_aware":
            return "must be a time with a zone, such as 2026-11-24T12:00:00Z"
        case "enum" | "literal_error":
            return f"must be {limits['expected']}"
        case "string_pattern_mismatch":
            return "has the wrong form"
    return "is not valid"
