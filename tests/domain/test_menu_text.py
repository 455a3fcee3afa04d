"""How a menu reads, and where a long one is cut (product A3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.menu_text import menu_length, menu_text
from domain.segments import count

NAMES = st.text(st.sampled_from("abc xyz\u732b^"), min_size=1, max_size=30).map("q{}".format)


def test_the_menu_is_a_line_for_each_queue() -> None:
    assert menu_text("en", ["Orders", "Returns", "Billing"]) == (
        "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
    )


def test_a_long_menu_stops_where_three_segments_are_full_and_says_how_to_go_on() -> None:
    names = [f"Department {number:02}" for number in range(1, 41)]
    length = menu_length("en", names)
    page = menu_text("en", names[:length], more=True)
    longer = menu_text("en", names[: length + 1], more=True)
    assert (count(page).segments, count(longer).segments) == (3, 4)
    assert page.endswith("\nText 0 for more choices")
    rest = menu_text("en", names[length:], first=length + 1)
    assert rest.startswith(f"Text {length + 1} for Department {length + 1}")


def test_a_menu_that_fits_is_sent_whole_even_if_the_way_to_more_would_not() -> None:
    names = ["x" * 63] * 6
    assert count(menu_text("en", names, more=True)).segments == 4
    assert menu_length("en", names) == 6


def test_a_menu_holds_at_least_one_line_and_a_huge_one_is_cut_quickly() -> None:
    assert menu_length("en", ["\u732b" * 300, "b"]) == 1
    assert menu_length("en", [str(number) for number in range(200_000)]) < 240


@given(st.lists(NAMES, min_size=1, max_size=60))
def test_no_line_would_fit_that_a_menu_leaves_for_later(names: list[str]) -> None:
    length = menu_length("en", names)
    assert 1 <= length <= len(names)
    if length > 1:
        page = menu_text("en", names[:length], more=length < len(names))
        assert count(page).segments <= 3
    if length < len(names):
        longer = menu_text("en", names[: length + 1], more=length + 1 < len(names))
        assert count(longer).segments > 3


def test_the_menu_follows_the_language() -> None:
    german = {"de": {"menu": "@{QUEUE_NAME}: @{CHOICE_NUMBER} senden"}}

    assert menu_text("de", ["Retouren"], german) == "Retouren: 1 senden"
