"""What a system text of a chat says: the queue's own wording, the tenant's, or the built-in one."""

from __future__ import annotations

from domain.after_hours import closed_until
from domain.decisions import Say
from domain.menu_text import menu_text
from domain.queues import QueueTree
from domain.spoken_times import reopening, span
from domain.statuses import ChatStatus
from domain.texts import TextKey, Variable, fill, names, wording_of
from domain.timers import Timer
from domain.wait import in_minutes
from services import windows
from services.waits import estimates
from store import tenants
from store.chats import OpenChat
from store.database import Tx


def of_text(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> str:
    """What the consumer reads; empty where nothing of it can be said."""
    tenant = tenants.get(tx, chat.tenant_id)
    own, default = tenant.texts, tenant.default_lang
    if text.key is TextKey.MENU:
        choices = [tree[option].name for option in text.options]
        return menu_text(text.lang, choices, own, default, first=text.first, more=text.more)
    # The goodbye of a deleted queue has none to name.
    queue = tree.get(text.queue_id)
    template = _own(text, tree, default) or wording_of(text.key, text.lang, own, default)
    values = {
        Variable.COMPANY_NAME: tenant.name,
        Variable.QUEUE_NAME: queue.name if queue else None,
        **_times(tx, chat, text, tree),
    }
    if names(template, Variable.EWT_MINUTES):
        values[Variable.EWT_MINUTES] = _wait(tx, chat)
    return fill(template, values)


def _own(text: Say, tree: QueueTree, default_lang: str) -> str | None:
    """The wording that a queue has for itself, where queues may."""
    if text.key is TextKey.AFTER_HOURS:
        return tree.after_hours(text.queue_id, default_lang)
    queue = tree.get(text.queue_id)
    return queue.greeting if text.key is TextKey.GREETING and queue else None


def _wait(tx: Tx, chat: OpenChat) -> str | None:
    """The estimated wait in minutes; only a chat that waits on a leaf has one."""
    if chat.state.status is not ChatStatus.QUEUED:
        return None
    wait = estimates(tx, chat.tenant_id, {chat.id: chat.state.queue_id})[chat.id]
    return None if wait is None else str(in_minutes(wait))


def _times(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> dict[Variable, str | None]:
    """The times that are known; a sentence about an unknown one is left out (A2)."""
    known = {Variable.NEXT_REOPEN_HOUR: _reopening(tx, text, tree)}
    if text.key is TextKey.DISMISSAL_NOTICE:
        due = windows.deadlines_of(tx, chat).get(Timer.DISMISSAL)
        left = None if due is None else span(due - tx.now, text.lang)
        known[Variable.TIME_UNTIL_DISMISSAL] = left
    return known


def _reopening(tx: Tx, text: Say, tree: QueueTree) -> str | None:
    """When the closed queue of a text opens, in its language; None while it is open."""
    until = closed_until(tree, text.queue_id, tx.now)
    if until is None:
        return None
    return reopening(tree[text.queue_id].hours, until, tx.now, text.lang)
