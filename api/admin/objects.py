"""The objects of a configuration one by one: queues, users, teams, texts, settings, …

A change of one object is the current document, changed, planned and applied: there is no other way
in which anything is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query

from api.admin import changing
from api.admin.models import Applied
from api.deps import Parts
from api.errors import documented
from api.models import Name
from api.session import Called, Claimed
from domain.config import edit
from domain.config.edit import Part, Section
from services import administration
from services.auth import managing

routes = APIRouter(
    prefix="/admin/api/v1", tags=["admin"], responses=documented(400, 401, 403, 409, 413, 503)
)
Key = Annotated[Name, Path(min_length=1, max_length=63, description="The object's key.")]
Base = Annotated[
    int | None,
    Query(ge=0, le=2**31 - 1, description="The version that was looked at; 409 if another holds."),
]
Value = Annotated[
    dict[str, Any], Body(description="The object as the configuration's schema describes it.")
]
Whole = Annotated[Any, Body(description="The part as the configuration's schema describes it.")]


def _section(section: Section) -> None:
    """The routes of one kind of object."""

    async def listed(parts: Parts, claim: Claimed) -> dict[str, dict[str, Any]]:
        held = await parts.db.read(managing(claim, administration.current))
        return edit.listed(held.document, section)

    async def put(
        parts: Parts, claim: Claimed, call: Called, key: Key, value: Value, base: Base = None
    ) -> Applied:
        def change(document: edit.Data) -> edit.Data:
            return edit.with_object(document, section, key, value)

        return Applied.by(await changing.edit(parts, claim, call, base, change))

    async def delete(
        parts: Parts, claim: Claimed, call: Called, key: Key, base: Base = None
    ) -> Applied:
        def change(document: edit.Data) -> edit.Data:
            return edit.without_object(document, section, key)

        return Applied.by(await changing.edit(parts, claim, call, base, change))

    _add("GET", f"/{section}", listed, f"All {section}, by key.")
    _add("PUT", f"/{section}/{{key}}", put, f"Make or replace one of the {section}.", 404)
    _add("DELETE", f"/{section}/{{key}}", delete, _DELETES.get(section, "Delete it."), 404)


_DELETES = {
    Section.USERS: "Deactivate a user: off all queues and teams, logged out, chats given back.",
    Section.QUEUES: "Delete a queue with all below it; its chats go to its substitute, or end.",
}


_UNSET: dict[Part, Any] = {Part.SILENT: [], Part.CRM: None}
_REST = "what is left out has its default."


def _part(part: Part) -> None:
    """The routes of what there is once."""

    async def shown(parts: Parts, claim: Claimed) -> Any:
        held = await parts.db.read(managing(claim, administration.current))
        return held.document.get(part, _UNSET.get(part, {}))

    async def put(
        parts: Parts, claim: Claimed, call: Called, value: Whole, base: Base = None
    ) -> Applied:
        def change(document: edit.Data) -> edit.Data:
            return edit.with_part(document, part, value)

        return Applied.by(await changing.edit(parts, claim, call, base, change))

    async def delete(parts: Parts, claim: Claimed, call: Called, base: Base = None) -> Applied:
        def change(document: edit.Data) -> edit.Data:
            return edit.without_part(document, part)

        return Applied.by(await changing.edit(parts, claim, call, base, change))

    if part in edit.OPTIONAL:
        _add("GET", f"/{part}", shown, f"The {part} as it is set; null: there is none.")
        _add("DELETE", f"/{part}", delete, f"Work with no {part}.", 404)
    else:
        _add("GET", f"/{part}", shown, f"The {part} as they are set; {_REST}")
    _add("PUT", f"/{part}", put, f"Set the {part}; what is left out has its default again.")


def _add(
    method: str, path: str, endpoint: Callable[..., Any], summary: str, *refusals: int
) -> None:
    routes.add_api_route(
        path,
        endpoint,
        methods=[method],
        description=summary,
        operation_id=f"{method.lower()}_{path.strip('/').replace('/{key}', '_one')}",
        name=f"{method.lower()} {path}",
        responses=documented(*refusals),
    )


for _each in Section:
    # A number must not stand in an address: they have a module of their own.
    if _each is not Section.NUMBERS:
        _section(_each)
for _once in Part:
    _part(_once)
