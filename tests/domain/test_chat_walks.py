"""No sequence of facts and alarms brings a chat into an impossible state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.chat import ImpossibleFact, decide, open_chat
from domain.commands import recognise
from domain.decisions import ChatState, Decision, Say, World
from domain.dismissal import why_not
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
)
from domain.hours import Schedule
from domain.queues import Queue, QueueTree
from domain.statuses import ENDED, TRANSITIONS, ChatStatus, Direction, DisconnectedBy
from domain.texts import TextKey
from domain.timers import Timer, Timers, deadlines

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORLD = World(
    QueueTree(
        [
            Queue(1, None, "Support"),
            Queue(2, 1, "Orders", hours=Schedule("UTC", "Mo-Su 09:00-12:30")),
            Queue(3, 1, "Helpdesk", lang="fr", keywords=("fix",), greeting="Bonjour"),
            Queue(4, 3, "Phones"),
            # Long names: the menu of the helpdesk comes in two messages.
            Queue(5, 3, "Tablets" + 300 * "x", keywords=("tab",)),
            Queue(7, 3, "Watches" + 300 * "x"),
            Queue(6, 1, "Secret", hidden=True, keywords=("vip",)),
            # Three levels, and a way without a choice.
            Queue(8, 7, "Straps"),
            Queue(9, 7, "Faces"),
            Queue(10, 9, "Dials", greeting="Dials!"),
        ]
    ),
)
TIMERS = Timers(
    queue_selecting_expiration=timedelta(minutes=60),
    unanswered_expiration=timedelta(minutes=30),
    chat_timeout=timedelta(minutes=90),
    dismissal_timeout=timedelta(minutes=20),
    dismissal=True,
)
TEXTS = ["1", "2", "3", "back", "exit", "fix", "tab", "vip", "hello", "0", ""]
WAITS = [timedelta(0), timedelta(minutes=1), timedelta(minutes=29), timedelta(minutes=95)]

texts = st.sampled_from(TEXTS).map(lambda text: ("text", text))
others = st.sampled_from(
    [
        ("accept", "7"),
        ("accept", "8"),
        ("wrote", ""),
        ("wrote", ""),
        ("end", ""),
        ("client_end", ""),
        ("left", ""),
        ("dismiss", ""),
        ("resume", "7"),
        ("resume", ""),
        ("opt_out", ""),
        ("number_gone", ""),
        ("alarm", ""),
        ("alarm", ""),
    ]
)
# Most steps are ordinary, so that chats live long enough to be interesting.
steps = st.lists(
    st.tuples(st.one_of(texts, texts, others), st.sampled_from([WAITS[0], *WAITS])),
    min_size=1,
    max_size=25,
)


def fact(step: tuple[str, str], at: datetime) -> Fact:
    kind, what = step
    if kind == "text":
        return ConsumerWrote(what, recognise(what), at)
    if kind == "accept":
        return AgentAccepted(int(what), at)
    if kind == "resume":
        return ChatResumed(int(what) if what else None, at)
    simple: dict[str, Callable[[datetime], Fact]] = {
        "wrote": AgentWrote,
        "end": AgentEnded,
        "client_end": ClientEnded,
        "left": AgentLeft,
        "dismiss": AgentDismissed,
        "opt_out": ConsumerOptedOut,
        "number_gone": NumberGone,
    }
    return simple[kind](at)


def due(state: ChatState) -> tuple[datetime, Timer] | None:
    """The timer that runs out first, as the alarm of a chat would ring it."""
    queue = WORLD.tree[state.queue_id]
    hours = queue.hours if state.status is ChatStatus.QUEUED else None
    found = deadlines(state, TIMERS, hours)
    return min(((at, timer) for timer, at in found.items()), default=None)


def check_state(state: ChatState) -> None:
    """What holds for every chat at every moment."""
    status = state.status
    assert not (state.direction is Direction.OUTBOUND and status is ChatStatus.DISMISSED)
    tree = WORLD.tree
    assert (state.agent_id is not None) == (status is ChatStatus.ASSIGNED or _agent_kept(state))
    assert bool(state.menu_sent) == (status is ChatStatus.SELECTING or _menu_kept(state))
    assert (state.ended_at is not None) == (status in ENDED)
    assert (due(state) is None) == (status in ENDED)
    assert (state.dismissed_at is not None) == (status is ChatStatus.DISMISSED or _left(state))
    assert (state.spell_from is not None) == (status in (ChatStatus.QUEUED, ChatStatus.ASSIGNED))
    assert (state.first_waited is not None) == (state.assigned_at is not None)
    assert (state.disconnected_by is DisconnectedBy.UNKNOWN) == (status not in ENDED)
    assert state.fail_reason is None or status in ENDED
    assert state.lang == (tree.lang(state.queue_id) or state.lang)
    if status in (ChatStatus.QUEUED, ChatStatus.ASSIGNED, ChatStatus.DISMISSED):
        assert state.queued_at is not None
        assert tree.is_leaf(state.queue_id)
    if status is ChatStatus.SELECTING:
        assert state.queued_at is None
        assert state.menu_sent == tuple(q.id for q in tree.options(state.queue_id))
        assert 1 <= state.menu_shown <= len(state.menu_sent)
    if status is ChatStatus.ASSIGNED:
        assert state.assigned_at is not None
    if status is ChatStatus.CANCELED:
        assert state.assigned_at is None
    times = [state.queued_at, state.ended_at]
    known = [time for time in times if time is not None]
    assert known == sorted(known)
    if state.assigned_at and state.ended_at:
        assert state.assigned_at <= state.ended_at


def _agent_kept(state: ChatState) -> bool:
    """An ended chat keeps the agent whom it ended with."""
    return state.status in ENDED and state.agent_id is not None


def _left(state: ChatState) -> bool:
    """A chat that ended while it was dismissed."""
    return state.status in ENDED and state.dismissed_at is not None


def _menu_kept(state: ChatState) -> bool:
    return state.status in ENDED and bool(state.menu_sent)


def check_step(before: ChatState, decision: Decision) -> None:
    after = decision.state
    assert after.status in TRANSITIONS[before.status]
    assert after.entry_queue_id == before.entry_queue_id
    assert after.window_from >= before.window_from
    assert before.assigned_at in (None, after.assigned_at)
    assert after.direction is before.direction
    if after.unanswered and after.status not in ENDED:
        assert (before.unanswered, after.window_from) == (True, before.window_from)
    keys = [say.key for say in decision.say]
    _check_greetings(before, decision)
    for say in decision.say:
        assert bool(say.options) == (say.key is TextKey.MENU)
        assert say.lang == after.lang
    if TextKey.MENU in keys:
        menu = _menu(decision)
        assert menu.options == after.menu_sent[menu.first - 1 : after.menu_shown]
        assert menu.more == (after.menu_shown < len(after.menu_sent))
    goodbyes = [key for key in keys if key in (TextKey.ENDED, TextKey.EXPIRED)]
    assert len(goodbyes) <= (after.status in ENDED)


def _check_greetings(before: ChatState, decision: Decision) -> None:
    """Only queues with words of their own greet on the way, and none of them twice."""
    said = tuple(say.queue_id for say in decision.say if say.key is TextKey.GREETING)
    assert decision.state.greeted == before.greeted + said
    assert len(set(decision.state.greeted)) == len(decision.state.greeted)
    assert all(WORLD.tree[queue_id].greeting for queue_id in said)


def _menu(decision: Decision) -> Say:
    return next(say for say in decision.say if say.key is TextKey.MENU)


@settings(max_examples=100)
@given(st.sampled_from(TEXTS), steps, st.booleans())
def test_no_sequence_of_facts_and_alarms_reaches_an_impossible_state(
    first: str, walk: list[tuple[tuple[str, str], timedelta]], ours: bool
) -> None:
    at = NOON
    state = open_chat(1, first, at, WORLD).state
    if ours:
        state = replace(state, direction=Direction.OUTBOUND, heard=False)
    check_state(state)
    for step, wait in walk:
        at += wait
        if step[0] == "alarm":
            first_due = due(state)
            if first_due is None or first_due[0] > at:
                continue
            happened: Fact = AlarmRang(first_due[1], at)
        else:
            happened = fact(step, at)
        try:
            decision = decide(state, happened, WORLD)
        except ImpossibleFact:
            assert _may_be_refused(state, happened)
            continue
        check_step(state, decision)
        state = decision.state
        check_state(state)


def _may_be_refused(state: ChatState, happened: Fact) -> bool:
    """A chat that is alive can always be left, opted out of, written to, and rung."""
    if state.status in ENDED:
        return True
    if isinstance(happened, AgentAccepted):
        return state.status is not ChatStatus.QUEUED
    if isinstance(happened, ChatResumed):
        return state.status is not ChatStatus.DISMISSED
    if isinstance(happened, AgentDismissed):
        return why_not(state) is not None
    needs_agent = isinstance(happened, (AgentEnded, AgentLeft, AgentWrote))
    return needs_agent and state.status is not ChatStatus.ASSIGNED


KINDS = [("text", text) for text in TEXTS] + [
    ("accept", "7"),
    ("wrote", ""),
    ("end", ""),
    ("left", ""),
    ("dismiss", ""),
    ("resume", "7"),
    ("resume", ""),
    ("opt_out", ""),
]


def reachable() -> set[ChatState]:
    """Every state that facts can lead to while no time passes, and the ends by time."""
    found: set[ChatState] = set()
    todo = [open_chat(1, text, NOON, WORLD).state for text in TEXTS]
    while todo:
        state = todo.pop()
        # More than five invalid answers are as good as five.
        if state in found or state.invalid_answers > 5:
            continue
        found.add(state)
        first_due = due(state)
        facts = [fact(step, NOON) for step in KINDS]
        if first_due is not None:
            facts.append(AlarmRang(first_due[1], NOON))
        for happened in facts:
            try:
                decision = decide(state, happened, WORLD)
            except ImpossibleFact:
                assert _may_be_refused(state, happened), (state, happened)
                continue
            check_step(state, decision)
            todo.append(decision.state)
    return found


def test_every_reachable_state_is_possible_and_ends_by_its_alarms_alone() -> None:
    states = reachable()
    assert {state.status for state in states} == set(ChatStatus)
    for state in states:
        check_state(state)
        rings = 0
        while (first_due := due(state)) is not None:
            state = decide(state, AlarmRang(first_due[1], first_due[0]), WORLD).state
            rings += 1
        assert state.status in ENDED or rings == 0
        # Notice, dismissal, and its end at the most.
        assert rings <= 3
