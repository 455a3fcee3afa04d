"""The one way in which the API changes a configuration: ask carriers, plan, apply."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.admin.models import WantedConfiguration
from api.deps import Deps
from api.session import by_cookie
from domain.config import file
from domain.config.document import Configuration
from domain.config.file import Places
from domain.config.problems import Refused
from services import administration
from services.administration import Call
from services.auth import Claim, administering
from services.configuration import Planned
from services.errors import InvalidField


async def _call(request: Request) -> Call:
    # Browsers have the cookie, programs a token.
    source = "console" if by_cookie(request) else "api"
    return Call(source, request.client.host if request.client else None)


Called = Annotated[Call, Depends(_call)]


async def plan(parts: Deps, claim: Claim, wanted: Configuration, base: int | None) -> Planned:
    """What applying would do. Raises `Refused`, `OutdatedPlan`."""
    ask = await parts.db.read(administering(claim, administration.to_ask), wanted)
    known = await parts.vouch(wanted, ask)
    return await parts.db.read(administering(claim, administration.plan), wanted, base, known)


async def apply(parts: Deps, claim: Claim, call: Call, wanted: Configuration, base: int) -> Planned:
    """Make it so. Raises `Refused`, `OutdatedPlan`."""
    ask = await parts.db.read(administering(claim, administration.to_ask), wanted)
    known = await parts.vouch(wanted, ask)
    verb = administering(claim, administration.apply)
    return await parts.db.write(verb, wanted, base, call, known)


async def read(body: WantedConfiguration) -> tuple[Configuration, Places | None]:
    """What a body asks for, with the places of a file. Raises `Refused`."""
    if (body.document is None) == (body.yaml is None):
        raise InvalidField("document", "or yaml is required, one of the two")
    # In a thread: a large one takes a second.
    if body.yaml is not None:
        return await asyncio.to_thread(file.parse, body.yaml)
    return await asyncio.to_thread(file.validate, body.document, strict=True), None


@contextmanager
def located(places: Places | None) -> Iterator[None]:
    """Refusals of a file's configuration say where in the file."""
    try:
        yield
    except Refused as refused:
        if places is None:
            raise
        raise Refused([places.locate(problem) for problem in refused.problems]) from None
