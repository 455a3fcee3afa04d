"""What a chat's process asks the store for: to load, to let time pass, to settle (rules 5, 8)."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import AlarmRang
from domain.process import ChatRef, LoadedChat, SettleChat
from domain.statuses import ENDED
from domain.timers import first_run_out
from services import chats as chat_service
from services import events, windows
from store import chats, incarnations, locks, outbox, unsent
from store.chats import OpenChat
from store.database import Tx


def load(tx: Tx, ref: ChatRef) -> LoadedChat:
    """The chat as it stands, and all that it owes: everything a process needs to begin."""
    chat = chats.read(tx, ref.tenant_id, ref.chat_id)
    if chat is None or chat.incarnation > ref.incarnation:
        return LoadedChat(superseded=True)
    return _loaded(tx, chat)


def ring(tx: Tx, ref: ChatRef) -> LoadedChat:
    """The alarm rang: do what its timer says if it has run out by now, else say when it will.

    Decided by the deadline alone, never by pointers: a chatty consumer would hold it off. A
    text that is still to be sent keeps the chat alive; its window starts again when it is sent.
    """
    locks.routing(tx, ref.tenant_id)
    chat = chats.lock(tx, ref.tenant_id, ref.chat_id)
    if chat is None or chat.incarnation > ref.incarnation:
        return LoadedChat(superseded=True)
    owed = unsent.of_chat(tx, ref.tenant_id, ref.chat_id)
    due = chat.deadline_at is not None and chat.deadline_at <= tx.now
    if chat.state.status not in ENDED and due and not owed:
        timer = first_run_out(windows.deadlines_of(tx, chat), tx.now)
        if timer is not None:
            chat_service.record(tx, chat, AlarmRang(timer, tx.now))
        # Else the tenant's timers were lengthened since it was reckoned.
        chat.changed = True
        windows.set_deadlines(tx, chat)
        loaded = _loaded(tx, chat)
        assert loaded.view is not None
        # The pointer of this very change is numbered when the transaction completes.
        return replace(loaded, view=replace(loaded.view, ptr=chat.ptr + 1))
    loaded = _loaded(tx, chat)
    if not (due and owed):
        return loaded
    assert loaded.view is not None
    # Held up by a text: the deadline comes with the answer to its send.
    return replace(loaded, view=replace(loaded.view, deadline_at=None))


def settle(tx: Tx, wanted: SettleChat) -> LoadedChat:
    """The last act of an ended chat's process. Refused while something is owed or unknown to it."""
    ref = wanted.ref
    chat = chats.lock(tx, ref.tenant_id, ref.chat_id)
    if chat is None or chat.incarnation > ref.incarnation:
        return LoadedChat(superseded=True)
    owed = unsent.of_chat(tx, ref.tenant_id, ref.chat_id)
    done = chat.state.status in ENDED and not owed and chat.ptr <= wanted.last_ptr
    if done and chat.settled_at is None:
        chat.settled_at = tx.now
        chats.write(tx, chat)
        events.chat_settled(tx, chat)
    return _loaded(tx, chat)


def repoint(tx: Tx, ref: ChatRef) -> None:
    """Give the chat's process a pointer with all that is owed, in case it lost one."""
    chat = chats.lock(tx, ref.tenant_id, ref.chat_id)
    if chat is None or chat.settled_at is not None:
        return
    chat.changed = True
    chat.sends = unsent.of_chat(tx, ref.tenant_id, ref.chat_id)


def resend_lost(tx: Tx) -> int:
    """Owe texts without a chat again whose process was lost; how many."""
    lost = incarnations.lost_texts(tx)
    for tenant_id, message_id in lost:
        outbox.add(tx, tenant_id, outbox.Kind.SEND, message_id, {})
    return len(lost)


def _loaded(tx: Tx, chat: OpenChat) -> LoadedChat:
    owed = unsent.of_chat(tx, chat.tenant_id, chat.id)
    return LoadedChat(chat.view(), owed, settled=chat.settled_at is not None)
