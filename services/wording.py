"""What a system text of a chat says, with the values that its variables have by now."""

from __future__ import annotations

from functools import partial

from domain.after_hours import closed_until
from domain.decisions import Say
from domain.queues import QueueTree
from domain.speech import words_of
from domain.spoken_times import reopening, span
from domain.statuses import ChatStatus, Direction
from domain.texts import TextKey
from domain.timers import Timer
from domain.variables import Variable
from domain.wait import in_minutes
from services import windows
from services.waits import estimates
from store import tenants
from store.chats import OpenChat
from store.database import Tx


def of_text(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> str:
    """What the consumer reads; empty where nothing of it can be said."""
    tenant = tenants.get(tx, chat.tenant_id)
    value_of = partial(_value, tx, chat, text, tree)
    return words_of(text, tree, tenant.texts, tenant.default_lang, value_of)


def _value(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree, variable: Variable) -> str | None:
    """What a variable stands for in a text of this chat; None where nobody knows, as nobody knows
    a consumer's name yet (A2)."""
    match variable:
        case Variable.COMPANY_NAME:
            return tenants.get(tx, chat.tenant_id).name
        case Variable.QUEUE_NAME:
            return tree[text.queue_id].name
        case Variable.EWT_MINUTES:
            return _wait(tx, chat)
        case Variable.NEXT_REOPEN_HOUR:
            return _reopening(tx, chat, text, tree)
        case Variable.TIME_UNTIL_DISMISSAL:
            return _until_dismissal(tx, chat, text)
    return None


def _wait(tx: Tx, chat: OpenChat) -> str | None:
    """The estimated wait in minutes; only a chat that waits on a leaf has one."""
    if chat.state.status is not ChatStatus.QUEUED:
        return None
    wait = estimates(tx, chat.tenant_id, {chat.id: chat.state.queue_id})[chat.id]
    return None if wait is None else str(in_minutes(wait))


def _until_dismissal(tx: Tx, chat: OpenChat, text: Say) -> str | None:
    """What is left of the silence that leads to dismissal; in the greeting, all of it."""
    default = tenants.get(tx, chat.tenant_id).default_lang
    if text.key is TextKey.DISMISSAL_NOTICE:
        due = windows.deadlines_of(tx, chat).get(Timer.DISMISSAL)
        return None if due is None else span(due - tx.now, text.lang, default)
    direction = chat.state.direction
    timers = tenants.timers_at(tx, chat.tenant_id, text.queue_id, direction)
    dismissed = timers.dismissal and direction is Direction.INBOUND
    return span(timers.dismissal_timeout, text.lang, default) if dismissed else None


def _reopening(tx: Tx, chat: OpenChat, text: Say, tree: QueueTree) -> str | None:
    """When the closed queue of a text opens, in its language; None while it is open."""
    until = closed_until(tree, text.queue_id, tx.now)
    if until is None:
        return None
    default = tenants.get(tx, chat.tenant_id).default_lang
    return reopening(tree[text.queue_id].hours, until, tx.now, text.lang, default)
