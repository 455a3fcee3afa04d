"""The read side for a tenant's reporting (`/manager/api/v1`): chats, agents, menus, teams (F3)."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import chat_lists
from api.clients import CLIENT_REFUSALS, Calling
from api.deps import Parts
from api.lists import Id, paged
from api.models import Page, Per
from domain.statuses import AgentStatus
from services import directory
from services.directory import DirectoryAgent, Menu, Team

routes = APIRouter(prefix="/manager/api/v1", tags=["manager"], responses=CLIENT_REFUSALS)


routes.get("/chats")(chat_lists.chats)
routes.get("/chats/{chat_id}")(chat_lists.chat)


@routes.get("/agents")
async def agents(
    parts: Parts,
    client: Calling,
    response: Response,
    status: AgentStatus | None = None,
    queue_id: Id | None = None,
    team_id: Id | None = None,
    page: Page = 1,
    per: Per = 100,
) -> list[DirectoryAgent]:
    """The agents, with status and load."""
    found = await parts.db.read(
        directory.agents, client.tenant_id, status, queue_id, team_id, page, per
    )
    return paged(response, per, found)


@routes.get("/menus")
async def menus(
    parts: Parts, client: Calling, response: Response, page: Page = 1, per: Per = 100
) -> list[Menu]:
    """The queues of the menu tree, parents before children, in the menu's order."""
    return paged(response, per, await parts.db.read(directory.menus, client.tenant_id, page, per))


@routes.get("/teams")
async def teams(
    parts: Parts, client: Calling, response: Response, page: Page = 1, per: Per = 100
) -> list[Team]:
    """The teams, each with the ids of its members."""
    return paged(response, per, await parts.db.read(directory.teams, client.tenant_id, page, per))
