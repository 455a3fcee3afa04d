"""The audit log: who changed what, when, from where, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.admin.models import FieldChange
from api.deps import Parts
from api.errors import documented
from api.lists import paged
from api.models import At, Name, Page, Per
from api.session import Claimed
from services import administration
from services.auth import managing
from services.shapes import Moment
from store.configurations import Entry, Sought

routes = APIRouter(
    prefix="/admin/api/v1", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)
Word = Annotated[Name | None, Query(max_length=100)]


@dataclass(frozen=True)
class AuditEntry:
    """What became of one object; `source` is `file`, `api` or `console`. Never a secret."""

    id: int
    version: int
    at: Moment
    source: str
    by: str
    address: str | None
    verb: str
    kind: str
    key: str
    fields: list[FieldChange]

    @staticmethod
    def of(entry: Entry) -> AuditEntry:
        return AuditEntry(**vars(entry) | {"fields": [FieldChange(**f) for f in entry.fields]})


@routes.get("/audit")
async def entries(
    parts: Parts,
    claim: Claimed,
    response: Response,
    kind: Word = None,
    key: Word = None,
    actor: Word = None,
    since: Annotated[At | None, Query(alias="from")] = None,
    until: Annotated[At | None, Query(alias="to")] = None,
    page: Page = 1,
    per: Per = 100,
) -> list[AuditEntry]:
    """The newest first: of one kind, object or person, from a moment up to another."""
    sought = Sought(kind, key, actor, since, until)
    verb = managing(claim, administration.audit)
    found, total = await parts.db.read(verb, sought, page, per)
    return paged(response, per, ([AuditEntry.of(entry) for entry in found], total))
