"""The shapes in which the APIs show chats and messages (`interfaces.md`).

A chat has the keys of the seed's sample (product F1) and those that F3 adds. Times are
ISO-8601 UTC with milliseconds and Z; durations are whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import PlainSerializer, WithJsonSchema

from domain.asks import Asks
from domain.moments import iso
from domain.reasons import Reason
from domain.segments import Encoding
from domain.statuses import ChatStatus, MessageStatus

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
    """A chat, as every API shows it; at `deadline_at` it ends by itself, at `dismisses_at` it is
    dismissed, unless somebody writes before.

    `stop_asked`: the message in which the consumer asks in free words to get no more texts, as
    long as nobody has decided on it.
    """

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
    seq: int
    waiting_because: str | None
    estimated_wait: int | None
    deadline_at: Moment | None
    dismisses_at: Moment | None
    stop_asked: int | None
    temporal_url: str | None


@dataclass(frozen=True)
class ClientChat(Chat):
    """A chat as API clients read it (product F3). Response times are of the agents' answers to the
    consumer, null before the first; `sub_status` is reserved, and null."""

    average_response_time: int | None
    longest_response_time: int | None
    sub_status: str | None


@dataclass(frozen=True)
class Author:
    """Who wrote a message."""

    type: str
    id: int | None


@dataclass(frozen=True)
class Media:
    """A picture or video of a message; `size` in bytes where it is known."""

    id: int
    url: str
    content_type: str
    size: int | None


@dataclass(frozen=True)
class Message:
    """A text of a thread. `not_stored`: the types of items that are neither picture nor video.

    `author_name` is an agent's. `error` is the code of what went wrong and `reason` says it in
    words; `client_id` is shown to the agent who made it. `asks`: what the text asks for in free
    words, a consumer's `stop` until somebody has decided on it.
    """

    id: int
    seq: int | None
    chat_id: int | None
    direction: str
    author: Author
    author_name: str | None
    text: str
    media: list[Media]
    not_stored: list[str]
    asks: Asks | None
    status: MessageStatus
    segments: int
    encoding: Encoding
    error: str | None
    reason: Reason | None
    client_id: str | None
    created_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None


@dataclass(frozen=True)
class AgentChat(Chat):
    """A chat as one agent left it.

    `waiting_since`: since when the consumer waits for a word from us, None while it is the
    consumer's turn; `unread`: texts that the agent has neither read nor anybody answered;
    `read_seq`: the last message that the agent has read.
    """

    waiting_since: Moment | None
    unread: int
    read_seq: int
    last_message: Message | None


@dataclass(frozen=True)
class ChatWithThread(AgentChat):
    """A chat with its messages; `contact_candidates` among which the agent must choose."""

    messages: list[Message]
    contact_candidates: list[dict[str, Any]]
