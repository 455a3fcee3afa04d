"""The menu: what an answer means, up and down the queue tree (product A3, B BACK)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.commands import readings
from domain.decisions import ChatState, Decision, Say
from domain.queues import QueueTree
from domain.statuses import ChatStatus, DisconnectedBy, FailReason
from domain.texts import TextKey

# Invalid answers that get a notice; later ones get the menu alone, and seldom (A3).
NOTICES = 3
MENU_PAUSE = timedelta(minutes=10)


def answer(state: ChatState, text: str, at: datetime, tree: QueueTree) -> Decision:
    """A text while selecting: a keyword, a number of the menu last sent, or invalid."""
    chosen = tree.by_keyword(state.entry_queue_id, text)
    if chosen is not None:
        return choose(state, chosen.id, at, tree)
    number = _menu_number(text)
    if number is not None and 1 <= number <= len(state.menu_sent):
        queue_id = state.menu_sent[number - 1]
        return choose(state, queue_id, at, tree) if queue_id in tree else _expired(state, at)
    wrong = replace(state, invalid_answers=state.invalid_answers + 1)
    if wrong.invalid_answers > NOTICES:
        if state.menu_sent_at is not None and at - state.menu_sent_at < MENU_PAUSE:
            return Decision(wrong)
        return _show_menu(wrong, state.queue_id, at, tree)
    shown = _show_menu(wrong, state.queue_id, at, tree)
    notice = Say(TextKey.INVALID_CHOICE, state.queue_id, state.lang)
    return replace(shown, say=(notice, *shown.say))


def _expired(state: ChatState, at: datetime) -> Decision:
    """The queue that was chosen is no more (product D `expired_menu_selection`)."""
    failed = replace(
        state,
        status=ChatStatus.FAILED,
        fail_reason=FailReason.EXPIRED_MENU_SELECTION,
        disconnected_by=DisconnectedBy.SYSTEM,
        ended_at=at,
    )
    return Decision(failed, (Say(TextKey.EXPIRED, state.queue_id, state.lang),))


def _menu_number(text: str) -> int | None:
    """A menu number, read as commands are; "½" is no choice."""
    digits = (word for word in readings(text) if word.isascii() and word.isdigit())
    word = next(digits, "")
    return int(word) if 0 < len(word) <= 3 else None


def back(state: ChatState, at: datetime, tree: QueueTree) -> Decision:
    """One level up; at the top the menu again; without any menu an ordinary text (product B)."""
    if tree.only_leaf(state.entry_queue_id) is not None:
        return Decision(state)
    above = tree.parent_within(state.queue_id, state.entry_queue_id)
    target = state.entry_queue_id if above is None else above
    back = replace(state, window_from=at, queued_at=None)
    return _show_menu(back, target, at, tree)


def choose(state: ChatState, queue_id: int, at: datetime, tree: QueueTree) -> Decision:
    """A choice is confirmed, then descends (A3); the language follows it (A5)."""
    chosen = replace(state, lang=tree.lang(queue_id) or state.lang, invalid_answers=0)
    arrived = enter(chosen, queue_id, at, tree)
    leaf = arrived.state.queue_id
    confirmed = Say(TextKey.CHOICE_CONFIRMED, leaf, arrived.state.lang)
    return replace(arrived, say=(confirmed, *arrived.say))


def enter(state: ChatState, queue_id: int, at: datetime, tree: QueueTree) -> Decision:
    """Wait on the queue if it is a leaf or leads to one alone, else show its menu."""
    leaf = tree.only_leaf(queue_id)
    if leaf is None:
        return _show_menu(state, queue_id, at, tree)
    queued = replace(
        state,
        status=ChatStatus.QUEUED,
        queue_id=leaf.id,
        queued_at=at,
        window_from=at,
        menu_sent=(),
    )
    return Decision(queued)


def _show_menu(state: ChatState, queue_id: int, at: datetime, tree: QueueTree) -> Decision:
    options = tuple(queue.id for queue in tree.options(queue_id))
    shown = replace(
        state,
        status=ChatStatus.SELECTING,
        queue_id=queue_id,
        menu_sent=options,
        menu_sent_at=at,
    )
    return Decision(shown, (Say(TextKey.MENU, queue_id, state.lang, options),))
