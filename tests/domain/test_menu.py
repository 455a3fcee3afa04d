"""Menus of any depth, in two languages, with greetings and long lists (product A2, A3, A5, B)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.chat import decide, open_chat
from domain.commands import recognise
from domain.decisions import ChatState, Decision, World
from domain.facts import AgentAccepted, AgentLeft, ConsumerWrote
from domain.queues import Queue, QueueTree
from domain.statuses import ChatStatus, FailReason

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# Two languages; below English three levels, a leaf reached through two queues without a choice,
# a hidden branch, and greetings here and there.
QUEUES = [
    Queue(1, None, "Acme"),
    Queue(10, 1, "English", 0, lang="en", keywords=("english",)),
    Queue(20, 1, "Espa\u00f1ol", 1, lang="es", greeting="Hola", keywords=("espanol",)),
    Queue(11, 10, "Orders", 0),
    Queue(12, 10, "Help", 1, greeting="Help is here"),
    Queue(13, 12, "Devices", 0),
    Queue(14, 13, "Phones", 0),
    Queue(15, 13, "Tablets", 1, keywords=("tablet",), greeting="Tablets!"),
    Queue(16, 12, "Accounts", 1, greeting="Accounts!"),
    Queue(17, 16, "Logins", 0),
    Queue(18, 17, "Passwords", 0),
    Queue(19, 12, "Staff", 2, hidden=True, keywords=("staff",)),
    Queue(30, 19, "Day shift", 0),
    Queue(31, 19, "Night shift", 1),
    Queue(21, 20, "Pedidos", 0),
    Queue(22, 20, "Ayuda", 1),
]
WORLD = World(QueueTree(QUEUES))


class Talk:
    """A consumer's texts to a number of this queue, one a minute, and what is said to each."""

    def __init__(self, *texts: str, entry: int = 1, world: World = WORLD) -> None:
        self.world, self.at = world, NOON
        first, *others = texts
        self.decision: Decision = open_chat(entry, first, self.at, world)
        for text in others:
            self.text(text)

    @property
    def state(self) -> ChatState:
        return self.decision.state

    def text(self, text: str, minutes: float = 1) -> Talk:
        self.at += timedelta(minutes=minutes)
        fact = ConsumerWrote(text, recognise(text), self.at)
        self.decision = decide(self.state, fact, self.world)
        return self

    @property
    def said(self) -> list[tuple[str, int, str]]:
        return [(say.key.value, say.queue_id, say.lang) for say in self.decision.say]

    @property
    def where(self) -> tuple[str, int, str]:
        return (self.state.status.value, self.state.queue_id, self.state.lang)


@pytest.mark.parametrize(
    ("texts", "where", "said"),
    [
        (["hi"], ("selecting", 1, "en"), [("greeting", 1, "en"), ("menu", 1, "en")]),
        (
            ["hi", "1"],
            ("selecting", 10, "en"),
            [("choice_confirmed", 10, "en"), ("menu", 10, "en")],
        ),
        (
            ["hi", "2"],
            ("selecting", 20, "es"),
            [("choice_confirmed", 20, "es"), ("greeting", 20, "es"), ("menu", 20, "es")],
        ),
        (["hi", "2", "1"], ("queued", 21, "es"), [("choice_confirmed", 21, "es")]),
        (["hi", "1", "2", "1", "1"], ("queued", 14, "en"), [("choice_confirmed", 14, "en")]),
        (
            ["hi", "tablet"],
            ("queued", 15, "en"),
            [("choice_confirmed", 15, "en"), ("greeting", 15, "en")],
        ),
        (
            ["Tablet!"],
            ("queued", 15, "en"),
            [("greeting", 1, "en"), ("choice_confirmed", 15, "en"), ("greeting", 15, "en")],
        ),
        (
            ["hi", "staff"],
            ("selecting", 19, "en"),
            [("choice_confirmed", 19, "en"), ("menu", 19, "en")],
        ),
        (["hi", "staff", "2"], ("queued", 31, "en"), [("choice_confirmed", 31, "en")]),
        (["hi", "2", "tablet"], ("queued", 15, "en"), [("choice_confirmed", 15, "en"),
         ("greeting", 15, "en")]),
    ],
)  # fmt: skip
def test_a_choice_is_confirmed_greeted_and_descends_however_deep_the_tree(
    texts: list[str], where: tuple[str, int, str], said: list[tuple[str, int, str]]
) -> None:
    talk = Talk(*texts)
    assert talk.where == where
    assert talk.said == said


def test_queues_without_a_choice_are_passed_through_and_the_nearest_greeting_is_sent() -> None:
    talk = Talk("hi", "1", "2", "2")
    assert talk.where == ("queued", 18, "en")
    assert talk.said == [("choice_confirmed", 16, "en"), ("greeting", 16, "en")]


def test_a_number_of_a_single_leaf_greets_and_asks_nothing() -> None:
    talk = Talk("1", entry=16)
    assert talk.where == ("queued", 18, "en")
    assert talk.said == [("greeting", 16, "en")]
    assert talk.text("back").said == []
    assert talk.where == ("queued", 18, "en")


def test_a_leaf_below_a_single_leaf_number_greets_as_well_if_it_has_words_of_its_own() -> None:
    own = [replace(q, greeting="Passwords!") if q.id == 18 else q for q in QUEUES]
    talk = Talk("hi", entry=16, world=World(QueueTree(own)))
    assert talk.said == [("greeting", 16, "en"), ("greeting", 18, "en")]


@pytest.mark.parametrize(
    ("texts", "menus"),
    [
        (["hi", "1", "2", "1", "1"], [(13, "en"), (12, "en"), (10, "en"), (1, "en"), (1, "en")]),
        # Past queues that never had a menu.
        (["hi", "1", "2", "2"], [(12, "en"), (10, "en"), (1, "en")]),
        (["hi", "2", "1"], [(20, "es"), (1, "en")]),
        (["tablet"], [(13, "en"), (12, "en")]),
        (["hi", "staff", "1"], [(19, "en"), (12, "en")]),
    ],
)
def test_back_goes_up_level_by_level_and_undoes_the_choice_of_language(
    texts: list[str], menus: list[tuple[int, str]]
) -> None:
    talk = Talk(*texts)
    for queue, lang in menus:
        talk.text("BACK")
        assert talk.where == ("selecting", queue, lang)
        assert talk.said == [("menu", queue, lang)]
        assert talk.state.queued_at is None


def test_back_never_leaves_the_queue_of_the_number() -> None:
    talk = Talk("hi", "1", "1", entry=12)
    assert talk.where == ("queued", 14, "en")
    assert [talk.text("back").state.queue_id for _ in range(3)] == [13, 12, 12]


@pytest.mark.parametrize(("entry", "menu"), [(1, (10, 20)), (10, (11, 12)), (19, (30, 31))])
def test_several_numbers_open_one_tree_at_their_own_queue(entry: int, menu: tuple[int]) -> None:
    talk = Talk("hi", entry=entry)
    assert talk.state.menu_sent == menu
    assert talk.said[0][:2] == ("greeting", entry)


def test_a_keyword_reaches_only_the_subtree_of_the_number() -> None:
    assert Talk("hi", "tablet", entry=20).said[0][0] == "invalid_choice"
    assert Talk("tablet", entry=20).where == ("selecting", 20, "es")


def test_a_keyword_while_queued_or_connected_is_ordinary_text() -> None:
    talk = Talk("hi", "1", "1")
    assert talk.text("tablet").said == []
    talk.decision = decide(talk.state, AgentAccepted(7, talk.at), WORLD)
    assert talk.text("tablet").where == ("assigned", 11, "en")


def test_every_queue_greets_once_in_a_chat_however_often_the_consumer_comes_by() -> None:
    talk = Talk("hi", "1", "2")
    assert ("greeting", 12, "en") in talk.said
    talk.text("back").text("2")
    assert talk.said == [("choice_confirmed", 12, "en"), ("menu", 12, "en")]
    talk.text("2")
    assert ("greeting", 16, "en") in talk.said


def test_a_chat_that_an_agent_gave_back_is_not_greeted_again() -> None:
    talk = Talk("hi", "tablet")
    joined = decide(talk.state, AgentAccepted(7, talk.at), WORLD).state
    assert not decide(joined, AgentLeft(talk.at), WORLD).say


def test_the_first_text_is_never_a_number_and_the_second_is_read_against_the_menu() -> None:
    talk = Talk("2")
    assert talk.where == ("selecting", 1, "en")
    assert talk.text("2").where == ("selecting", 20, "es")


def test_an_answer_counts_for_the_menu_last_sent_not_for_the_one_above() -> None:
    talk = Talk("hi", "1", "2")
    assert talk.state.menu_sent == (13, 16)
    assert talk.text("2").where == ("queued", 18, "en")


def test_a_chosen_queue_that_was_deleted_ends_the_chat_with_its_reason() -> None:
    talk = Talk("hi", "1")
    talk.world = World(QueueTree([q for q in QUEUES if q.id != 11]))
    talk.text("1")
    assert talk.state.fail_reason is FailReason.EXPIRED_MENU_SELECTION


def test_who_has_nothing_left_to_choose_waits_at_once() -> None:
    talk = Talk("hi", "1", "2", "1")
    talk.world = World(QueueTree([q for q in QUEUES if q.id != 15]))
    assert talk.text("what?").where == ("queued", 14, "en")


def test_a_chat_whose_number_had_a_queue_that_is_gone_goes_on_in_the_tree_it_is_in() -> None:
    talk = Talk("hi", "1", "1", entry=10)
    moved = [replace(q, parent_id=1) if q.id == 11 else q for q in QUEUES if q.id in (1, 11, 20)]
    talk.world = World(QueueTree(moved))
    assert talk.text("back").where == ("selecting", 1, "en")


def long_tree(count: int, name: str = "Department") -> World:
    below = [Queue(100 + at, 1, f"{name} {at + 1:03}", at) for at in range(count)]
    return World(QueueTree([Queue(1, None, "Acme"), *below]))


def pages(talk: Talk) -> list[tuple[int, int]]:
    """First and last number of each part of a long menu, from the one last said."""
    found = []
    while talk.decision.say:
        (menu,) = [say for say in talk.decision.say if say.key == "menu"]
        found.append((menu.first, menu.first + len(menu.options) - 1))
        if not menu.more:
            break
        talk.text("0")
    return found


def test_a_long_menu_comes_in_parts_whose_numbers_go_on() -> None:
    found = pages(Talk("hi", world=long_tree(60)))
    assert len(found) > 2
    assert found[0][0] == 1
    assert found[-1][1] == 60
    assert all(end + 1 == start for (_, end), (start, _) in pairwise(found))


@pytest.mark.parametrize("choice", [1, 15, 40, 60])
def test_any_number_of_a_long_menu_may_be_chosen_whichever_part_is_shown(choice: int) -> None:
    talk = Talk("hi", "0", world=long_tree(60))
    assert talk.text(str(choice)).state.queue_id == 99 + choice


def test_the_last_of_a_thousand_choices_can_be_chosen() -> None:
    talk = Talk("hi", world=long_tree(1_100))
    assert talk.text("1100").state.queue_id == 1_199


def test_zero_after_the_last_part_is_no_choice_and_begins_anew() -> None:
    talk = Talk("hi", world=long_tree(60))
    pages(talk)
    talk.text("0")
    assert [say.key for say in talk.decision.say] == ["invalid_choice", "menu"]
    assert talk.decision.say[1].first == 1
    assert talk.state.invalid_answers == 1


def test_zero_in_a_menu_of_one_part_is_no_choice() -> None:
    assert Talk("hi", "0").said[0][0] == "invalid_choice"


def test_the_rest_of_a_menu_that_has_changed_begins_anew() -> None:
    talk = Talk("hi", world=long_tree(60))
    queues = long_tree(60).tree
    talk.world = World(QueueTree([q for q in queues.subtree(1) if q.id != 159]))
    talk.text("0")
    (menu,) = talk.decision.say
    assert menu.first == 1
    assert len(talk.state.menu_sent) == 59


@pytest.mark.parametrize(("text", "most"), [("I am away", 1), ("0", 4)])
def test_a_machine_that_answers_by_itself_gets_the_menu_once_in_ten_minutes_at_most(
    text: str, most: int
) -> None:
    talk = Talk("hi", world=long_tree(60))
    sent = [len(talk.text(text, minutes=0.1).decision.say) for _ in range(300)]
    for start in range(100, 300, 100):
        assert sum(sent[start : start + 100]) <= most


def test_the_tenants_own_wording_decides_where_a_menu_is_cut() -> None:
    plain = long_tree(60)
    wordy = {"en": {"menu": "@{CHOICE_NUMBER} is what you should text for @{QUEUE_NAME}, please"}}
    short, long = (
        len(Talk("hi", world=world).decision.say[1].options)
        for world in (replace(plain, texts=wordy), plain)
    )
    assert 1 < short < long


def test_a_status_never_changes_by_more() -> None:
    talk = Talk("hi", "0", world=long_tree(60))
    assert talk.state.status is ChatStatus.SELECTING
    assert talk.state.invalid_answers == 0
