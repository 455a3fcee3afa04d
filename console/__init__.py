"""The console: empty shells for agents and administrators, and the modules that fill them.

The shells hold no tenant data, so that they can be served to anybody; the modules put everything
in with `textContent`, under a policy that allows no script, style or request but our own.
"""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from domain.segments import AGENT_MAX, PLAIN
from domain.statuses import CHOSEN

_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "worker-src 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: under it a browser sends no Origin with our own unsafe calls.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}


def mount(
    app: FastAPI, *, temporal_ui_url: str | None, simulator_url: str | None, demo: bool
) -> None:
    """Add the console's pages to the application. The phones are linked in a demo only."""
    shell = _page("console.html", temporal_ui_url, simulator_url if demo else None)
    administration = _page("admin.html", temporal_ui_url, None)

    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        return RedirectResponse("/console", headers=_HEADERS)

    @app.get("/console", include_in_schema=False)
    async def console() -> Response:
        return HTMLResponse(shell, headers=_HEADERS)

    @app.get("/admin", include_in_schema=False)
    async def admin() -> Response:
        return HTMLResponse(administration, headers=_HEADERS)

    # Not "/console/static" inside "/console": a mount answers for everything below its path.
    app.mount("/console/static", _Static(directory=_HERE / "static"), name="console-static")


def _page(name: str, temporal_ui_url: str | None, simulator_url: str | None) -> str:
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return pages.get_template(name).render(
        temporal_ui_url=temporal_ui_url,
        simulator_url=simulator_url,
        modules=sorted(module.name for module in (_HERE / "static").glob("*.js")),
        admin_modules=sorted(module.name for module in (_HERE / "static" / "admin").glob("*.js")),
        statuses=[str(status) for status in CHOSEN],
        agent_max=AGENT_MAX,
        plain=dict(PLAIN),
    )


class _Static(StaticFiles):
    """Files with the policy: a shared worker obeys the one that its own script came with."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_HEADERS)
        return response
