"""The tables. Every table of a tenant carries `tenant_id`, and every query names it.

Times are aware UTC. Ids are integers and never used again (`sqlite_autoincrement`), because
webhooks, workflows and receipts name rows long after these may be gone.
"""

from store.tables.asked import DECLINED_OFFER, PENDING_OFFER, offers
from store.tables.columns import BigId, Moments, UtcDateTime, metadata
from store.tables.company import audit_log, configurations, installation, tenants
from store.tables.conversations import (
    ACTIVE_CHAT,
    ANSWERED_CHAT,
    ASSIGNED_CHAT,
    DISMISSED_CHAT,
    HELD_CHAT,
    WAITING_CHAT,
    chats,
    consumers,
    participants,
)
from store.tables.delivery import event_positions, events, inbox, outbox
from store.tables.ledger import PEOPLE, consent_ledger
from store.tables.lines import carrier_accounts, carrier_health, number_queues, numbers
from store.tables.people import (
    api_windows,
    credentials,
    rate_counters,
    sessions,
    team_members,
    teams,
    users,
)
from store.tables.texts import (
    ASKS_TO_STOP,
    PERSONS_TEXT,
    QUEUED_TEXT,
    UNSENT_TEXT,
    early_receipts,
    message_segments,
    messages,
)
from store.tables.tree import queue_agents, queues

__all__ = [
    "ACTIVE_CHAT",
    "ANSWERED_CHAT",
    "ASKS_TO_STOP",
    "ASSIGNED_CHAT",
    "DECLINED_OFFER",
    "DISMISSED_CHAT",
    "HELD_CHAT",
    "PENDING_OFFER",
    "PEOPLE",
    "PERSONS_TEXT",
    "QUEUED_TEXT",
    "UNSENT_TEXT",
    "WAITING_CHAT",
    "BigId",
    "Moments",
    "UtcDateTime",
    "api_windows",
    "audit_log",
    "carrier_accounts",
    "carrier_health",
    "chats",
    "configurations",
    "consent_ledger",
    "consumers",
    "credentials",
    "early_receipts",
    "event_positions",
    "events",
    "inbox",
    "installation",
    "message_segments",
    "messages",
    "metadata",
    "number_queues",
    "numbers",
    "offers",
    "outbox",
    "participants",
    "queue_agents",
    "queues",
    "rate_counters",
    "sessions",
    "team_members",
    "teams",
    "tenants",
    "users",
]
