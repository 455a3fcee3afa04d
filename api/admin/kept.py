"""Texts that belong to no chat: kept, routed to nobody, and shown to managers."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from api.deps import Parts
from api.errors import documented
from api.lists import paged
from api.models import Page, Per
from api.session import Claimed
from services.auth import managing
from services.shapes import Moment
from store import kept
from store.database import Tx
from store.users import User

routes = APIRouter(
    prefix="/admin/api/v1/messages", tags=["admin"], responses=documented(400, 401, 403, 413, 503)
)


@dataclass(frozen=True)
class KeptText:
    """A consumer's text without a chat; `media` are the types of its items. `why` is the command
    that it was, or what stood against a chat: `own_number`, `sms_off`, `opted_out`, `exit`,
    `no_queue`, `not_verified`; null: it came before this was noted."""

    message_id: int
    number: str
    our_number: str
    text: str
    media: list[str]
    why: str | None
    at: Moment

    @staticmethod
    def of(one: kept.Kept) -> KeptText:
        media = [str(item["content_type"]) for item in one.media]
        return KeptText(**vars(one) | {"media": media})


@routes.get("/kept")
async def texts(
    parts: Parts, claim: Claimed, response: Response, page: Page = 1, per: Per = 100
) -> list[KeptText]:
    """Consumers' texts that belong to no chat, the newest first."""

    def read(tx: Tx, user: User) -> tuple[list[kept.Kept], int]:
        return kept.texts(tx, user.tenant_id, page, per)

    found, total = await parts.db.read(managing(claim, read))
    return paged(response, per, ([KeptText.of(one) for one in found], total))
