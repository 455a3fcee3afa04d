"""Every status in one place, with the moves that are allowed between them (product D)."""

from __future__ import annotations

from enum import StrEnum


class ChatStatus(StrEnum):
    """A chat's status, as the API shows it (product D)."""

    SELECTING = "selecting"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    DISMISSED = "dismissed"
    FINISHED = "finished"
    CANCELED = "canceled"
    FAILED = "failed"


ENDED = frozenset({ChatStatus.FINISHED, ChatStatus.CANCELED, ChatStatus.FAILED})

TRANSITIONS: dict[ChatStatus, frozenset[ChatStatus]] = {
    # Finished: an agent had it, went offline, and the consumer went back to the menu and left.
    ChatStatus.SELECTING: frozenset(
        {
            ChatStatus.SELECTING,
            ChatStatus.QUEUED,
            ChatStatus.CANCELED,
            ChatStatus.FINISHED,
            ChatStatus.FAILED,
        }
    ),
    # Back to the menu by BACK, or to the end when the consumer leaves or nobody answers.
    ChatStatus.QUEUED: frozenset(
        {
            ChatStatus.SELECTING,
            ChatStatus.QUEUED,
            ChatStatus.ASSIGNED,
            ChatStatus.CANCELED,
            ChatStatus.FINISHED,
            ChatStatus.FAILED,
        }
    ),
    # Back to its queue when the agent goes offline; to a menu if that is no leaf any more.
    ChatStatus.ASSIGNED: frozenset(
        {
            ChatStatus.ASSIGNED,
            ChatStatus.DISMISSED,
            ChatStatus.QUEUED,
            ChatStatus.SELECTING,
            ChatStatus.FINISHED,
            ChatStatus.FAILED,
        }
    ),
    # Back to its queue by a text or a resume (to a menu if that is no leaf any more), or straight
    # to the agent who resumes it.
    ChatStatus.DISMISSED: frozenset(
        {
            ChatStatus.DISMISSED,
            ChatStatus.QUEUED,
            ChatStatus.SELECTING,
            ChatStatus.ASSIGNED,
            ChatStatus.FINISHED,
            ChatStatus.FAILED,
        }
    ),
    ChatStatus.FINISHED: frozenset(),
    ChatStatus.CANCELED: frozenset(),
    ChatStatus.FAILED: frozenset(),
}


class Direction(StrEnum):
    """Who wrote first: the consumer, or an agent or API client (product K)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class FailReason(StrEnum):
    """Why a chat failed or was left (product D)."""

    NO_RESPONSE = "no_response"
    EXPIRED = "expired"
    END_USER_OPT_OUT = "end_user_opt_out"
    EXPIRED_MENU_SELECTION = "expired_menu_selection"
    GROUP_DELETED_NO_SUBSTITUTE = "group_deleted_no_substitute"
    UNKNOWN = "unknown"


class DisconnectedBy(StrEnum):
    """Who ended a chat (product D)."""

    UNKNOWN = "disconnected_by_unknown"
    AGENT = "disconnected_by_agent"
    END_USER = "disconnected_by_end_user"
    TIMEOUT = "disconnected_by_timeout"
    SYSTEM = "disconnected_by_system"


class MessageStatus(StrEnum):
    """A message's status (interfaces.md)."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"


UNSENT = (MessageStatus.QUEUED, MessageStatus.SENDING)


class OfferState(StrEnum):
    """What became of an offer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AgentStatus(StrEnum):
    """An agent's status (product D)."""

    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    BREAK = "Break"
    MEAL = "Meal"
    WRAP_UP = "Wrap-up"
    IN_CHAT = "In-chat"
    OFFLINE = "Offline"


# What an agent may choose; the engine itself moves between Available, In-chat and Wrap-up.
CHOSEN = (
    AgentStatus.AVAILABLE,
    AgentStatus.UNAVAILABLE,
    AgentStatus.BREAK,
    AgentStatus.MEAL,
    AgentStatus.OFFLINE,
)
TAKING_CHATS = frozenset({AgentStatus.AVAILABLE, AgentStatus.IN_CHAT})


class Role(StrEnum):
    """What a user may do."""

    AGENT = "agent"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Author(StrEnum):
    """Who wrote a message (interfaces.md)."""

    END_USER = "end_user"
    AGENT = "agent"
    SYSTEM = "system"


class Priority(StrEnum):
    """Which text goes first when a number has several to send (rule 11)."""

    CONSENT = "consent"
    REPLY = "reply"
    SYSTEM = "system"
    BULK = "bulk"


RANK = {Priority.CONSENT: 1, Priority.REPLY: 2, Priority.SYSTEM: 3, Priority.BULK: 4}


class NumberStatus(StrEnum):
    """Whether a number may be used (product C4)."""

    UNVERIFIED = "Unverified"
    VERIFYING = "Verifying"
    VERIFIED = "Verified for Only SMS Messaging"
    FAILED = "Failed"


class OptOutReplies(StrEnum):
    """Who answers STOP, START and HELP on a number (product B)."""

    ENGINE = "engine"
    CARRIER = "carrier"


class OptOutScope(StrEnum):
    """How far a STOP reaches (product B)."""

    TENANT = "tenant"
    QUEUE = "queue"
    NUMBER = "number"
