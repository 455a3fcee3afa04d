"""An agent has read a chat up to a message: every browser of that agent shows the same."""

from __future__ import annotations

from services import events
from services.errors import InvalidField, NotFound
from store import reading
from store.database import Tx


def mark_read(tx: Tx, tenant_id: int, agent_id: int, chat_id: int, seq: int) -> None:
    """Move the mark forward, in a chat that the agent has or had; an older one changes nothing."""
    last = reading.last_seq(tx, tenant_id, agent_id, chat_id)
    if last is None:
        raise NotFound("Chat is not found.")
    if seq > last:
        raise InvalidField("seq", f"must not be above {last}, the chat's last message")
    if reading.advance(tx, tenant_id, agent_id, chat_id, seq):
        events.chat_read(tx, tenant_id, chat_id, agent_id, seq)
