"""Filters and pages of the lists that API clients read (product F3)."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from fastapi import Depends, Query, Response
from pydantic import Field

from api.models import At, Name
from domain.statuses import ChatStatus
from services.directory import number
from store.search import ChatsSought

T = TypeVar("T")
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Written = Annotated[Name, Field(min_length=1, max_length=50)]


async def _filters(
    status: ChatStatus | None = None,
    queue_id: Id | None = None,
    agent_id: Id | None = None,
    end_user_number: Written | None = None,
    number_: Annotated[
        Written | None, Query(alias="number", description="A number of ours.")
    ] = None,
    direction: Literal["inbound", "outbound"] | None = None,
    since: Annotated[At | None, Query(alias="from")] = None,
    until: Annotated[At | None, Query(alias="to")] = None,
) -> ChatsSought:
    return ChatsSought(
        status=status,
        queue_id=queue_id,
        agent_id=agent_id,
        end_user_number=number("end_user_number", end_user_number),
        number=number("number", number_),
        direction=direction,
        since=since,
        until=until,
    )


ChatFilters = Annotated[ChatsSought, Depends(_filters)]


def paged(response: Response, per: int, found: tuple[list[T], int]) -> list[T]:
    """A page; how many there are in all stands in the headers."""
    page, total = found
    response.headers["Total"], response.headers["Per-Page"] = str(total), str(per)
    return page
