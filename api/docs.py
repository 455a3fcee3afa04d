"""The page that shows the OpenAPI document: our own script, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

routes = APIRouter(prefix="/docs", include_in_schema=False)

_PAGES = Path(__file__).parent / "pages"
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-cache",
}


@routes.get("")
async def page() -> FileResponse:
    return FileResponse(_PAGES / "docs.html", headers=_HEADERS)


@routes.get("/docs.js")
async def script() -> FileResponse:
    return FileResponse(_PAGES / "docs.js", headers=_HEADERS, media_type="text/javascript")


@routes.get("/docs.css")
async def style() -> FileResponse:
    return FileResponse(_PAGES / "docs.css", headers=_HEADERS, media_type="text/css")
