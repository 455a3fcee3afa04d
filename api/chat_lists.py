"""Chats as API clients read them, whichever of the two addresses they ask (product F3)."""

from __future__ import annotations

from fastapi import Response

from api.clients import Calling
from api.deps import Parts
from api.lists import ChatFilters, paged
from api.models import ChatId, Page, Per
from services import directory, shapes


async def chats(
    parts: Parts,
    client: Calling,
    response: Response,
    sought: ChatFilters,
    page: Page = 1,
    per: Per = 100,
) -> list[shapes.ClientChat]:
    """Chats, the newest first."""
    answer = parts.db.read(directory.chats, client.tenant_id, sought, page, per, parts.chat_link)
    return paged(response, per, await answer)


async def chat(parts: Parts, client: Calling, chat_id: ChatId) -> shapes.ClientChat:
    """One chat."""
    return await parts.db.read(directory.chat, client.tenant_id, chat_id, parts.chat_link)
