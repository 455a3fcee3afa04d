"""The shapes in which agents see themselves, their queues, offers and consumers' consent."""

from __future__ import annotations

from dataclasses import dataclass

from domain.statuses import AgentStatus, ChatStatus, OfferState, Role
from services.capacity import Concurrency
from services.shapes import MenuPath, Moment, Named


@dataclass(frozen=True)
class ConsentEntry:
    """One entry of the consent ledger: what was said, by whom, and on what evidence."""

    status: str
    scope: str
    source: str
    evidence: str
    actor_type: str
    actor_name: str | None
    at: Moment


@dataclass(frozen=True)
class Consent:
    """What the ledger says of a consumer's number, the newest entry first.

    `status` is None while it says nothing: then the consumer may be texted.
    """

    number: str
    status: str | None
    history: list[ConsentEntry]


@dataclass(frozen=True)
class Offer:
    """A chat that the agent is asked to take. Multicast offers do not expire.

    `waiting_since`: since when the consumer has had no word from us.
    """

    chat_id: int
    kind: str
    queue: str
    queue_id: int
    lang: str
    waiting_since: Moment
    offered_at: Moment
    expires_at: Moment | None


@dataclass(frozen=True)
class OfferOutcome:
    """What became of the last offer of a chat to an agent; `taken_by` has or had the chat."""

    chat_id: int
    state: OfferState
    closed_at: Moment | None
    chat_status: ChatStatus
    taken_by: Named | None


@dataclass(frozen=True)
class AgentQueue:
    """A queue that the agent sits on, with the numbers that may send for it."""

    id: int
    name: str
    menu_path: MenuPath
    lang: str | None
    outbound_numbers: list[str]


@dataclass(frozen=True)
class Shortcut:
    """A ready-made answer. `lang` is that of `text`: where a chat's own is missing, another."""

    key: str
    category: str
    keyword: str
    lang: str
    text: str
    opt_in: bool


@dataclass(frozen=True)
class Agent:
    """An agent, with status and load."""

    id: int
    name: str
    email: str
    role: Role
    status: AgentStatus
    status_since: Moment
    concurrency: Concurrency
