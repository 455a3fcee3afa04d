"""The OpenAPI document: what FastAPI knows, with our 400 for its 422, and how to authenticate."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.session import COOKIE, CSRF_HEADER

ABOUT = (
    "Every error is `{message}`, with `errors: [{field, message}]` where fields are at fault. "
    "Times are ISO-8601 UTC with milliseconds. With the session cookie, unsafe calls need the "
    f"header `{CSRF_HEADER}`."
)
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of a login."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
    "basic": {"type": "http", "scheme": "basic", "description": "Subdomain and API token."},
}
_PUBLIC = frozenset({"/agent/api/v1/login"})


def install(app: FastAPI) -> None:
    """Replace the document that FastAPI makes."""
    made = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(made())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = _SCHEMES
    for name in ("HTTPValidationError", "ValidationError"):
        parts.get("schemas", {}).pop(name, None)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            security = _security(path, safe=method == "get")
            if security:
                operation["security"] = security
    return document


def _security(path: str, *, safe: bool) -> list[dict[str, list[str]]]:
    if path in _PUBLIC:
        return []
    if path.startswith(("/agent/", "/admin/")):
        cookie: dict[str, list[str]] = {"session": []} if safe else {"session": [], "csrf": []}
        return [{"bearer": []}, cookie]
    if path.startswith(("/apps/", "/manager/")):
        return [{"basic": []}]
    if path.startswith("/events/"):
        return [{"bearer": []}, {"session": []}, {"basic": []}]
    return []
