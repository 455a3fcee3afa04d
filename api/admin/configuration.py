"""The configuration as one document: read, planned and applied like a file (product C6, X7)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse

from api.admin import changing
from api.admin.models import (
    Applied,
    Configuration,
    ConfigurationVersion,
    Plan,
    WantedConfiguration,
    WantedPreview,
)
from api.deps import Parts
from api.errors import documented
from api.lists import paged
from api.models import Name, Page, Per
from api.session import Called, Claimed
from domain.config import file
from domain.config.origins import SettingOrigin
from domain.config.preview import Preview
from domain.config.schema import schema
from services import administration
from services.auth import managing
from services.errors import InvalidField

routes = APIRouter(
    prefix="/admin/api/v1", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of a version.")]
Queue = Annotated[Name | None, Query(max_length=63, description="Key of a queue.")]


@routes.get("/configuration")
async def current(parts: Parts, claim: Claimed) -> Configuration:
    """The configuration that holds, as one document."""
    return Configuration.of(await parts.db.read(managing(claim, administration.current)))


@routes.get("/configuration/schema")
async def json_schema(parts: Parts, claim: Claimed) -> dict[str, Any]:
    """The JSON Schema of the document: titles, help, units, ranges, texts with their variables."""
    await parts.db.read(managing(claim, lambda _tx, _user: None))
    return schema()


@routes.get(
    "/configuration/file",
    response_model=None,
    responses={200: {"content": {"text/plain": {}}, "description": "The file."}},
)
async def as_file(parts: Parts, claim: Claimed) -> PlainTextResponse:
    """The configuration that holds, as the YAML file that `threadline apply` takes."""
    found = await parts.db.read(managing(claim, administration.current))
    return PlainTextResponse(await asyncio.to_thread(file.write, found.document))


@routes.get("/configuration/versions")
async def versions(
    parts: Parts, claim: Claimed, response: Response, page: Page = 1, per: Per = 100
) -> list[ConfigurationVersion]:
    """Every version that was applied, the newest first."""
    verb = managing(claim, administration.versions)
    found, total = await parts.db.read(verb, page, per)
    lines = [ConfigurationVersion(line.number, line.by, line.at) for line in found]
    return paged(response, per, (lines, total))


@routes.get("/configuration/versions/{version}", responses=documented(404))
async def version(parts: Parts, claim: Claimed, version: VersionNumber) -> Configuration:
    """One version. To go back to it, apply its document."""
    return Configuration.of(await parts.db.read(managing(claim, administration.version), version))


@routes.post("/configuration/plan", responses=documented(409))
async def plan(parts: Parts, claim: Claimed, body: WantedConfiguration) -> Plan:
    """What applying would change, and what that means for chats that run. Changes nothing."""
    wanted, places = await changing.read(parts, claim, body)
    with changing.located(places):
        return Plan.of(await changing.plan(parts, claim, wanted, body.base))


@routes.post("/configuration/preview", responses=documented(404))
async def preview(parts: Parts, claim: Claimed, body: WantedPreview) -> Preview:
    """What a consumer would read on the way to a queue, on the phone, while it is open.

    From a first text to the highest queue whose number leads there; each answer with what it leads
    to, and what each text costs. Changes nothing.
    """
    wanted, places = await changing.read(parts, claim, body)
    with changing.located(places):
        return await parts.db.read(managing(claim, administration.preview), wanted, body.queue)


@routes.post("/configuration/apply", responses=documented(409))
async def apply(parts: Parts, claim: Claimed, call: Called, body: WantedConfiguration) -> Applied:
    """Apply on top of version `base`; 409 says who applied another one meanwhile."""
    if body.base is None:
        raise InvalidField("base", "is required")
    wanted, places = await changing.read(parts, claim, body)
    with changing.located(places):
        return Applied.by(await changing.apply(parts, claim, call, wanted, body.base))


@routes.get("/settings/origins", responses=documented(404))
async def origins(parts: Parts, claim: Claimed, queue: Queue = None) -> list[SettingOrigin]:
    """Each setting's value, for the tenant or on a queue, and who gives it."""
    return await parts.db.read(managing(claim, administration.origins), queue)
