"""The API of the tenant's own programs (`/apps/api/v1`): chats, as product F3 says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Response

from api import chat_lists
from api.clients import CLIENT_REFUSALS, Calling
from api.deps import Parts
from api.lists import paged
from api.models import ChatId, Page, Per
from services import clients, directory, dismissal, shapes
from services.errors import Conflict, Refused

routes = APIRouter(prefix="/apps/api/v1", tags=["apps"], responses=CLIENT_REFUSALS)


@contextmanager
def _no_conflicts() -> Iterator[None]:
    """What is a conflict elsewhere is 400 here (product F1)."""
    try:
        yield
    except Conflict as conflict:
        raise Refused(conflict.message) from None


routes.get("/chats")(chat_lists.chats)
routes.get("/chats/{chat_id}")(chat_lists.chat)


@routes.patch("/chats/{chat_id}/end")
async def end(parts: Parts, client: Calling, chat_id: ChatId) -> shapes.ClientChat:
    """End a chat, whoever has it: what was written before is still sent, then the goodbye."""
    with _no_conflicts():
        await parts.db.write(clients.end_chat, client, chat_id)
    return await parts.db.read(directory.chat, client.tenant_id, chat_id, parts.chat_link)


@routes.patch("/chats/{chat_id}/resume")
async def resume(parts: Parts, client: Calling, chat_id: ChatId) -> shapes.ClientChat:
    """Have a dismissed chat queued again; the consumer is texted nothing. After hours: 400."""
    with _no_conflicts():
        await parts.db.write(dismissal.resume, client.tenant_id, chat_id)
    return await parts.db.read(directory.chat, client.tenant_id, chat_id, parts.chat_link)


@routes.get("/chats/{chat_id}/messages")
async def messages(
    parts: Parts,
    client: Calling,
    response: Response,
    chat_id: ChatId,
    page: Page = 1,
    per: Per = 100,
) -> list[shapes.Message]:
    """A chat's messages, in order."""
    found = await parts.db.read(directory.thread, client.tenant_id, chat_id, page, per)
    return paged(response, per, found)
