"""What facts and deadlines mean for a chat (product A2, A3, B, D)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.chat import ImpossibleFact, decide, open_chat
from domain.commands import Command
from domain.decisions import ChatState, Decision, Unsent, World
from domain.facts import (
    AgentAccepted,
    AgentEnded,
    AgentLeft,
    AlarmRang,
    ConsumerOptedOut,
    ConsumerWrote,
    Fact,
    NumberGone,
    QueueGone,
)
from domain.queues import Queue, QueueTree
from domain.statuses import ChatStatus, Direction, DisconnectedBy, FailReason
from domain.timers import Timer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
ROOT, ORDERS, HELPDESK, PHONES, TABLETS, SECRET, LONE = 1, 2, 3, 4, 5, 6, 7
TREE = QueueTree(
    [
        Queue(ROOT, None, "Support"),
        Queue(ORDERS, ROOT, "Orders", 0),
        Queue(HELPDESK, ROOT, "Helpdesk", 1, lang="fr", keywords=("fix",)),
        Queue(PHONES, HELPDESK, "Phones", 0),
        Queue(TABLETS, HELPDESK, "Tablets", 1, keywords=("tab",)),
        Queue(SECRET, ROOT, "Secret", 2, hidden=True, keywords=("vip",)),
        Queue(LONE, None, "Lone"),
    ]
)
WORLD = World(TREE)


def wrote(text: str, at: datetime = LATER, command: Command | None = None) -> ConsumerWrote:
    return ConsumerWrote(text, command, at)


def said(decision: Decision) -> list[tuple[str, int]]:
    return [(say.key.value, say.queue_id) for say in decision.say]


def selecting() -> ChatState:
    return open_chat(ROOT, "hello", NOON, WORLD).state


def queued() -> ChatState:
    return decide(selecting(), wrote("1", NOON), WORLD).state


def assigned() -> ChatState:
    return decide(queued(), AgentAccepted(9, NOON), WORLD).state


def returned() -> ChatState:
    return decide(assigned(), AgentLeft(NOON), WORLD).state


@pytest.mark.parametrize(
    ("entry", "text", "status", "queue", "texts"),
    [
        (ROOT, "hello", "selecting", ROOT, [("greeting", ROOT), ("menu", ROOT)]),
        (ROOT, "1", "selecting", ROOT, [("greeting", ROOT), ("menu", ROOT)]),
        (ROOT, "Tab", "queued", TABLETS, [("greeting", ROOT), ("choice_confirmed", TABLETS)]),
        (ROOT, "VIP", "queued", SECRET, [("greeting", ROOT), ("choice_confirmed", SECRET)]),
        (
            ROOT,
            "fix",
            "selecting",
            HELPDESK,
            [("greeting", ROOT), ("choice_confirmed", HELPDESK), ("menu", HELPDESK)],
        ),
        (HELPDESK, "vip", "selecting", HELPDESK, [("greeting", HELPDESK), ("menu", HELPDESK)]),
        (LONE, "hello", "queued", LONE, [("greeting", LONE)]),
    ],
)
def test_a_first_text_is_greeted_and_is_a_keyword_or_shows_the_menu(
    entry: int, text: str, status: str, queue: int, texts: list[tuple[str, int]]
) -> None:
    decision = open_chat(entry, text, NOON, WORLD)
    assert (decision.state.status, decision.state.queue_id) == (status, queue)
    assert said(decision) == texts


MENU = ("menu", ROOT)
WRONG = [("invalid_choice", ROOT), MENU]


@pytest.mark.parametrize(
    ("text", "status", "queue", "texts"),
    [
        ("1", "queued", ORDERS, [("choice_confirmed", ORDERS)]),
        (" (1.) ", "queued", ORDERS, [("choice_confirmed", ORDERS)]),
        ("\uff11", "queued", ORDERS, [("choice_confirmed", ORDERS)]),
        ("2", "selecting", HELPDESK, [("choice_confirmed", HELPDESK), ("menu", HELPDESK)]),
        ("tab!", "queued", TABLETS, [("choice_confirmed", TABLETS)]),
        ("0", "selecting", ROOT, WRONG),
        ("3", "selecting", ROOT, WRONG),
        ("\u00bd", "selecting", ROOT, WRONG),
        ("1" * 400, "selecting", ROOT, WRONG),
        ("one", "selecting", ROOT, WRONG),
        ("", "selecting", ROOT, WRONG),
    ],
)
def test_an_answer_is_a_number_of_the_menu_a_keyword_or_invalid(
    text: str, status: str, queue: int, texts: list[tuple[str, int]]
) -> None:
    decision = decide(selecting(), wrote(text), WORLD)
    assert (decision.state.status, decision.state.queue_id) == (status, queue)
    assert said(decision) == texts


def test_an_answer_is_read_against_the_menu_that_was_last_sent() -> None:
    moved = QueueTree([Queue(ROOT, None, "Support"), Queue(8, ROOT, "New", -1), *_children()])
    state = decide(selecting(), wrote("1"), World(moved)).state
    assert state.queue_id == ORDERS


def _children() -> list[Queue]:
    return [TREE[queue] for queue in (ORDERS, HELPDESK, PHONES, TABLETS)]


def test_the_language_follows_the_choice() -> None:
    assert selecting().lang == "en"
    decision = decide(selecting(), wrote("2"), WORLD)
    assert decision.state.lang == "fr"
    assert {say.lang for say in decision.say} == {"fr"}


def test_three_invalid_answers_get_a_notice_and_later_ones_the_menu_every_ten_minutes() -> None:
    state, answers = selecting(), []
    for minute in range(16):
        decision = decide(state, wrote("?", NOON + timedelta(minutes=minute)), WORLD)
        state = decision.state
        answers.append(len(decision.say))
    assert answers == [2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_a_choice_forgets_the_invalid_answers() -> None:
    wrong = decide(selecting(), wrote("?"), WORLD).state
    assert decide(wrong, wrote("2"), WORLD).state.invalid_answers == 0


def below() -> ChatState:
    return decide(selecting(), wrote("2"), WORLD).state


def waiting_below() -> ChatState:
    return decide(below(), wrote("1"), WORLD).state


@pytest.mark.parametrize(
    ("state", "queue"),
    [(selecting(), ROOT), (queued(), ROOT), (below(), ROOT), (waiting_below(), HELPDESK)],
)
def test_back_goes_up_one_level_and_at_the_top_shows_the_menu_again(
    state: ChatState, queue: int
) -> None:
    decision = decide(state, wrote("back", command=Command.BACK), WORLD)
    assert decision.state.status is ChatStatus.SELECTING
    assert said(decision) == [("menu", queue)]
    assert decision.state.queued_at is None


def test_back_where_there_is_no_menu_is_ordinary_text() -> None:
    lone = open_chat(LONE, "hello", NOON, WORLD).state
    assert decide(lone, wrote("back", command=Command.BACK), WORLD) == Decision(lone)


def test_back_while_connected_is_ordinary_text() -> None:
    decision = decide(assigned(), wrote("back", command=Command.BACK), WORLD)
    assert decision.state.status is ChatStatus.ASSIGNED
    assert not decision.say


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (selecting(), ChatStatus.CANCELED),
        (queued(), ChatStatus.CANCELED),
        (assigned(), ChatStatus.FINISHED),
        (returned(), ChatStatus.FINISHED),
        (
            decide(returned(), wrote("back", command=Command.BACK), WORLD).state,
            ChatStatus.FINISHED,
        ),
    ],
)
@pytest.mark.parametrize("by", ["exit", "opt_out"])
def test_leaving_before_an_agent_joined_cancels_and_afterwards_finishes(
    state: ChatState, status: ChatStatus, by: str
) -> None:
    fact: Fact = ConsumerOptedOut(LATER)
    if by == "exit":
        fact = wrote("exit", command=Command.EXIT)
    decision = decide(state, fact, WORLD)
    assert decision.state.status is status
    assert decision.state.disconnected_by is DisconnectedBy.END_USER
    assert decision.state.ended_at == LATER
    if by == "exit":
        assert decision.unsent is Unsent.FAIL
        assert decision.state.fail_reason is None
        assert [say.key for say in decision.say] == ["ended"]
    else:
        assert decision.unsent is Unsent.BLOCK
        assert decision.state.fail_reason is FailReason.END_USER_OPT_OUT
        assert not decision.say


def test_an_agents_end_keeps_what_is_unsent_and_says_goodbye() -> None:
    decision = decide(assigned(), AgentEnded(LATER), WORLD)
    assert decision.state.status is ChatStatus.FINISHED
    assert decision.state.disconnected_by is DisconnectedBy.AGENT
    assert decision.state.fail_reason is None
    assert decision.unsent is Unsent.KEEP
    assert said(decision) == [("ended", ORDERS)]


def test_an_agent_who_leaves_gives_the_chat_back_with_its_age() -> None:
    state = decide(assigned(), AgentLeft(LATER), WORLD).state
    assert state.status is ChatStatus.QUEUED
    assert state.agent_id is None
    assert state.queued_at == queued().queued_at
    assert state.assigned_at == NOON
    again = decide(state, AgentAccepted(10, LATER), WORLD).state
    assert again.assigned_at == NOON
    assert again.agent_id == 10


@pytest.mark.parametrize(
    ("state", "timer", "status", "reason", "text"),
    [
        (selecting(), Timer.SELECTING, ChatStatus.FAILED, FailReason.NO_RESPONSE, "expired"),
        (queued(), Timer.UNANSWERED, ChatStatus.FAILED, FailReason.EXPIRED, "expired"),
        (
            queued(),
            Timer.UNANSWERED_AFTER_HOURS,
            ChatStatus.FAILED,
            FailReason.EXPIRED,
            "expired",
        ),
        (returned(), Timer.UNANSWERED, ChatStatus.FAILED, FailReason.EXPIRED, "expired"),
        (assigned(), Timer.CHAT, ChatStatus.FINISHED, None, "ended"),
        (assigned(), Timer.OUTBOUND, ChatStatus.FINISHED, None, "ended"),
    ],
)
def test_a_timer_that_has_run_out_ends_the_chat(
    state: ChatState, timer: Timer, status: ChatStatus, reason: FailReason | None, text: str
) -> None:
    decision = decide(state, AlarmRang(timer, LATER), WORLD)
    assert (decision.state.status, decision.state.fail_reason) == (status, reason)
    assert decision.state.disconnected_by is DisconnectedBy.TIMEOUT
    assert [say.key for say in decision.say] == [text]
    assert decision.unsent is Unsent.KEEP


def test_a_consumer_who_never_answered_us_is_not_told_of_the_expiry() -> None:
    ours = replace(selecting(), direction=Direction.OUTBOUND, heard=False)
    decision = decide(ours, AlarmRang(Timer.SELECTING, LATER), WORLD)
    assert decision.state.fail_reason is FailReason.NO_RESPONSE
    assert decision.say == ()


@pytest.mark.parametrize(
    ("state", "met"),
    [
        (selecting(), False),
        (queued(), False),
        (assigned(), True),
        (returned(), True),
        (replace(assigned(), direction=Direction.OUTBOUND, heard=False), False),
    ],
)
def test_a_number_that_is_given_up_ends_the_chat_without_a_word(
    state: ChatState, met: bool
) -> None:
    decision = decide(state, NumberGone(LATER), WORLD)
    ended = (ChatStatus.FINISHED, None) if met else (ChatStatus.FAILED, FailReason.UNKNOWN)
    assert (decision.state.status, decision.state.fail_reason) == ended
    assert decision.state.disconnected_by is DisconnectedBy.SYSTEM
    assert decision.say == ()


def test_only_a_connected_consumers_text_restarts_the_window() -> None:
    assert decide(assigned(), wrote("hi"), WORLD).state.window_from == LATER
    for state in (selecting(), queued()):
        assert decide(state, wrote("hi"), WORLD).state.window_from == NOON
    late = replace(assigned(), window_from=LATER)
    assert decide(late, wrote("hi", NOON), WORLD).state.window_from == LATER


@pytest.mark.parametrize("state", [selecting(), assigned()])
def test_only_a_waiting_chat_can_be_accepted(state: ChatState) -> None:
    with pytest.raises(ImpossibleFact):
        decide(state, AgentAccepted(3, LATER), WORLD)


@pytest.mark.parametrize("fact", [AgentEnded(LATER), AgentLeft(LATER)])
@pytest.mark.parametrize("state", [selecting(), queued(), returned()])
def test_only_an_agents_chat_can_be_ended_or_left_by_one(state: ChatState, fact: Fact) -> None:
    with pytest.raises(ImpossibleFact):
        decide(state, fact, WORLD)


def ours(state: ChatState) -> ChatState:
    """The same, begun by us and not answered yet."""
    return replace(state, direction=Direction.OUTBOUND, heard=False)


def test_until_the_consumer_answers_ours_neither_an_agents_going_nor_coming_gives_more_time() -> (
    None
):
    left = decide(ours(assigned()), AgentLeft(LATER), WORLD).state
    taken = decide(left, AgentAccepted(9, LATER), WORLD).state
    assert (left.window_from, taken.window_from) == (NOON, NOON)
    assert decide(assigned(), AgentLeft(LATER), WORLD).state.window_from == LATER


@pytest.mark.parametrize("state", [selecting(), queued(), assigned()])
def test_the_consumers_first_answer_to_ours_begins_the_time_that_runs_then(
    state: ChatState,
) -> None:
    """A chat that waited for it as long as it may must not expire as it is answered."""
    answered = decide(ours(state), wrote("hi"), WORLD).state
    assert (answered.window_from, answered.unanswered) == (LATER, False)


def test_who_comes_back_to_choose_has_the_whole_time_but_no_more_for_asking_again() -> None:
    back = wrote("back", command=Command.BACK)
    assert decide(queued(), back, WORLD).state.window_from == LATER
    assert decide(selecting(), back, WORLD).state.window_from == NOON
    assert decide(selecting(), wrote("what?"), WORLD).state.window_from == NOON


def test_a_waiting_chat_whose_queue_became_a_menu_has_the_whole_time_to_choose() -> None:
    moved = decide(queued(), QueueGone(HELPDESK, LATER), WORLD).state
    assert (moved.status, moved.window_from) == (ChatStatus.SELECTING, LATER)


def test_help_is_no_answer_to_ours_and_yes_is() -> None:
    begun = ours(assigned())
    assert decide(begun, wrote("help", command=Command.HELP), WORLD).state == begun
    assert not decide(begun, wrote("yes", command=Command.OPT_IN), WORLD).state.unanswered
    again = decide(assigned(), wrote("help", command=Command.HELP), WORLD).state
    assert again.window_from == LATER
