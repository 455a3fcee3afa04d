"""The types of events that consoles, integrators and webhooks hear of (product F4)."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened, named by what it happened to."""

    CHAT_CHANGED = "chat.changed"
    CHAT_SETTLED = "chat.settled"
    CHAT_LEFT = "chat.left"
    CHAT_READ = "chat.read"
    MESSAGE_CHANGED = "message.changed"
    MESSAGE_KEPT = "message.kept"
    OFFERS_CHANGED = "offers.changed"
    AGENT_CHANGED = "agent.changed"
    CONSENT_CHANGED = "consent.changed"
    CONSENT_ASKED = "consent.asked"
    CONSENT_DISMISSED = "consent.dismissed"
    CONFIGURATION_CHANGED = "configuration.changed"
