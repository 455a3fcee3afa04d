"""The tables. Every table of a tenant carries `tenant_id`, and every query names it.

Times are aware UTC. Ids are integers and never used again (`sqlite_autoincrement`), because
webhooks, workflows and receipts name rows long after these may be gone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; a naive one is refused before it is stored.

    SQLite has text, in the form of SQLAlchemy's own type, which takes several times as long.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], Any]:
        on_sqlite = dialect.name == "sqlite"

        def bind(value: datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError("naive time")
            utc = value.astimezone(UTC)
            return utc.replace(tzinfo=None).isoformat(" ", "microseconds") if on_sqlite else utc

        return bind

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[Any], datetime | None]:
        if dialect.name == "sqlite":
            return lambda text: text and datetime.fromisoformat(text).replace(tzinfo=UTC)
        return lambda value: value and value.astimezone(UTC)


class Moments(TypeDecorator[dict[str, datetime]]):
    """Aware times by name, kept as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, datetime] | None, dialect: Any) -> Any:
        return {name: at.isoformat() for name, at in (value or {}).items()}

    def process_result_value(self, value: Any, dialect: Any) -> dict[str, datetime]:
        return {name: datetime.fromisoformat(at) for name, at in (value or {}).items()}


BigId = sa.BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", BigId, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigId, ForeignKey(f"{target}.id"), nullable=nullable)


def _tenant() -> Column[Any]:
    return _ref("tenant_id", "tenants")


def _time(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, UtcDateTime(), nullable=nullable)


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_autoincrement=True)


# One row: which Temporal namespace this database belongs to (architecture rule 8).
installation = _table(
    "installation",
    _id(),
    Column("token", Text, nullable=False),
    Column("namespace", Text),
)

tenants = _table(
    "tenants",
    _id(),
    Column("subdomain", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("default_lang", Text, nullable=False, server_default="en"),
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("texts", JSON, nullable=False, server_default="{}"),
    # System texts that are switched off; the words for BACK and EXIT.
    Column("silent", JSON, nullable=False, server_default="[]"),
    Column("commands", JSON, nullable=False, server_default="{}"),
    # The number and time of the configuration that holds; none was applied yet: 0.
    Column("configuration", Integer, nullable=False, server_default="0"),
    _time("configured_at"),
    _time("created_at", nullable=False),
)

# What was applied, whole: the newest holds, the others can be gone back to.
configurations = _table(
    "configurations",
    _id(),
    _tenant(),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    _time("at", nullable=False),
    UniqueConstraint("tenant_id", "version"),
)

# Who changed what, field by field; never a secret. Only ever added to.
audit_log = _table(
    "audit_log",
    _id(),
    _tenant(),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigId),
    Column("address", Text),
    Column("verb", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    _time("at", nullable=False),
    # The history of one object, the newest first.
    Index(None, "tenant_id", "kind", "key", "id"),
    # The whole log, the newest first.
    Index(None, "tenant_id", "id"),
)

users = _table(
    "users",
    _id(),
    _tenant(),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="Offline"),
    _time("status_since", nullable=False),
    Column("concurrency_limit", Integer),
    Column("active", Boolean, nullable=False, server_default=sa.true()),
    # As the configuration names the user; deactivated users keep theirs.
    Column("key", Text),
    UniqueConstraint("tenant_id", "email"),
    UniqueConstraint("tenant_id", "key"),
)

sessions = _table(
    "sessions",
    _id(),
    _tenant(),
    _ref("user_id", "users"),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("csrf_token", Text, nullable=False),
    _time("created_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("revoked_at"),
    # From where the user logged in.
    Column("address", Text),
    # Who is logged in; all sessions of a user.
    Index(None, "tenant_id", "user_id"),
)

credentials = _table(
    "credentials",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    _time("created_at", nullable=False),
    Column("created_by", Text),
    # To the minute.
    _time("last_used_at"),
    _time("disabled_at"),
    # All of a tenant.
    Index(None, "tenant_id", "id"),
)

# The times of a tenant's last API calls: one row each, which orders the processes (F).
api_windows = _table(
    "api_windows",
    _id(),
    Column("tenant_id", BigId, ForeignKey("tenants.id"), nullable=False, unique=True),
    Column("taken", JSON, nullable=False),
)

teams = _table(
    "teams",
    _id(),
    _tenant(),
    # As the configuration names the team. One that was deleted stays, for reports.
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    _time("deleted_at"),
    UniqueConstraint("tenant_id", "key"),
)

team_members = _table(
    "team_members",
    _id(),
    _tenant(),
    _ref("team_id", "teams"),
    _ref("user_id", "users"),
    UniqueConstraint("team_id", "user_id"),
)

# Fixed windows, counted in the store so that a limit holds across processes.
rate_counters = _table(
    "rate_counters",
    _id(),
    Column("key", Text, nullable=False, unique=True),
    _time("window_from", nullable=False),
    Column("count", Integer, nullable=False),
)

queues = _table(
    "queues",
    _id(),
    _tenant(),
    _ref("parent_id", "queues", nullable=True),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    Column("lang", Text),
    Column("hidden", Boolean, nullable=False, server_default=sa.false()),
    Column("keywords", JSON, nullable=False, server_default="[]"),
    Column("greeting", Text),
    # As the configuration names the queue. One that was deleted stays for the chats it had.
    Column("key", Text),
    _time("deleted_at"),
    # Its own settings; and those that hold here, with what it inherits.
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("effective", JSON, nullable=False, server_default="{}"),
    Column("after_hours", Text),
    Column("hours", JSON),
    Index(
        "uq_queues_tenant_id_key",
        "tenant_id",
        "key",
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    ),
    # The tenant's whole tree is read at once for every menu decision.
    Index(None, "tenant_id", "parent_id"),
)

queue_agents = _table(
    "queue_agents",
    _id(),
    _tenant(),
    _ref("queue_id", "queues"),
    _ref("user_id", "users"),
    UniqueConstraint("queue_id", "user_id"),
    # Routing: the queues of one agent.
    Index(None, "tenant_id", "user_id"),
)

carrier_accounts = _table(
    "carrier_accounts",
    _id(),
    _tenant(),
    Column("carrier", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    # What the carrier needs to know, by name; of secrets only where they are (`env:`, `file:`).
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("secret_refs", JSON, nullable=False, server_default="{}"),
    # As the configuration names the account; `name` is its part of the webhooks' addresses.
    Column("key", Text),
    UniqueConstraint("carrier", "name"),
)

# How an account does (domain/health.py): its circuit breaker, for all processes the same. An
# account that never failed has no row.
carrier_health = _table(
    "carrier_health",
    _id(),
    _tenant(),
    Column("account_id", BigId, ForeignKey("carrier_accounts.id"), nullable=False, unique=True),
    Column("breaker", Text, nullable=False, server_default="closed"),
    _time("since"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    _time("failed_at"),
    _time("opened_at"),
    Column("openings", Integer, nullable=False, server_default="0"),
    Column("probes", Integer, nullable=False, server_default="0"),
    _time("probe_at"),
    Column("answered", Boolean, nullable=False, server_default=sa.false()),
    Column("trial", BigId),
    _time("trial_until"),
    # Which accounts are to be asked again.
    Index(None, "breaker"),
)

numbers = _table(
    "numbers",
    _id(),
    _tenant(),
    Column("number", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    _ref("account_id", "carrier_accounts"),
    # A second account that owns the same number, by its carrier's word: texts go out by it while
    # the first is out of order.
    Column("fallback_account_id", BigId),
    Column("status", Text, nullable=False),
    Column("use", Text, nullable=False, server_default="chat"),
    _ref("queue_id", "queues", nullable=True),
    # Who answers STOP, START and HELP: `engine` or `carrier` (product B).
    Column("optout_replies", Text, nullable=False, server_default="engine"),
    Column("segments_per_second", Integer, nullable=False, server_default="10"),
    Column("segments_per_day", Integer),
    _time("next_slot_at"),
    # A number that was given up stays for the chats it had, and may become another tenant's.
    _time("removed_at"),
    # The numbers of an account: to ask its carrier for one, and to count them for operators.
    Index(None, "account_id"),
    Index(None, "fallback_account_id"),
    Index(
        "uq_numbers_number",
        "number",
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    ),
)

# The queues whose agents may text consumers from a number (C4).
number_queues = _table(
    "number_queues",
    _id(),
    _tenant(),
    _ref("number_id", "numbers"),
    _ref("queue_id", "queues"),
    UniqueConstraint("number_id", "queue_id"),
)

consumers = _table(
    "consumers",
    _id(),
    _tenant(),
    Column("number", Text, nullable=False),
    _time("created_at", nullable=False),
    UniqueConstraint("tenant_id", "number"),
)

ACTIVE_CHAT = "status IN ('selecting','queued','assigned','dismissed')"
# SQLite uses a partial index for queries that say its condition word for word: these do.
ASSIGNED_CHAT = "chats.status = 'assigned'"
WAITING_CHAT = "chats.status = 'queued'"
DISMISSED_CHAT = "chats.status = 'dismissed'"
ANSWERED_CHAT = "chats.first_waited IS NOT NULL"
HELD_CHAT = "chats.status = 'queued' AND chats.held_until IS NOT NULL"

chats = _table(
    "chats",
    _id(),
    _tenant(),
    _ref("number_id", "numbers"),
    _ref("consumer_id", "consumers"),
    _ref("entry_queue_id", "queues"),
    _ref("queue_id", "queues"),
    _ref("agent_id", "users", nullable=True),
    Column("status", Text, nullable=False),
    Column("fail_reason", Text),
    Column("disconnected_by", Text, nullable=False, server_default="disconnected_by_unknown"),
    Column("lang", Text, nullable=False),
    Column("direction", Text, nullable=False, server_default="inbound"),
    # Menu: the queues as last sent, in order, so that an answer is read against that text (A3).
    Column("menu_sent", JSON, nullable=False, server_default="[]"),
    _time("menu_sent_at"),
    # How many of these were shown, since a long menu comes in parts; whose greeting was sent.
    Column("menu_shown", Integer, nullable=False, server_default="0"),
    Column("greeted", JSON, nullable=False, server_default="[]"),
    Column("invalid_answers", Integer, nullable=False, server_default="0"),
    # Time: the window that the deadline is counted from (rule 5).
    _time("window_from", nullable=False),
    _time("deadline_at"),
    _time("created_at", nullable=False),
    _time("updated_at", nullable=False),
    _time("queued_at"),
    _time("assigned_at"),
    _time("ended_at"),
    _time("settled_at"),
    Column("waiting_because", Text),
    # Every timer that runs, with the instant at which it is due; `deadline_at` is the earliest.
    Column("deadlines", Moments(), nullable=False, server_default="{}"),
    # Silence and dismissal (product D): see `domain/decisions.py`.
    Column("heard", Boolean, nullable=False, server_default=sa.true()),
    _time("silent_from"),
    Column("noticed", Boolean, nullable=False, server_default=sa.false()),
    _time("dismissed_at"),
    _time("told_closed_until"),
    # Whom the chat is offered first, and until when to nobody else.
    Column("preferred_agent_id", BigId),
    _time("held_until"),
    # Milliseconds in queues and with agents, of spells that are over; since when one lasts; and
    # what was waited until the first agent.
    Column("waited", BigId, nullable=False, server_default="0"),
    Column("handled", BigId, nullable=False, server_default="0"),
    _time("spell_from"),
    Column("first_waited", BigId),
    # Process: the last pointer, the last message, the workflow's incarnation (rules 2 and 8).
    Column("ptr", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("incarnation", Integer, nullable=False, server_default="1"),
    # A11: one active chat per pair, whatever arrives in parallel.
    Index(
        "uq_chats_active_pair",
        "number_id",
        "consumer_id",
        unique=True,
        sqlite_where=sa.text(ACTIVE_CHAT),
        postgresql_where=sa.text(ACTIVE_CHAT),
    ),
    # Routing: waiting chats of a queue, the oldest first.
    Index(
        "ix_chats_waiting",
        "tenant_id",
        "queue_id",
        "queued_at",
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    ),
    # An agent's open chats, and how many there are.
    Index(
        "ix_chats_agent",
        "agent_id",
        sqlite_where=sa.text("status = 'assigned'"),
        postgresql_where=sa.text("status = 'assigned'"),
    ),
    # Estimated wait: how long the chats took that ended lately.
    Index(
        "ix_chats_handled",
        "tenant_id",
        "ended_at",
        "handled",
        sqlite_where=sa.text("first_waited IS NOT NULL"),
        postgresql_where=sa.text("first_waited IS NOT NULL"),
    ),
    # Routing: the chats that an agent alone is asked to take.
    Index(
        "ix_chats_held",
        "tenant_id",
        "preferred_agent_id",
        sqlite_where=sa.text("status = 'queued' AND held_until IS NOT NULL"),
        postgresql_where=sa.text("status = 'queued' AND held_until IS NOT NULL"),
    ),
    # An agent's dismissed chats, to be resumed.
    Index(
        "ix_chats_dismissed",
        "preferred_agent_id",
        sqlite_where=sa.text("status = 'dismissed'"),
        postgresql_where=sa.text("status = 'dismissed'"),
    ),
    # Lists for clients: of all chats, the newest first; of those that began in a span of time.
    Index(None, "tenant_id", "id"),
    Index(None, "tenant_id", "created_at"),
    # A consumer's earlier chats, the newest first.
    Index("ix_chats_consumer", "tenant_id", "consumer_id", "id"),
    # The reconciler: every chat whose process has not finished.
    Index(
        "ix_chats_unsettled",
        "id",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    ),
)

participants = _table(
    "participants",
    _id(),
    _tenant(),
    _ref("chat_id", "chats"),
    Column("type", Text, nullable=False),
    _ref("user_id", "users", nullable=True),
    _ref("consumer_id", "consumers", nullable=True),
    Column("status", Text, nullable=False),
    _time("connected_at"),
    _time("ended_at"),
    Column("fail_reason", Text, nullable=False, server_default="nothing"),
    # The last message that an agent has read; of an agent's rows in a chat the highest counts.
    Column("read_seq", Integer, nullable=False, server_default="0"),
    # The participants of one chat.
    Index(None, "chat_id"),
)

DECLINED_OFFER = "state = 'declined'"
PENDING_OFFER = "offers.state = 'pending'"

offers = _table(
    "offers",
    _id(),
    _tenant(),
    _ref("chat_id", "chats"),
    _ref("agent_id", "users"),
    Column("state", Text, nullable=False),
    _time("offered_at", nullable=False),
    _time("closed_at"),
    # One pending offer per chat and agent; also finds a chat's pending offers.
    Index(
        "uq_offers_pending",
        "chat_id",
        "agent_id",
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    # An agent's pending offers.
    Index(
        "ix_offers_agent",
        "agent_id",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    ),
    # Routing: what an agent declined lately.
    Index(
        "ix_offers_declined",
        "agent_id",
        "closed_at",
        sqlite_where=sa.text(DECLINED_OFFER),
        postgresql_where=sa.text(DECLINED_OFFER),
    ),
    # Routing: who declined this chat.
    Index("ix_offers_chat", "chat_id", "state"),
)

QUEUED_TEXT = "status = 'queued'"
UNSENT_TEXT = "status IN ('queued','sending')"
ASKS_TO_STOP = "asks = 'stop'"

messages = _table(
    "messages",
    _id(),
    _tenant(),
    _ref("chat_id", "chats", nullable=True),
    Column("seq", Integer),
    _ref("number_id", "numbers"),
    _ref("consumer_id", "consumers"),
    Column("direction", Text, nullable=False),
    Column("author_type", Text, nullable=False),
    Column("author_id", BigId),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("media", JSON, nullable=False, server_default="[]"),
    # What it asks for in free words: an opt-in (ours), to stop (the consumer's), and what was
    # decided on that (B).
    Column("asks", Text),
    Column("status", Text, nullable=False),
    Column("error", Text),
    # What the carrier says of a refusal, in its own words.
    Column("carrier_says", Text),
    Column("encoding", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("priority", Integer, nullable=False, server_default="3"),
    # `{kind}:{chat}[:{step}]`: the same decision never writes the same text twice (rule 4).
    Column("unique_key", Text, nullable=False),
    _time("created_at", nullable=False),
    _time("slot_at"),
    _time("claimed_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _time("sent_at"),
    _time("delivered_at"),
    Column("provider_id", Text),
    # Of our texts: the account that was given it, whatever the number's is now. Accounts stay.
    Column("account_id", BigId),
    UniqueConstraint("tenant_id", "unique_key"),
    UniqueConstraint("chat_id", "seq"),
    CheckConstraint("(chat_id IS NULL) = (seq IS NULL)", name="seq_with_chat"),
    # Sends: what is still owed, by chat and by number.
    Index(
        "ix_messages_unsent",
        "chat_id",
        "seq",
        sqlite_where=sa.text(UNSENT_TEXT),
        postgresql_where=sa.text(UNSENT_TEXT),
    ),
    # An opt-out blocks what is still queued for the consumer (B).
    Index(
        "ix_messages_unsent_consumer",
        "consumer_id",
        sqlite_where=sa.text(UNSENT_TEXT),
        postgresql_where=sa.text(UNSENT_TEXT),
    ),
    # Who asks to stop and waits for a decision.
    Index(
        "ix_messages_asks_to_stop",
        "tenant_id",
        "consumer_id",
        sqlite_where=sa.text(ASKS_TO_STOP),
        postgresql_where=sa.text(ASKS_TO_STOP),
    ),
    # Bulk gives way to what else is queued for the number.
    Index(
        "ix_messages_queued_number",
        "number_id",
        sqlite_where=sa.text(QUEUED_TEXT),
        postgresql_where=sa.text(QUEUED_TEXT),
    ),
    # A text in doubt: which of the carrier's messages to this consumer are other texts.
    Index(
        "ix_messages_taken",
        "consumer_id",
        "created_at",
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    ),
    # Receipts: the text that the carrier knows by its own id.
    Index(
        "ix_messages_provider",
        "tenant_id",
        "provider_id",
        sqlite_where=sa.text("provider_id IS NOT NULL"),
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    ),
)

message_segments = _table(
    "message_segments",
    _id(),
    _tenant(),
    _ref("message_id", "messages"),
    Column("segment", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text),
    UniqueConstraint("message_id", "segment"),
)

# Receipts whose message is not known yet: applied when its provider id is recorded (rule 11).
early_receipts = _table(
    "early_receipts",
    _id(),
    _tenant(),
    _ref("account_id", "carrier_accounts"),
    Column("provider_id", Text, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text),
    _time("received_at", nullable=False),
    Index(None, "account_id", "provider_id"),
    # Those that are to be forgotten.
    Index(None, "received_at"),
)

inbox = _table(
    "inbox",
    _id(),
    _tenant(),
    _ref("account_id", "carrier_accounts"),
    Column("provider_id", Text, nullable=False),
    _ref("message_id", "messages", nullable=True),
    # Of a text to a number that two accounts own: what makes it the same text through the other.
    Column("twin_key", Text),
    _time("received_at", nullable=False),
    # The same provider id again: answered, and nothing new.
    UniqueConstraint("account_id", "provider_id"),
    # The same text through the other account, lately.
    Index(
        "ix_inbox_twins",
        "twin_key",
        "received_at",
        sqlite_where=sa.text("twin_key IS NOT NULL"),
        postgresql_where=sa.text("twin_key IS NOT NULL"),
    ),
)

outbox = _table(
    "outbox",
    _id(),
    _tenant(),
    Column("kind", Text, nullable=False),
    Column("target_id", BigId, nullable=False),
    Column("payload", JSON, nullable=False),
    _time("created_at", nullable=False),
    _time("claimed_at"),
    # The sweep: by target, the oldest first.
    Index(None, "kind", "target_id"),
    Index(None, "created_at"),
)

event_positions = _table(
    "event_positions",
    _id(),
    Column("tenant_id", BigId, ForeignKey("tenants.id"), nullable=False, unique=True),
    Column("position", BigId, nullable=False, server_default="0"),
)

events = _table(
    "events",
    _id(),
    _tenant(),
    Column("position", BigId, nullable=False),
    Column("type", Text, nullable=False),
    Column("chat_id", BigId),
    Column("data", JSON, nullable=False),
    _time("at", nullable=False),
    # Streams resume by position within the tenant (rule 9).
    UniqueConstraint("tenant_id", "position"),
)

# Actors of the ledger that are users.
PEOPLE = ("agent", "manager", "administrator")

# Only ever added to: triggers of the database refuse everything else.
consent_ledger = _table(
    "consent_ledger",
    _id(),
    _tenant(),
    Column("number", Text, nullable=False),
    # Which number of ours it was said to; entries of before do not tell.
    _ref("number_id", "numbers", nullable=True),
    Column("scope", Text, nullable=False),
    Column("scope_id", BigId),
    Column("status", Text, nullable=False),
    Column("source", Text, nullable=False),
    _ref("message_id", "messages", nullable=True),
    Column("evidence", Text, nullable=False),
    Column("actor_type", Text, nullable=False),
    Column("actor_id", BigId),
    _time("at", nullable=False),
    # What holds: the newest rows of a number.
    Index(None, "tenant_id", "number", "id"),
)
