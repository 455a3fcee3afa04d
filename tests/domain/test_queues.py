"""The queue tree (product A3, A4, A5)."""

from __future__ import annotations

import pytest

from domain.queues import Queue, QueueTree

TREE = QueueTree(
    [
        Queue(1, None, "Support", lang="en"),
        Queue(4, 1, "Billing", 2, keywords=("Pay", "MY BILL")),
        Queue(2, 1, "Orders", 0),
        Queue(3, 1, "Returns", 1, lang="fr"),
        Queue(5, 1, "Secret", 3, hidden=True, keywords=("vip",)),
        Queue(6, 3, "By post", 0),
        Queue(7, 3, "In a shop", 1, hidden=True),
        Queue(8, None, "Only hidden"),
        Queue(9, 8, "Hidden leaf", hidden=True),
    ]
)


def test_a_menu_lists_the_visible_children_in_their_order() -> None:
    assert [queue.id for queue in TREE.options(1)] == [2, 3, 4]
    assert [queue.id for queue in TREE.options(2)] == []


def test_children_in_the_same_place_keep_the_order_in_which_they_were_made() -> None:
    tree = QueueTree([Queue(1, None, "A"), Queue(3, 1, "C"), Queue(2, 1, "B")])
    assert [queue.id for queue in tree.options(1)] == [2, 3]


@pytest.mark.parametrize(("queue", "leaf"), [(1, None), (2, 2), (3, 6), (6, 6), (8, 9)])
def test_a_queue_with_a_single_choice_needs_no_menu(queue: int, leaf: int | None) -> None:
    found = TREE.only_leaf(queue)
    assert (found and found.id) == leaf


@pytest.mark.parametrize(
    ("entry", "text", "queue"),
    [
        (1, "pay", 4),
        (1, " PAY! ", 4),
        (1, "my   bill", 4),
        (1, "vip", 5),
        (1, "please pay", None),
        (1, "", None),
        (3, "pay", None),
        (4, "pay", 4),
    ],
)
def test_a_keyword_is_the_whole_message_and_reaches_hidden_queues_below_the_entry(
    entry: int, text: str, queue: int | None
) -> None:
    found = TREE.by_keyword(entry, text)
    assert (found and found.id) == queue


@pytest.mark.parametrize(
    ("queue", "top", "above"),
    [(1, 1, ()), (2, 1, (1,)), (6, 1, (3, 1)), (6, 3, (3,)), (3, 3, ()), (6, 8, ())],
)
def test_what_is_above_ends_at_the_top_and_is_nothing_elsewhere(
    queue: int, top: int, above: tuple[int, ...]
) -> None:
    assert TREE.above(queue, top) == above


@pytest.mark.parametrize(
    ("queue", "lang"), [(1, "en"), (2, "en"), (3, "fr"), (6, "fr"), (7, "fr"), (9, None)]
)
def test_the_language_is_that_of_the_nearest_queue_above(queue: int, lang: str | None) -> None:
    assert TREE.lang(queue) == lang


def test_only_queues_without_children_are_leaves() -> None:
    assert [queue for queue in range(1, 10) if TREE.is_leaf(queue)] == [2, 4, 5, 6, 7, 9]


def test_of_several_leaves_that_were_all_hidden_before_that_was_refused_the_first_is_taken() -> (
    None
):
    tree = QueueTree([Queue(1, None, "A"), *(Queue(n, 1, "B", hidden=True) for n in (3, 2))])
    found = tree.only_leaf(1)
    assert found is not None
    assert found.id == 2
