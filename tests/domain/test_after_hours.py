"""The after-hours message, and when a queue opens again in words (product D, A2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.after_hours import NEVER, closed_until
from domain.chat import decide, open_chat
from domain.commands import Command
from domain.decisions import ChatState, World
from domain.facts import AgentAccepted, AgentLeft, AgentWrote, AlarmRang, ConsumerWrote
from domain.follow_up import LastChat
from domain.hours import Schedule
from domain.queues import Queue, QueueTree
from domain.segments import Encoding, count
from domain.spoken_times import reopening, span
from domain.statuses import DisconnectedBy
from domain.timers import Timer

# A Monday evening in New York, where it closed at 17:00.
EVENING = datetime.fromisoformat("2026-03-02T20:00-05:00").astimezone(UTC)
MORNING = datetime.fromisoformat("2026-03-03T09:00-05:00")
OFFICE = Schedule("America/New_York", "Mo-Fr 09:00-17:00")
LATE = Schedule("America/New_York", "Mo-Fr 12:00-17:00")
ROOT, ORDERS, RETURNS, OPEN, GONE, TWIN = 1, 2, 3, 4, 5, 6
CHOICES = {ORDERS: "1", RETURNS: "2", TWIN: "5"}
TREE = QueueTree(
    [
        Queue(ROOT, None, "Acme", after_hours="Closed."),
        Queue(ORDERS, ROOT, "Orders", 0, hours=OFFICE, after_hours="No orders now."),
        Queue(RETURNS, ROOT, "Returns", 1, hours=LATE),
        Queue(OPEN, ROOT, "Open", 2),
        Queue(GONE, ROOT, "Gone", 3, hours=Schedule("UTC", "off")),
        # Opens with the orders.
        Queue(TWIN, ROOT, "Repairs", 4, hours=OFFICE),
    ]
)
WORLD = World(TREE)


def wrote(state: ChatState, text: str, at: datetime = EVENING) -> tuple[ChatState, list[str]]:
    command = Command.BACK if text == "back" else None
    decision = decide(state, ConsumerWrote(text, command, at), WORLD)
    return decision.state, [say.key for say in decision.say]


def began() -> ChatState:
    return open_chat(ROOT, "hi", EVENING, WORLD).state


@pytest.mark.parametrize(("choice", "closed"), [("1", True), ("2", True), ("3", False)])
def test_who_comes_to_a_closed_leaf_is_told_and_waits(choice: str, closed: bool) -> None:
    state, said = wrote(began(), choice)
    assert state.status == "queued"
    assert said == ["choice_confirmed", *(["after_hours"] if closed else [])]


def test_who_comes_again_in_the_same_closed_period_is_not_told_again() -> None:
    state, _ = wrote(began(), "1")
    state, _ = wrote(state, "back")
    state, said = wrote(state, "1", EVENING + timedelta(hours=1))
    assert "after_hours" not in said


@pytest.mark.parametrize("other", [RETURNS, TWIN])
def test_each_queue_tells_once_also_where_they_open_together_and_by_turns(other: int) -> None:
    state, told = began(), []
    for minutes, queue in enumerate([ORDERS, other, ORDERS, other]):
        state, said = wrote(state, CHOICES[queue], EVENING + timedelta(minutes=minutes))
        told.append("after_hours" in said)
        state, _ = wrote(state, "back", EVENING + timedelta(minutes=minutes))
    assert told == [True, True, False, False]


def test_openings_that_are_past_are_forgotten() -> None:
    state, _ = wrote(began(), CHOICES[RETURNS])
    state, _ = wrote(state, "back")
    state, _ = wrote(state, CHOICES[ORDERS], EVENING + timedelta(days=1))
    assert state.told_closed == {ORDERS: MORNING.astimezone(UTC) + timedelta(days=1)}


def test_in_the_next_closed_period_it_is_told_again() -> None:
    state, _ = wrote(began(), "1")
    state, _ = wrote(state, "back")
    _, said = wrote(state, "1", EVENING + timedelta(days=1))
    assert "after_hours" in said


def test_a_queue_that_closes_over_a_waiting_chat_says_nothing() -> None:
    state, _ = wrote(began(), "1", MORNING)
    _, said = wrote(state, "anybody?", EVENING + timedelta(days=1))
    assert said == []


def test_who_loses_the_agent_after_hours_is_told() -> None:
    state, _ = wrote(began(), "1", MORNING)
    state = decide(state, AgentAccepted(9, MORNING), WORLD).state
    decision = decide(state, AgentLeft(EVENING), WORLD)
    assert [say.key for say in decision.say] == ["after_hours"]


def test_a_dismissed_chat_that_comes_back_after_hours_is_told() -> None:
    state, _ = wrote(began(), "1", MORNING)
    for fact in (
        AgentAccepted(9, MORNING),
        AgentWrote(MORNING),
        AlarmRang(Timer.DISMISSAL, MORNING + timedelta(hours=1)),
    ):
        state = decide(state, fact, WORLD).state
    _, said = wrote(state, "back again", EVENING)
    assert said == ["dismissed_response", "after_hours"]


@pytest.mark.parametrize("told", [MORNING, None])
def test_a_follow_up_in_the_same_closed_period_is_not_told_again(told: datetime | None) -> None:
    before = EVENING - timedelta(minutes=5)
    until = {ORDERS: told} if told else {}
    last = LastChat(True, ORDERS, "en", 9, before, DisconnectedBy.AGENT, until)
    decision = open_chat(ROOT, "thanks", EVENING, WORLD, [last])
    assert decision.state.status == "queued"
    assert [say.key for say in decision.say] == ([] if told else ["after_hours"])


def test_the_message_of_the_nearest_queue_upwards_is_the_one() -> None:
    assert TREE.after_hours(ORDERS, "en") == "No orders now."
    assert TREE.after_hours(RETURNS, "en") == "Closed."


def test_a_queue_that_never_opens_is_closed_for_ever() -> None:
    assert closed_until(TREE, GONE, EVENING) == NEVER
    assert closed_until(TREE, OPEN, EVENING) is None
    assert closed_until(TREE, ORDERS, EVENING) == MORNING


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


HOLIDAYS = Schedule(
    "America/New_York",
    "Mo-Fr 09:00-17:00",
    ((date(2026, 12, 24), "09:30-12:00"), (date(2026, 12, 25), None)),
)


@pytest.mark.parametrize(
    ("hours", "now", "english", "spanish"),
    [
        (OFFICE, "2026-03-02T06:00-05:00", "today, 9:00 AM", "hoy, 9:00 a.m."),
        (LATE, "2026-03-02T06:00-05:00", "today, 12:00 PM", "hoy, 12:00 p.m."),
        (OFFICE, "2026-03-02T17:00-05:00", "tomorrow, 9:00 AM", "mañana, 9:00 a.m."),
        # Before midnight here is another day in UTC.
        (OFFICE, "2026-03-02T23:30-05:00", "tomorrow, 9:00 AM", "mañana, 9:00 a.m."),
        (OFFICE, "2026-03-06T17:00-05:00", "Monday, 9:00 AM", "9/3, 9:00 a.m."),
        # Over the weekend in which the clocks go forward, and back.
        (OFFICE, "2026-03-07T12:00-05:00", "Monday, 9:00 AM", "9/3, 9:00 a.m."),
        (OFFICE, "2026-10-31T12:00-04:00", "Monday, 9:00 AM", "2/11, 9:00 a.m."),
        (HOLIDAYS, "2026-12-23T18:00-05:00", "tomorrow, 9:30 AM", "mañana, 9:30 a.m."),
        (HOLIDAYS, "2026-12-24T12:00-05:00", "Monday, 9:00 AM", "28/12, 9:00 a.m."),
        (Schedule("UTC", "Apr 05 10:00-11:00"), "2026-03-02T12:00+00:00", "April 5, 10:00 AM",
         "5/4, 10:00 a.m."),
        # The next such date but one needs its year; the next does not, though it is next year's.
        (Schedule("UTC", "2028 Apr 05 10:00-11:00"), "2026-03-02T12:00+00:00",
         "April 5, 2028, 10:00 AM", "5/4/2028, 10:00 a.m."),
        (Schedule("UTC", "2027 Mar 02 10:00-11:00"), "2026-03-02T12:00+00:00",
         "March 2, 2027, 10:00 AM", "2/3/2027, 10:00 a.m."),
        (Schedule("UTC", "2027 Mar 01 10:00-11:00"), "2026-03-02T12:00+00:00",
         "March 1, 10:00 AM", "1/3, 10:00 a.m."),
    ],
)  # fmt: skip
def test_the_next_opening_in_words(hours: Schedule, now: str, english: str, spanish: str) -> None:
    opens = hours.next_opening(at(now))
    assert opens is not None
    assert reopening(hours, opens, at(now), "en-US") == english
    assert reopening(hours, opens, at(now), "es") == spanish
    # Languages that have no words fall back to English, as texts do.
    # As the text itself: in the company's language, else in English.
    assert reopening(hours, opens, at(now), "fr", "es-MX") == spanish
    assert reopening(hours, opens, at(now), "fr", "de") == english
    assert reopening(hours, opens, at(now), "en", "es") == english
    assert count(english + spanish).encoding is Encoding.GSM_7


def test_a_queue_that_never_opens_has_nothing_to_say() -> None:
    assert reopening(OFFICE, NEVER, EVENING, "en") is None


@pytest.mark.parametrize(
    ("minutes", "english", "spanish"),
    [
        (0.2, "1 minute", "1 minuto"),
        (5, "5 minutes", "5 minutos"),
        (60, "1 hour", "1 hora"),
        (90, "90 minutes", "90 minutos"),
        (120, "2 hours", "2 horas"),
    ],
)
def test_a_span_in_words(minutes: float, english: str, spanish: str) -> None:
    assert span(timedelta(minutes=minutes), "en") == english
    assert span(timedelta(minutes=minutes), "es-MX") == spanish
    assert span(timedelta(minutes=minutes), "fr", "es") == spanish


def test_what_lies_in_the_hour_that_the_clocks_skip_never_opens_that_day() -> None:
    hours = Schedule("America/New_York", "Su 02:30-02:45")
    opens = hours.next_opening(at("2026-03-08T00:00-05:00"))
    assert opens == at("2026-03-15T02:30-04:00")


def test_hours_are_kept_as_data_and_read_again() -> None:
    assert Schedule.of_data(HOLIDAYS.as_data()) == HOLIDAYS


@pytest.mark.parametrize(
    ("above", "below", "inherited"),
    [
        (None, None, True),
        ("en", None, True),
        # The company's language is English: the same, whether it is named or not.
        (None, "en", True),
        ("es", "es-MX", True),
        ("en", "es", False),
        (None, "es", False),
        ("es", "en", False),
    ],
)
def test_an_after_hours_message_is_not_inherited_into_another_language(
    above: str | None, below: str | None, inherited: bool
) -> None:
    tree = QueueTree(
        [
            Queue(ROOT, None, "Acme", lang=above, after_hours="Closed."),
            Queue(ORDERS, ROOT, "Orders", lang=below),
        ]
    )
    assert tree.after_hours(ORDERS, "en") == ("Closed." if inherited else None)


def test_between_two_languages_nothing_is_inherited_either() -> None:
    tree = QueueTree(
        [
            Queue(ROOT, None, "Acme", lang="en", after_hours="Closed."),
            Queue(ORDERS, ROOT, "Pedidos", lang="es"),
            Queue(RETURNS, ORDERS, "Returns", lang="en"),
        ]
    )
    assert tree.after_hours(RETURNS, "en") is None
