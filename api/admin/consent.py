"""Consent for those who answer for it: evidence of one number, and who asks in free words to stop.

A phone number never stands in an address, which is logged and kept by browsers: it is in the body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response, status
from pydantic import Field

from api.deps import Parts
from api.errors import documented
from api.lists import paged
from api.models import Body, Name, Page, Per
from api.session import Called, Claimed
from services import evidence, stop_requests
from services.auth import managing
from services.evidence import Evidence
from services.shapes import Moment
from store.database import Tx
from store.users import User

routes = APIRouter(
    prefix="/admin/api/v1/consent", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)
MessageId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of the consumer's text.")]


class WhoseConsent(Body):
    """The consumer's number, with or without spaces."""

    number: Annotated[Name, Field(min_length=1, max_length=50)]


@dataclass(frozen=True)
class StopRequest:
    """A text that asks in free words to stop, and waits for a decision; `chat_id` null: no agent
    will ever see it."""

    message_id: int
    chat_id: int | None
    number: str
    our_number: str
    text: str
    at: Moment


@routes.post("/export")
async def export(parts: Parts, claim: Claimed, body: WhoseConsent) -> Evidence:
    """Everything that the ledger says of a number, with the messages that it rests on."""

    def read(tx: Tx, user: User) -> Evidence:
        return evidence.of_number(tx, user.tenant_id, body.number)

    return await parts.db.read(managing(claim, read))


@routes.get("/requests")
async def requests(
    parts: Parts, claim: Claimed, response: Response, page: Page = 1, per: Per = 100
) -> list[StopRequest]:
    """Who asks in free words to stop and has had no decision yet, the oldest first."""
    found, total = await parts.db.read(managing(claim, stop_requests.waiting), page, per)
    shown = [
        StopRequest(one.message_id, one.chat_id, one.number, one.our_number, one.text, one.at)
        for one in found
    ]
    return paged(response, per, (shown, total))


@routes.post(
    "/requests/{message_id}/opt_out",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(404),
)
async def opt_out(parts: Parts, claim: Claimed, message_id: MessageId) -> None:
    """Opt the consumer out: entered with the text as evidence, confirmed once."""
    await parts.db.write(managing(claim, stop_requests.opt_out), message_id)


@routes.post(
    "/requests/{message_id}/dismiss",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(404),
)
async def dismiss(parts: Parts, claim: Claimed, call: Called, message_id: MessageId) -> None:
    """The consumer asked nothing of the kind. Who says so stands in the audit log."""
    await parts.db.write(managing(claim, stop_requests.dismiss), message_id, call)
