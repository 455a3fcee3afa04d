"""Dismissal and the way back (product D)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.chat import ImpossibleFact, decide, open_chat
from domain.commands import Command
from domain.decisions import ChatState, World
from domain.dismissal import WhyNot, why_not
from domain.facts import (
    AgentAccepted,
    AgentDismissed,
    AgentWrote,
    AlarmRang,
    ChatResumed,
    ConsumerOptedOut,
    ConsumerWrote,
    Fact,
    QueueGone,
)
from domain.queues import Queue, QueueTree
from domain.statuses import ChatStatus, Direction, FailReason
from domain.texts import TextKey
from domain.timers import Timer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEAF, OTHER, BELOW = 1, 2, 3
WORLD = World(QueueTree([Queue(LEAF, None, "Orders"), Queue(OTHER, None, "Returns")]))


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def told(state: ChatState, *facts: Fact) -> ChatState:
    for fact in facts:
        state = decide(state, fact, WORLD).state
    return state


def asked() -> ChatState:
    """The consumer wrote at noon and has an agent since a minute later."""
    return told(open_chat(LEAF, "hello", NOON, WORLD).state, AgentAccepted(9, after(1)))


def silent() -> ChatState:
    return told(asked(), AgentWrote(after(2)))


def dismissed() -> ChatState:
    return told(silent(), AlarmRang(Timer.DISMISSAL, after(62)))


def revived() -> ChatState:
    return told(dismissed(), ConsumerWrote("me again", None, after(200)))


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (silent(), None),
        (told(silent(), AgentWrote(after(3))), None),
        (asked(), WhyNot.CONSUMER_WROTE),
        (told(silent(), ConsumerWrote("hm", None, after(3))), WhyNot.CONSUMER_WROTE),
        (told(silent(), ConsumerWrote("help", Command.HELP, after(3))), WhyNot.CONSUMER_WROTE),
        (replace(silent(), direction=Direction.OUTBOUND), WhyNot.OUTBOUND),
        (dismissed(), WhyNot.NOT_CONNECTED),
        (revived(), WhyNot.NOT_CONNECTED),
        # The text that brought it back is not enough, nor is the agent's answer to it.
        (told(revived(), AgentAccepted(9, after(201))), WhyNot.CAME_BACK),
        (told(revived(), AgentAccepted(9, after(201)), AgentWrote(after(202))), WhyNot.CAME_BACK),
        (
            told(
                revived(),
                ConsumerWrote("hello?", None, after(201)),
                AgentAccepted(9, after(202)),
                AgentWrote(after(203)),
            ),
            None,
        ),
        (told(dismissed(), ChatResumed(9, after(90)), AgentWrote(after(91))), WhyNot.CAME_BACK),
    ],
)
def test_a_chat_is_dismissed_only_while_its_answered_consumer_is_silent(
    state: ChatState, refusal: WhyNot | None
) -> None:
    assert why_not(state) is refusal
    if refusal is None:
        assert told(state, AgentDismissed(after(300))).status is ChatStatus.DISMISSED
    else:
        with pytest.raises(ImpossibleFact):
            decide(state, AgentDismissed(after(300)), WORLD)


def test_a_notice_is_given_once_for_each_silence() -> None:
    decision = decide(silent(), AlarmRang(Timer.NOTICE, after(57)), WORLD)
    assert [say.key for say in decision.say] == ["dismissal_notice"]
    noticed = decision.state
    assert (noticed.noticed, noticed.status) == (True, ChatStatus.ASSIGNED)
    assert not told(noticed, ConsumerWrote("wait", None, after(58))).noticed
    assert not told(noticed, AgentWrote(after(58))).noticed


def test_a_dismissed_chat_has_no_agent_and_says_nothing() -> None:
    decision = decide(silent(), AlarmRang(Timer.DISMISSAL, after(62)), WORLD)
    assert decision.say == ()
    state = decision.state
    assert (state.agent_id, state.dismissed_at) == (None, after(62))
    assert state.preferred_agent_id == 9
    # The chat timeout runs on from where it was.
    assert state.window_from == silent().window_from


def test_a_reply_brings_it_back_with_a_word_and_at_its_place_without_the_time_between() -> None:
    decision = decide(dismissed(), ConsumerWrote("me again", None, after(200)), WORLD)
    assert [say.key for say in decision.say] == ["dismissed_response"]
    state = decision.state
    assert state.status is ChatStatus.QUEUED
    # It was queued at noon, and dismissed for 138 minutes.
    assert state.queued_at == after(138)
    assert state.window_from == after(200)
    assert state.dismissed_at is None


@pytest.mark.parametrize("agent_id", [None, 4])
def test_a_resume_texts_the_consumer_nothing(agent_id: int | None) -> None:
    decision = decide(dismissed(), ChatResumed(agent_id, after(200)), WORLD)
    assert decision.say == ()
    state = decision.state
    wanted = ChatStatus.QUEUED if agent_id is None else ChatStatus.ASSIGNED
    assert (state.status, state.agent_id) == (wanted, agent_id)
    assert (state.window_from, state.queued_at) == (after(200), after(138))
    with pytest.raises(ImpossibleFact):
        decide(state, ChatResumed(agent_id, after(201)), WORLD)


def test_waiting_is_counted_without_agents_and_dismissal() -> None:
    again = told(revived(), AgentAccepted(4, after(205)))
    assert again.first_waited == timedelta(minutes=1)
    assert again.waited == timedelta(minutes=1 + 5)
    assert again.handled == timedelta(minutes=61)
    assert again.spell_from == after(205)


def test_what_ends_a_dismissed_chat() -> None:
    state = dismissed()
    left = told(state, ConsumerWrote("exit", Command.EXIT, after(70)))
    assert (left.status, left.disconnected_by) == ("finished", "disconnected_by_end_user")
    stopped = told(state, ConsumerOptedOut(after(70)))
    assert (stopped.status, stopped.fail_reason) == ("finished", FailReason.END_USER_OPT_OUT)
    late = told(state, AlarmRang(Timer.CHAT, after(2000)))
    assert (late.status, late.disconnected_by) == ("finished", "disconnected_by_timeout")
    gone = told(state, QueueGone(None, after(70)))
    assert (gone.status, gone.fail_reason) == ("failed", "group_deleted_no_substitute")


def test_a_substitute_takes_a_dismissed_chat_as_it_is() -> None:
    moved = told(dismissed(), QueueGone(OTHER, after(70)))
    assert (moved.status, moved.queue_id) == (ChatStatus.DISMISSED, OTHER)
    assert told(moved, ChatResumed(None, after(80))).queue_id == OTHER


def test_a_queue_that_became_a_menu_meanwhile_shows_it() -> None:
    split = World(
        QueueTree(
            [
                Queue(LEAF, None, "Orders"),
                Queue(OTHER, LEAF, "New orders"),
                Queue(BELOW, LEAF, "Old orders"),
            ]
        )
    )
    decision = decide(dismissed(), ConsumerWrote("hi", None, after(200)), split)
    assert decision.state.status is ChatStatus.SELECTING
    assert [say.key for say in decision.say] == ["dismissed_response", "menu"]


@pytest.mark.parametrize("word", ["back", "start", "1"])
def test_any_text_that_reaches_it_brings_it_back(word: str) -> None:
    command = Command.BACK if word == "back" else None
    state = told(dismissed(), ConsumerWrote(word, command, after(200)))
    assert state.status is ChatStatus.QUEUED


def test_whoever_came_back_and_was_not_answered_is_told_that_the_chat_expired() -> None:
    rang = AlarmRang(Timer.UNANSWERED, after(600))
    decision = decide(revived(), rang, WORLD)
    assert decision.state.status is ChatStatus.FAILED
    assert [said.key for said in decision.say] == [TextKey.EXPIRED]
