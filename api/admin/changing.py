"""The one way in which the API changes a configuration: ask carriers, plan, apply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.admin.models import WantedDocument
from api.deps import Deps
from domain.config import file
from domain.config.document import Configuration
from domain.config.edit import Data, UnknownObject
from domain.config.file import Places
from domain.config.problems import Refused
from services import administration
from services.audit import Call
from services.auth import Claim, administering, managing
from services.configuration import Draft, Planned
from services.errors import InvalidField, NotFound, OutdatedPlan
from services.projection import Known

EDIT_ATTEMPTS = 3


async def plan(parts: Deps, claim: Claim, wanted: Configuration, base: int | None) -> Planned:
    """What applying would do. Raises `Refused`, `OutdatedPlan`."""
    draft, known = await _drafted(parts, claim, wanted, base)
    return await parts.db.read(administering(claim, administration.plan), draft, known)


async def apply(parts: Deps, claim: Claim, call: Call, wanted: Configuration, base: int) -> Planned:
    """Make it so. Raises `Refused`, `OutdatedPlan`."""
    draft, known = await _drafted(parts, claim, wanted, base)
    return await parts.db.write(administering(claim, administration.apply), draft, call, known)


async def _drafted(
    parts: Deps, claim: Claim, wanted: Configuration, base: int | None
) -> tuple[Draft, Known]:
    verb = administering(claim, administration.draft)
    draft, ask = await parts.db.read(verb, wanted, base)
    return draft, await parts.vouch(wanted, ask)


async def edit(
    parts: Deps, claim: Claim, call: Call, base: int | None, change: Callable[[Data], Data]
) -> Planned:
    """Apply a change of one object to the configuration that holds.

    Without a `base` it is made again on what somebody else applied meanwhile: it touches nothing
    but its object. Raises `Refused`, `OutdatedPlan`, `NotFound`.
    """
    for attempt in range(EDIT_ATTEMPTS):
        held = await parts.db.read(administering(claim, administration.current))
        if base is not None and base != held.number:
            raise OutdatedPlan(held.number, held.by)
        try:
            wanted = await asyncio.to_thread(_changed, change, held.document)
            return await apply(parts, claim, call, wanted, held.number)
        except UnknownObject as unknown:
            raise NotFound(f"There is no {unknown}.") from None
        except OutdatedPlan:
            if base is not None or attempt == EDIT_ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _changed(change: Callable[[Data], Data], document: Data) -> Configuration:
    return file.validate(change(document), strict=True)


async def read(
    parts: Deps, claim: Claim, body: WantedDocument
) -> tuple[Configuration, Places | None]:
    """What a body asks for, with the places of a file. Raises `Refused`."""
    # Before the work: to read a large one takes seconds, which no stranger may ask for.
    await parts.db.read(managing(claim, lambda _tx, _user: None))
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
