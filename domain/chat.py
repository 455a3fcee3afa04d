"""What a fact or a deadline means for a chat: the rules of product A2, A3, B and D, without I/O.

`decide(state, fact, world)` gives the next state and the texts to say. Services call it in the
transaction that records the fact; nothing else changes a chat's status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain import dismissal, menu
from domain.after_hours import tell_closed
from domain.commands import Command
from domain.decisions import ChatState, Decision, Say, Unsent, World
from domain.facts import (
    AgentAccepted,
    AgentDismissed,
    AgentEnded,
    AgentLeft,
    AgentWrote,
    AlarmRang,
    ChatResumed,
    ClientEnded,
    ConsumerOptedOut,
    ConsumerWrote,
    Fact,
    NumberGone,
    QueueGone,
)
from domain.follow_up import LastChat, asked_first, followed_up, go_on
from domain.queues import QueueTree
from domain.statuses import (
    ENDED,
    TRANSITIONS,
    ChatStatus,
    Direction,
    DisconnectedBy,
    FailReason,
)
from domain.texts import TextKey
from domain.timers import Timer
from domain.waiting import count_spells


class ImpossibleFact(Exception):
    """The fact cannot happen to a chat in this status; the caller answers with a conflict."""


def open_chat(
    entry_queue_id: int,
    text: str,
    at: datetime,
    world: World,
    last: Sequence[LastChat] = (),
    *,
    back: bool = False,
) -> Decision:
    """A consumer's first text: greeting, then the queue of its keyword, the leaf, or the menu;
    or, soon after an agent's end, the same leaf without a word, unless it asks to go `back`.

    `last`: the consumer's chats with agents that have ended, the latest end first.
    """
    tree = world.tree
    followed = None if back else followed_up(last, entry_queue_id, at, world)
    state = ChatState(
        status=ChatStatus.SELECTING,
        entry_queue_id=entry_queue_id,
        queue_id=entry_queue_id,
        lang=tree.lang(entry_queue_id) or world.default_lang,
        window_from=at,
        greeted=(entry_queue_id,),
        preferred_agent_id=asked_first(last, at, world),
    )
    if followed is not None and menu.named(entry_queue_id, text, tree) is None:
        return _with_time(None, go_on(state, followed, at, world), at, tree)
    return _with_time(None, menu.begin(state, text, at, world), at, tree)


def decide(state: ChatState, fact: Fact, world: World) -> Decision:
    """The meaning of a fact. Raises `ImpossibleFact` where it cannot happen."""
    if state.status in ENDED:
        raise ImpossibleFact(f"the chat has ended ({state.status})")
    decision = _meaning(state, fact, world)
    if decision.state.status not in TRANSITIONS[state.status]:
        raise ImpossibleFact(f"{state.status} cannot become {decision.state.status}")
    return _with_time(state, decision, fact.at, world.tree)


def _with_time(
    before: ChatState | None, decision: Decision, at: datetime, tree: QueueTree
) -> Decision:
    """What follows from when it is, whatever the fact: spells are counted, closed hours told."""
    counted = replace(decision, state=count_spells(before, decision.state, at))
    return tell_closed(before, counted, at, tree)


def _meaning(state: ChatState, fact: Fact, world: World) -> Decision:
    match fact:
        case ConsumerWrote():
            return _consumer_wrote(state, fact, world)
        case AgentAccepted(agent_id, at):
            if state.status is not ChatStatus.QUEUED:
                raise ImpossibleFact("only a waiting chat can be accepted")
            return Decision(
                replace(
                    state,
                    status=ChatStatus.ASSIGNED,
                    agent_id=agent_id,
                    preferred_agent_id=agent_id,
                    assigned_at=state.assigned_at or at,
                    window_from=_window(state, at),
                    # Who takes over an unanswered chat has the whole time to go on.
                    silent_from=state.silent_from and at,
                    noticed=False,
                )
            )
        case AgentWrote(at):
            if state.status is not ChatStatus.ASSIGNED:
                raise ImpossibleFact("the chat has no agent")
            return Decision(_agent_wrote(state, at))
        case AgentEnded(at):
            if state.status is not ChatStatus.ASSIGNED:
                raise ImpossibleFact("only a connected chat can be ended by its agent")
            ended = _end(state, ChatStatus.FINISHED, DisconnectedBy.AGENT, at)
            return Decision(ended, _goodbye(state, TextKey.ENDED))
        case ClientEnded(at):
            ended = _end(state, _left(state), DisconnectedBy.SYSTEM, at)
            return Decision(ended, _goodbye(state, TextKey.ENDED))
        case AgentLeft(at):
            if state.status is not ChatStatus.ASSIGNED:
                raise ImpossibleFact("the chat has no agent")
            left = replace(state, agent_id=None, window_from=_window(state, at))
            return menu.return_to_queue(left, at, world)
        case AgentDismissed(at):
            if dismissal.why_not(state) is not None:
                raise ImpossibleFact("the chat cannot be dismissed")
            return dismissal.dismiss(state, at)
        case ChatResumed(agent_id, at):
            if state.status is not ChatStatus.DISMISSED:
                raise ImpossibleFact("the chat is not dismissed")
            return dismissal.resume(state, agent_id, at, world)
        case ConsumerOptedOut(at):
            ended = _end(state, _left(state), DisconnectedBy.END_USER, at)
            return Decision(
                replace(ended, fail_reason=FailReason.END_USER_OPT_OUT), unsent=Unsent.BLOCK
            )
        case AlarmRang(timer, at):
            return _alarm_rang(state, timer, at)
        case QueueGone(target, at):
            return _queue_gone(state, target, at, world)
        case NumberGone(at):
            return Decision(_number_gone(state, at))


def _consumer_wrote(state: ChatState, fact: ConsumerWrote, world: World) -> Decision:
    if fact.command is Command.EXIT:
        ended = _end(state, _left(state), DisconnectedBy.END_USER, fact.at)
        return Decision(ended, _goodbye(state, TextKey.ENDED), Unsent.FAIL)
    if state.status is ChatStatus.DISMISSED:
        return dismissal.revive(state, fact.at, world)
    if fact.command is Command.HELP and state.unanswered:
        # Who asks what this is about has not answered it (B: HELP changes no state).
        return Decision(state)
    window = fact.at if state.unanswered else state.window_from
    state = replace(state, heard=True, silent_from=None, noticed=False, window_from=window)
    if state.status is ChatStatus.ASSIGNED:
        return Decision(replace(state, window_from=max(state.window_from, fact.at)))
    if state.status is ChatStatus.SELECTING and not state.menu_sent:
        # Ours, for no agent in particular: whatever answers it opens the menu, a YES as well.
        return menu.begin(state, fact.text, fact.at, world)
    if fact.command is Command.OPT_IN:
        # An answer to us; but no choice, and its own confirmation is all that is said.
        return Decision(state)
    if fact.command is Command.BACK:
        return menu.back(state, fact.at, world)
    if state.status is ChatStatus.SELECTING:
        return menu.answer(state, fact.text, fact.at, world)
    return Decision(state)


def _agent_wrote(state: ChatState, at: datetime) -> ChatState:
    """The consumer's silence counts from here; in an outbound chat either side's text goes on."""
    wrote = replace(state, silent_from=at, noticed=False)
    if state.direction is Direction.OUTBOUND and not state.unanswered:
        return replace(wrote, window_from=max(state.window_from, at))
    return wrote


def _window(state: ChatState, at: datetime) -> datetime:
    """The window of a chat that comes to an agent, or back from one: anew, unless the consumer has
    never answered, whose time is counted from our first text."""
    return state.window_from if state.unanswered else at


def _alarm_rang(state: ChatState, timer: Timer, at: datetime) -> Decision:
    if timer is Timer.NOTICE:
        return dismissal.give_notice(state)
    if timer is Timer.DISMISSAL:
        return dismissal.dismiss(state, at)
    if timer in (Timer.CHAT, Timer.OUTBOUND):
        ended = _end(state, ChatStatus.FINISHED, DisconnectedBy.TIMEOUT, at)
        return Decision(ended, _goodbye(state, TextKey.ENDED))
    ended = _end(state, ChatStatus.FAILED, DisconnectedBy.TIMEOUT, at)
    reason = FailReason.NO_RESPONSE if timer is Timer.SELECTING else FailReason.EXPIRED
    # Who never answered a chat of ours is not told that it is too late to.
    goodbye = () if state.unanswered else _goodbye(state, TextKey.EXPIRED)
    return Decision(replace(ended, fail_reason=reason), goodbye)


def _queue_gone(state: ChatState, target: int | None, at: datetime, world: World) -> Decision:
    """To the target, keeping agent and place; without one the chat ends (product D)."""
    if target is None:
        ended = _end(state, ChatStatus.FAILED, DisconnectedBy.SYSTEM, at)
        reason = FailReason.GROUP_DELETED_NO_SUBSTITUTE
        goodbye = _goodbye(state, TextKey.ENDED)
        return Decision(replace(ended, fail_reason=reason), goodbye, Unsent.FAIL)
    tree, entry = world.tree, state.entry_queue_id
    moved = replace(
        state, queue_id=target, entry_queue_id=entry if entry in tree else tree.top(target)
    )
    if state.status in (ChatStatus.ASSIGNED, ChatStatus.DISMISSED) or (
        state.status is ChatStatus.QUEUED and tree.is_leaf(target)
    ):
        return Decision(moved)
    if state.unanswered:
        # The menu opens when the consumer answers, and not before.
        return Decision(replace(moved, status=ChatStatus.SELECTING, queued_at=None))
    return menu.enter(replace(moved, queued_at=None), target, at, world)


def _number_gone(state: ChatState, at: datetime) -> ChatState:
    """Finished, if agent and consumer had met; no goodbye: the number may be another's by now."""
    if state.assigned_at is None or state.unanswered:
        failed = _end(state, ChatStatus.FAILED, DisconnectedBy.SYSTEM, at)
        return replace(failed, fail_reason=FailReason.UNKNOWN)
    return _end(state, ChatStatus.FINISHED, DisconnectedBy.SYSTEM, at)


def _left(state: ChatState) -> ChatStatus:
    """`canceled` when a chat is left before an agent joined, else `finished`."""
    return ChatStatus.CANCELED if state.assigned_at is None else ChatStatus.FINISHED


def _end(state: ChatState, status: ChatStatus, by: DisconnectedBy, at: datetime) -> ChatState:
    return replace(state, status=status, disconnected_by=by, ended_at=at)


def _goodbye(state: ChatState, key: TextKey) -> tuple[Say, ...]:
    return (Say(key, state.queue_id, state.lang),)
