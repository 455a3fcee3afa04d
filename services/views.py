"""The read side: chats, threads, offers and queues in the shapes of `interfaces.md`.

A chat has the keys of the seed's sample (product F1) and those that F3 adds. Durations are whole
seconds and run on while the chat does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, WithJsonSchema

from domain.queues import QueueTree
from domain.routing import WaitingBecause
from domain.statuses import ENDED, AgentStatus, ChatStatus, OfferState, Role
from services.agents import Concurrency, show
from services.errors import NotFound
from store import chats as store_chats
from store import messages as store_messages
from store import tenants, users
from store import views as rows
from store.database import Tx
from store.participants import Participant as Joined
from store.views import ChatRecord, OfferRecord, Thread


def iso(at: datetime) -> str:
    """ISO-8601, UTC, milliseconds and Z (product F)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


Moment = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


@dataclass(frozen=True)
class Named:
    """Something by its id and name."""

    id: int
    name: str


@dataclass(frozen=True)
class MenuPath:
    """The way down the queue tree: names for people, ids for programs."""

    name: str
    materialized_path: str


@dataclass(frozen=True)
class AgentInfo:
    """The agent of a chat."""

    id: int
    name: str
    email: str


@dataclass(frozen=True)
class EndUser:
    """The consumer of a chat."""

    id: int
    identifier: str | None
    out_contact_id: str | None
    number: str


@dataclass(frozen=True)
class Participant:
    """Somebody's part in a chat."""

    id: int
    type: str
    status: str
    chat_id: int
    user_id: int | None
    end_user_id: int | None
    chat_duration: int | None
    connected_at: Moment | None
    ended_at: Moment | None
    fail_reason: str


@dataclass(frozen=True)
class OfferEvent:
    """An agent was offered the chat, or answered; or the offer was withdrawn."""

    agent_id: int
    type: str
    at: Moment


@dataclass(frozen=True)
class Chat:
    """A chat, as every API shows it."""

    id: int
    lang: str
    chat_type: str
    status: ChatStatus
    created_at: Moment
    updated_at: Moment
    queued_at: Moment | None
    assigned_at: Moment | None
    ends_at: Moment | None
    wait_duration: int
    queue_duration: int
    chat_duration: int
    rating: int | None
    has_feedback: bool
    out_ticket_id: str | None
    out_ticket_url: str | None
    verified: bool
    disconnected_by: str
    fail_reason: str | None
    selected_menu: Named | None
    menu_path: MenuPath | None
    agent_info: AgentInfo | None
    end_user: EndUser
    photos: list[dict[str, Any]]
    videos: list[dict[str, Any]]
    transfers: list[dict[str, Any]]
    participants: list[Participant]
    offer_type: str | None
    offer_events: list[OfferEvent]
    answer_type: str
    outbound_number: str
    first_msg_sent_at: Moment | None
    last_msg_sent_at: Moment | None
    message_count: int
    waiting_because: str | None
    incarnation: int
