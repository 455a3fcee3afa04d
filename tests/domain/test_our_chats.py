"""A chat that we began for no agent in particular is answered: the menu opens (product F1, A2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.chat import decide
from domain.commands import Command
from domain.decisions import ChatState, Decision, World
from domain.facts import ConsumerWrote, QueueGone
from domain.queues import Queue, QueueTree
from domain.statuses import ChatStatus, Direction
from domain.texts import TextKey

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
TOP, ORDERS, BILLING, ALONE = 1, 2, 3, 9
WORLD = World(
    QueueTree(
        [
            Queue(TOP, None, "Support"),
            Queue(ORDERS, TOP, "Orders", 0),
            Queue(BILLING, TOP, "Billing", 1, keywords=("pay",)),
            Queue(ALONE, None, "VIP"),
        ]
    )
)


def ours(queue: int = TOP) -> ChatState:
    """Our text has gone out to a consumer, who has not answered."""
    return ChatState(
        status=ChatStatus.SELECTING,
        entry_queue_id=queue,
        queue_id=queue,
        lang="en",
        window_from=NOON,
        direction=Direction.OUTBOUND,
        heard=False,
    )


def answer(state: ChatState, text: str, command: Command | None = None) -> Decision:
    return decide(state, ConsumerWrote(text, command, LATER), WORLD)


def said(decision: Decision) -> list[TextKey]:
    return [one.key for one in decision.say]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("What is this about?", None),
        ("1", None),
        ("YES", Command.OPT_IN),
        ("START", Command.OPT_IN),
        ("BACK", Command.BACK),
    ],
)
def test_whatever_answers_us_is_no_choice_and_gets_greeting_and_menu_without_a_notice(
    text: str, command: Command | None
) -> None:
    opened = answer(ours(), text, command)
    assert said(opened) == [TextKey.GREETING, TextKey.MENU]
    state = opened.state
    assert (state.status, state.menu_sent) == (ChatStatus.SELECTING, (ORDERS, BILLING))
    assert (state.unanswered, state.invalid_answers, state.window_from) == (False, 0, LATER)
    chosen = answer(state, "1")
    assert (chosen.state.status, chosen.state.queue_id) == (ChatStatus.QUEUED, ORDERS)
    assert said(chosen) == [TextKey.CHOICE_CONFIRMED]


def test_only_what_follows_the_menu_counts_as_an_invalid_answer() -> None:
    wrong = answer(answer(ours(), "Yes please").state, "Yes please")
    assert wrong.state.invalid_answers == 1
    assert said(wrong) == [TextKey.INVALID_CHOICE, TextKey.MENU]


def test_who_answered_before_a_menu_was_sent_gets_it_with_the_next_text() -> None:
    """Such chats are in the store, from a START that once opened no menu."""
    opened = answer(replace(ours(), heard=True), "Hello?")
    assert (said(opened), opened.state.invalid_answers) == ([TextKey.GREETING, TextKey.MENU], 0)


def test_a_keyword_goes_straight_to_its_queue() -> None:
    chosen = answer(ours(), "pay")
    assert (chosen.state.status, chosen.state.queue_id) == (ChatStatus.QUEUED, BILLING)
    assert said(chosen) == [TextKey.GREETING, TextKey.CHOICE_CONFIRMED]


@pytest.mark.parametrize(("text", "command"), [("Hello", None), ("YES", Command.OPT_IN)])
def test_where_there_is_nothing_to_choose_the_answered_chat_waits(
    text: str, command: Command | None
) -> None:
    waits = answer(ours(ALONE), text, command)
    assert (waits.state.status, waits.state.queue_id) == (ChatStatus.QUEUED, ALONE)
    assert said(waits) == [TextKey.GREETING]


def test_help_opens_no_menu() -> None:
    assert answer(ours(), "HELP", Command.HELP) == Decision(ours())


@pytest.mark.parametrize("waits", [False, True])
def test_nobody_who_has_not_answered_is_asked_or_queued_because_a_queue_is_gone(
    waits: bool,
) -> None:
    before = replace(ours(ORDERS), status=ChatStatus.QUEUED, queued_at=NOON) if waits else ours()
    moved = decide(before, QueueGone(TOP if waits else ALONE, LATER), WORLD)
    assert said(moved) == []
    assert (moved.state.status, moved.state.queued_at) == (ChatStatus.SELECTING, None)
    assert said(answer(moved.state, "Hello"))[0] is TextKey.GREETING
