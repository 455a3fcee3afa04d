"""A chat's windows: when each of its timers is due, and how a text that was held up moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.statuses import ENDED, UNSENT, ChatStatus
from domain.timers import Timer, deadlines, window_after_sending
from store import chats, sends, tenants
from store.chats import OpenChat
from store.database import Tx
from store.sends import Sending


def deadlines_of(tx: Tx, chat: OpenChat) -> dict[Timer, datetime]:
    """When each timer of the chat is due, by the settings and hours that the tenant has now."""
    state = chat.state
    if state.status in ENDED:
        return {}
    timers = tenants.timers_at(tx, chat.tenant_id, state.queue_id, state.direction)
    hours = None
    if state.status is ChatStatus.QUEUED:
        queue = tenants.tree(tx, chat.tenant_id).get(state.queue_id)
        hours = None if queue is None else queue.hours
    changed_at = tenants.get(tx, chat.tenant_id).configured_at
    return deadlines(state, timers, hours, chat.deadlines if chat.ptr else None, changed_at)


def set_deadlines(tx: Tx, chat: OpenChat) -> None:
    """Note them in the chat, with the instant at which its process must look again."""
    chat.deadlines = {str(timer): at for timer, at in deadlines_of(tx, chat).items()}
    chat.deadline_at = min(chat.deadlines.values(), default=None)


def reckon_waiting(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> None:
    """The hours of these queues are others: chats that wait there may expire at another time, and
    their processes are told."""
    for chat_id in chats.waiting_on(tx, tenant_id, queue_ids):
        chat = chats.lock(tx, tenant_id, chat_id)
        assert chat is not None
        chat.changed = chat.changed or deadlines_of(tx, chat) != chat.deadlines


def hold(tx: Tx, text: Sending) -> Sending:
    """The text under its lock, and its chat's before it where the window may move with it."""
    if text.chat_id is not None and text.status in UNSENT and _start(tx, text) is not None:
        chats.lock(tx, text.tenant_id, text.chat_id)
    if tx.on_sqlite:
        # There is one writer: what this transaction has read is as it stands.
        return text
    locked = sends.lock(tx, text.tenant_id, text.id)
    assert locked is not None
    return locked


def text_went_out(tx: Tx, text: Sending) -> None:
    """A text that is held went out now: the window starts anew if an outage had kept it."""
    chat = None if text.chat_id is None else tx.open_chats.get(text.chat_id)
    start = None if chat is None else _start(tx, text)
    if chat is not None and start is not None:
        state = chat.state
        silent_from = state.silent_from and max(state.silent_from, start)
        chat.state = replace(state, window_from=start, silent_from=silent_from)
        chat.changed = True


def _start(tx: Tx, text: Sending) -> datetime | None:
    """The window's new start, or None where the text does not move it."""
    assert text.chat_id is not None
    chat = chats.seen(tx, text.tenant_id, text.chat_id)
    start = window_after_sending(chat.state.window_from, chat.deadline_at, text.created_at, tx.now)
    moves = start != chat.state.window_from and chat.state.ended_at is None
    return start if moves else None
