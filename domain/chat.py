"""What a fact or a deadline means for a chat: the rules of product A2, A3, B and D, without I/O.

`decide(state, fact, world)` gives the next state and the texts to say. Services call it in the
transaction that records the fact; nothing else changes a chat's status.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.commands import Command, readings
from domain.queues import QueueTree
from domain.statuses import ENDED, TRANSITIONS, ChatStatus, DisconnectedBy, FailReason
from domain.texts import TextKey
from domain.timers import Timers, deadline

# Invalid answers that get a notice; later ones get the menu alone, and seldom (A3).
NOTICES = 3
MENU_PAUSE = timedelta(minutes=10)


class Unsent(StrEnum):
    """What becomes of texts that are not sent yet when a chat ends (rule 4)."""

    KEEP = "keep"
    FAIL = "failed"
    BLOCK = "blocked"


@dataclass(frozen=True)
class ChatState:
    """What decisions depend on. `queue_id` is the node whose menu is shown, or the leaf."""

    status: ChatStatus
    entry_queue_id: int
    queue_id: int
    lang: str
    window_from: datetime
    agent_id: int | None = None
    queued_at: datetime | None = None
    assigned_at: datetime | None = None
    ended_at: datetime | None = None
    fail_reason: FailReason | None = None
    disconnected_by: DisconnectedBy = DisconnectedBy.UNKNOWN
    menu_sent: tuple[int, ...] = ()
    menu_sent_at: datetime | None = None
    invalid_answers: int = 0


@dataclass(frozen=True)
class World:
    """What the tenant has configured, as far as a chat's decisions need it."""

    tree: QueueTree
    timers: Timers
    default_lang: str = "en"


@dataclass(frozen=True)
class Say:
    """A system text to write; `options` are the queues that a menu lists, in order."""

    key: TextKey
    queue_id: int
    lang: str
    options: tuple[int, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The next state, what is said to the consumer, and what becomes of unsent texts."""

    state: ChatState
    say: tuple[Say, ...] = ()
    unsent: Unsent = Unsent.KEEP


@dataclass(frozen=True)
class ConsumerWrote:
    """A text that is not opt-out, opt-in or help: those never reach a chat's decision."""

    text: str
    command: Command | None
    at: datetime


@dataclass(frozen=True)
class AgentAccepted:
    agent_id: int
    at: datetime


@dataclass(frozen=True)
class AgentEnded:
    at: datetime


@dataclass(frozen=True)
class AgentLeft:
    """The agent went offline: the chat goes back to its queue (product D)."""

    at: datetime


@dataclass(frozen=True)
class ConsumerOptedOut:
    at: datetime


@dataclass(frozen=True)
class AlarmRang:
    at: datetime


Fact = ConsumerWrote | AgentAccepted | AgentEnded | AgentLeft | ConsumerOptedOut | AlarmRang


class ImpossibleFact(Exception):
    """The fact cannot happen to a chat in this status; the caller answers with a conflict."""


def open_chat(entry_queue_id: int, text: str, at: datetime, world: World) -> Decision:
    """A consumer's first text: greeting, then the queue of its keyword, the leaf, or the menu."""
    tree = world.tree
    state = ChatState(
        status=ChatStatus.SELECTING,
        entry_queue_id=entry_queue_id,
        queue_id=entry_queue_id,
        lang=tree.lang(entry_queue_id) or world.default_lang,
        window_from=at,
    )
    greeting = Say(TextKey.GREETING, entry_queue_id, state.lang)
    chosen = tree.by_keyword(entry_queue_id, text)
    if chosen is not None and chosen.id != entry_queue_id:
        arrived = _choose(state, chosen.id, at, tree)
    else:
        arrived = _enter(state, entry_queue_id, at, tree)
    return replace(arrived, say=(greeting, *arrived.say))


def decide(state: ChatState, fact: Fact, world: World) -> Decision:
    """The meaning of a fact. Raises `ImpossibleFact` where it cannot happen."""
    if state.status in ENDED:
        raise ImpossibleFact(f"the chat has ended ({state.status})")
    decision = _meaning(state, fact, world)
    if decision.state.status not in TRANSITIONS[state.status]:
        raise ImpossibleFact(f"{state.status} cannot become {decision.state.status}")
    return decision


def _meaning(state: ChatState, fact: Fact, world: World) -> Decision:
    match fact:
        case ConsumerWrote():
            return _consumer_wrote(state, fact, world.tree)
        case AgentAccepted(agent_id, at):
            if state.status is not ChatStatus.QUEUED:
                raise ImpossibleFact("only a waiting chat can be accepted")
            return Decision(
                replace(
                    state,
                    status=ChatStatus.ASSIGNED,
                    agent_id=agent_id,
                    assigned_at=state.assigned_at or at,
                    window_from=at,
                )
            )
        case AgentEnded(at):
            if state.status is not ChatStatus.ASSIGNED:
                raise ImpossibleFact("only a connected chat can be ended by its agent")
            ended = _end(state, ChatStatus.FINISHED, DisconnectedBy.AGENT, at)
            return Decision(ended, _goodbye(state, TextKey.ENDED))
        case AgentLeft(at):
            if state.status is not ChatStatus.ASSIGNED:
                raise ImpossibleFact("the chat has no agent")
            return Decision(replace(state, status=ChatStatus.QUEUED, agent_id=None, window_from=at))
        case ConsumerOptedOut(at):
            ended = _end(state, _left(state), DisconnectedBy.END_USER, at)
            return Decision(
                replace(ended, fail_reason=FailReason.END_USER_OPT_OUT), unsent=Unsent.BLOCK
            )
        case AlarmRang(at):
            return _alarm_rang(state, at, world.timers)


def _consumer_wrote(state: ChatState, fact: ConsumerWrote, tree: QueueTree) -> Decision:
    if fact.command is Command.EXIT:
        ended = _end(state, _left(state), DisconnectedBy.END_USER, fact.at)
        return Decision(ended, _goodbye(state, TextKey.ENDED), Unsent.FAIL)
    if state.status is ChatStatus.ASSIGNED:
        return Decision(replace(state, window_from=max(state.window_from, fact.at)))
    if fact.command is Command.BACK:
        return _back(state, fact.at, tree)
    if state.status is ChatStatus.SELECTING:
        return _answer(state, fact, tree)
    return Decision(state)


def _answer(state: ChatState, fact: ConsumerWrote, tree: QueueTree) -> Decision:
    """A text while selecting: a keyword, a number of the menu last sent, or invalid."""
    chosen = tree.by_keyword(state.entry_queue_id, fact.text)
    if chosen is not None:
        return _choose(state, chosen.id, fact.at, tree)
    number = _menu_number(fact.text)
    if number is not None and 1 <= number <= len(state.menu_sent):
        return _choose(state, state.menu_sent[number - 1], fact.at, tree)
    wrong = replace(state, invalid_answers=state.invalid_answers + 1)
    if wrong.invalid_answers > NOTICES:
        if state.menu_sent_at is not None and fact.at - state.menu_sent_at < MENU_PAUSE:
            return Decision(wrong)
        return _show_menu(wrong, state.queue_id, fact.at, tree)
    shown = _show_menu(wrong, state.queue_id, fact.at, tree)
    notice = Say(TextKey.INVALID_CHOICE, state.queue_id, state.lang)
    return replace(shown, say=(notice, *shown.say))


def _menu_number(text: str) -> int | None:
    """A menu number, read as commands are; "½" is no choice."""
    digits = (word for word in readings(text) if word.isascii() and word.isdigit())
    word = next(digits, "")
    return int(word) if 0 < len(word) <= 3 else None


def _back(state: ChatState, at: datetime, tree: QueueTree) -> Decision:
    """One level up; at the top the menu again; without any menu an ordinary text (product B)."""
    if tree.only_leaf(state.entry_queue_id) is not None:
        return Decision(state)
    above = tree.parent_within(state.queue_id, state.entry_queue_id)
    target = state.entry_queue_id if above is None else above
    back = replace(state, window_from=at, queued_at=None)
    return _show_menu(back, target, at, tree)


def _choose(state: ChatState, queue_id: int, at: datetime, tree: QueueTree) -> Decision:
    chosen = replace(state, lang=tree.lang(queue_id) or state.lang, invalid_answers=0)
    arrived = _enter(chosen, queue_id, at, tree)
    leaf = arrived.state.queue_id
    confirmed = Say(TextKey.CHOICE_CONFIRMED, leaf, arrived.state.lang)
    return replace(arrived, say=(confirmed, *arrived.say))


def _enter(state: ChatState, queue_id: int, at: datetime, tree: QueueTree) -> Decision:
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


def _alarm_rang(state: ChatState, at: datetime, timers: Timers) -> Decision:
    due = deadline(state.status, state.window_from, timers)
    if due is None or at < due:
        return Decision(state)
    if state.status is ChatStatus.ASSIGNED:
        ended = _end(state, ChatStatus.FINISHED, DisconnectedBy.TIMEOUT, at)
        return Decision(ended, _goodbye(state, TextKey.ENDED))
    ended = _end(state, ChatStatus.FAILED, DisconnectedBy.TIMEOUT, at)
    selecting = state.status is ChatStatus.SELECTING
    reason = FailReason.NO_RESPONSE if selecting else FailReason.EXPIRED
    return Decision(replace(ended, fail_reason=reason), _goodbye(state, TextKey.EXPIRED))


def _left(state: ChatState) -> ChatStatus:
    """`canceled` when the consumer leaves before an agent joined, else `finished`."""
    return ChatStatus.CANCELED if state.assigned_at is None else ChatStatus.FINISHED


def _end(state: ChatState, status: ChatStatus, by: DisconnectedBy, at: datetime) -> ChatState:
    return replace(state, status=status, disconnected_by=by, ended_at=at)


def _goodbye(state: ChatState, key: TextKey) -> tuple[Say, ...]:
    return (Say(key, state.queue_id, state.lang),)
