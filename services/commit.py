"""What every write ends with: each changed chat gets one pointer, and events their positions."""

from __future__ import annotations

from pydantic import TypeAdapter

from domain.process import Pointer
from services import events, windows
from store import chats, outbox
from store.database import Tx
from store.events import number

POINTER = TypeAdapter(Pointer)


def flush(tx: Tx) -> None:
    """Complete a transaction; called once by the database, before it commits."""
    for chat in tx.open_chats.values():
        if not chat.changed:
            continue
        windows.set_deadlines(tx, chat)
        chat.ptr += 1
        chats.write(tx, chat)
        pointer = Pointer(chat.ptr, chat.view(), chat.sends)
        payload = {
            "incarnation": chat.incarnation,
            "pointer": POINTER.dump_python(pointer, mode="json"),
        }
        outbox.add(tx, chat.tenant_id, outbox.Kind.CHAT, chat.id, payload)
        events.chat_changed(tx, chat)
    number(tx)
