"""What a system text of a chat says: the queue's own wording, the tenant's, or the built-in one."""

from __future__ import annotations

from domain.after_hours import closed_until
from domain.decisions import Say
from domain.menu_text import menu_text
from domain.queues import QueueTree
from domain.spoken_times import reopening, span
from domain.texts import TextKey, Values, Variable, fill, render
from domain.timers import Timer
from services import windows
from store import tenants
from store.chats import OpenChat
from store.database import Tx


def of_text(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> str:
    """What the consumer reads; empty where nothing of it can be said."""
    tenant = tenants.get(tx, chat.tenant_id)
    own, default = tenant.texts, tenant.default_lang
    if text.key is TextKey.MENU:
        names = [tree[option].name for option in text.options]
        return menu_text(text.lang, names, own, default, first=text.first, more=text.more)
    # The goodbye of a deleted queue has none to name.
    queue = tree.get(text.queue_id)
    values = {
        Variable.COMPANY_NAME: tenant.name,
        Variable.QUEUE_NAME: queue.name if queue else None,
        **_times(tx, chat, text, tree),
    }
    if text.key is TextKey.GREETING and queue and queue.greeting:
        return fill(queue.greeting, values)
    if text.key is TextKey.AFTER_HOURS and (nearest := tree.after_hours(text.queue_id)):
        return fill(nearest, values)
    return render(text.key, text.lang, values, own, default)


def _times(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> Values:
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
