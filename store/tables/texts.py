"""Messages, their segments at the carrier, and receipts that came before them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
)

from store.tables.columns import BigId, identity, moment, of_tenant, partial_index, ref, table

QUEUED_TEXT = "status = 'queued'"

UNSENT_TEXT = "status IN ('queued','sending')"

ASKS_TO_STOP = "asks = 'stop'"

KEPT_TEXT = "chat_id IS NULL AND direction = 'inbound'"

PERSONS_TEXT = "author_type <> 'system'"

messages = table(
    "messages",
    identity(),
    of_tenant(),
    ref("chat_id", "chats", nullable=True),
    Column("seq", Integer),
    ref("number_id", "numbers"),
    ref("consumer_id", "consumers"),
    Column("direction", Text, nullable=False),
    Column("author_type", Text, nullable=False),
    Column("author_id", BigId),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("media", JSON, nullable=False, server_default="[]"),
    # What it asks for in free words: an opt-in (ours), to stop (the consumer's), and what was
    # decided on that (B).
    Column("asks", Text),
    # Of a consumer's text without a chat: why it has none.
    Column("kept_why", Text),
    Column("status", Text, nullable=False),
    Column("error", Text),
    # What the carrier says of a refusal, in its own words.
    Column("carrier_says", Text),
    Column("encoding", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("priority", Integer, nullable=False, server_default="3"),
    # `{kind}:{chat}[:{step}]`: the same decision never writes the same text twice (rule 4).
    Column("unique_key", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("slot_at"),
    # Since when it could go out, but for a text of the pair's chat before.
    moment("behind_since"),
    moment("claimed_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("sent_at"),
    moment("delivered_at"),
    Column("provider_id", Text),
    # Of our texts: the account that was given it, whatever the number's is now. Accounts stay.
    Column("account_id", BigId),
    UniqueConstraint("tenant_id", "unique_key"),
    UniqueConstraint("chat_id", "seq"),
    CheckConstraint("(chat_id IS NULL) = (seq IS NULL)", name="seq_with_chat"),
    # Sends: what is still owed, by chat and by number.
    partial_index("ix_messages_unsent", "chat_id", "seq", where=UNSENT_TEXT),
    # An opt-out blocks what is still queued for the consumer (B); a claim looks for what a chat
    # before still owes.
    partial_index("ix_messages_unsent_consumer", "consumer_id", where=UNSENT_TEXT),
    # Who asks to stop and waits for a decision.
    partial_index("ix_messages_asks_to_stop", "tenant_id", "consumer_id", where=ASKS_TO_STOP),
    # Texts that belong to no chat, the newest first.
    partial_index("ix_messages_kept", "tenant_id", "id", where=KEPT_TEXT),
    # What was said last between a number of ours and a consumer, in a chat or without one.
    partial_index("ix_messages_pair", "number_id", "consumer_id", "id", where=PERSONS_TEXT),
    # Bulk gives way to what else is queued for the number.
    partial_index("ix_messages_queued_number", "number_id", where=QUEUED_TEXT),
    # A text in doubt: which of the carrier's messages to this consumer are other texts.
    partial_index(
        "ix_messages_taken", "consumer_id", "created_at", where="provider_id IS NOT NULL"
    ),
    # Receipts: the text that the carrier knows by its own id.
    partial_index(
        "ix_messages_provider", "tenant_id", "provider_id", where="provider_id IS NOT NULL"
    ),
)

message_segments = table(
    "message_segments",
    identity(),
    of_tenant(),
    ref("message_id", "messages"),
    Column("segment", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text),
    UniqueConstraint("message_id", "segment"),
)

# Receipts whose message is not known yet: applied when its provider id is recorded (rule 11).
early_receipts = table(
    "early_receipts",
    identity(),
    of_tenant(),
    ref("account_id", "carrier_accounts"),
    Column("provider_id", Text, nullable=False),
    Column("segment", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Text),
    # It says that the carrier blocked the text, because its consumer has opted out there.
    Column("opted_out", Boolean, nullable=False, server_default=false()),
    moment("received_at", nullable=False),
    Index(None, "account_id", "provider_id"),
    # Those that are to be forgotten.
    Index(None, "received_at"),
)
