"""The company's numbers, one by one; each is named in the body, since addresses are logged.

A change is the current document, changed and applied, as for every other object.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from api.admin import changing
from api.admin.models import Applied, Base
from api.deps import Parts
from api.errors import documented
from api.models import Body, Name
from api.session import Called, Claimed
from domain.config import edit
from domain.config.edit import Section
from domain.config.problems import Refused
from services import administration
from services.administration import StoredNumber
from services.auth import administering, managing
from services.configuration import ToAsk
from services.errors import NotFound

routes = APIRouter(
    prefix="/admin/api/v1/numbers", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)


class WhichNumber(Body):
    """A number as the configuration writes it: E.164, or a short code."""

    number: Annotated[Name, Field(min_length=1, max_length=63)]


class GivenUp(WhichNumber):
    """`base`: the version that was looked at; 409 if another holds."""

    base: Base | None = None


class WantedNumber(GivenUp):
    """The number, and its settings as the configuration's schema describes them."""

    settings: dict[str, Any]


@routes.get("")
async def listed(parts: Parts, claim: Claimed) -> dict[str, dict[str, Any]]:
    """All numbers with their settings."""
    held = await parts.db.read(managing(claim, administration.current))
    return edit.listed(held.document, Section.NUMBERS)


@routes.put("", responses=documented(404, 409))
async def put(parts: Parts, claim: Claimed, call: Called, body: WantedNumber) -> Applied:
    """Add a number or replace its settings."""

    def change(document: edit.Data) -> edit.Data:
        return edit.with_object(document, Section.NUMBERS, body.number, body.settings)

    return Applied.by(await changing.edit(parts, claim, call, body.base, change))


@routes.post("/delete", responses=documented(404, 409))
async def delete(parts: Parts, claim: Claimed, call: Called, body: GivenUp) -> Applied:
    """Give a number up: texts to it are unknown from then on."""

    def change(document: edit.Data) -> edit.Data:
        return edit.without_object(document, Section.NUMBERS, body.number)

    return Applied.by(await changing.edit(parts, claim, call, body.base, change))


@routes.post("/status", responses=documented(404))
async def status(parts: Parts, claim: Claimed, body: WhichNumber) -> StoredNumber:
    """Whether the number's carrier has vouched for it. Asks nobody."""
    known = await parts.db.read(managing(claim, administration.numbers_of))
    if body.number not in known:
        raise NotFound("There is no such number.")
    return known[body.number]


@routes.post("/verify", responses=documented(404, 409))
async def verify(parts: Parts, claim: Claimed, call: Called, body: WhichNumber) -> StoredNumber:
    """Ask the carrier whether the account owns the number and can send texts from it (C4)."""
    wanted = await parts.db.read(administering(claim, administration.configured))
    if body.number not in wanted.numbers:
        raise NotFound("There is no such number.")
    asked = wanted.numbers[body.number].account
    known = await parts.vouch(wanted, ToAsk(frozenset(), (body.number,)))
    if known.refused:
        raise Refused(known.refused)
    verb = administering(claim, administration.settle_number)
    return await parts.db.write(verb, body.number, asked, known.verified[body.number], call)
