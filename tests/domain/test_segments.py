"""Encoding, segments and splitting (`product.md` A8, X6)."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from grapheme import graphemes  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import (
    AGENT_MAX,
    GSM_7,
    GSM_7_BASIC,
    GSM_7_EXTENSION,
    PLAIN,
    Encoding,
    count,
    first_ucs2_character,
    split,
)

CASES = json.loads(Path(__file__).with_name("segment_cases.json").read_text())

family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
flags = "\U0001f1f8\U0001f1ea\U0001f1e9\U0001f1ea"
pieces = ["a", "b ", "€", "[", "\r\n", "я", "e\u0301", "\U0001f600", family, flags, "नि", "각"]
# Long enough to reach several segments, rich in what must not be cut.
texts = st.lists(st.sampled_from(pieces), max_size=250).map("".join) | st.text(max_size=300)
gsm_texts = st.text(st.sampled_from(sorted(GSM_7)), max_size=700)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_counts_as_the_table_says(case: dict[str, Any]) -> None:
    counted = count(case["text"])

    assert (counted.encoding, counted.units, counted.segments) == (
        case["encoding"],
        case["units"],
        case["segments"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_character_that_forces_ucs_2_is_named(case: dict[str, Any]) -> None:
    found = first_ucs2_character(case["text"])

    assert (found and found[1]) == case["first_ucs2"]
    if found:
        at, character = found
        assert case["text"][at] == character
        assert set(case["text"][:at]) <= GSM_7


def test_the_alphabet_is_complete() -> None:
    # 128 positions, less the escape; ten defined positions behind the escape (TS 23.038 6.2.1).
    assert len(GSM_7_BASIC) == 127
    assert len(GSM_7_EXTENSION) == 10
    assert not GSM_7_BASIC & GSM_7_EXTENSION
    assert "\x1b" not in GSM_7


def test_an_agents_longest_message_is_six_segments() -> None:
    assert count("a" * AGENT_MAX).segments == 6
    assert count("a" * (AGENT_MAX + 1)).segments == 7


@pytest.mark.parametrize(
    ("text", "room"), [("a" * 160, 160), ("a" * 161, 153), ("я" * 70, 70), ("я" * 71, 67)]
)
def test_a_concatenated_text_has_less_room_in_each_segment(text: str, room: int) -> None:
    assert count(text).per_segment == room


@given(texts)
def test_units_are_what_the_encoding_takes(text: str) -> None:
    counted = count(text)

    if counted.encoding is Encoding.UCS_2:
        assert counted.units == len(text.encode("utf-16-le")) // 2
    else:
        assert counted.units == len(text) + sum(text.count(char) for char in GSM_7_EXTENSION)


@given(texts | gsm_texts)
def test_the_segments_hold_the_text_and_none_is_wasted(text: str) -> None:
    counted = count(text)

    fewest = -(-counted.units // counted.per_segment)
    # At worst one unit stays empty before a pair in each segment.
    most = -(-counted.units // (counted.per_segment - 1))
    assert fewest <= counted.segments <= most


@given(texts | gsm_texts, texts)
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert count(text + more).segments >= count(text).segments


@given(texts, st.integers(1, 3))
def test_parts_fit_the_segments_and_join_to_the_text(text: str, segments: int) -> None:
    parts = split(text, segments=segments)

    assert "".join(parts) == text
    assert all(count(part).segments <= segments for part in parts)


@given(texts, st.integers(20, 100))
def test_parts_fit_the_characters_and_join_to_the_text(text: str, characters: int) -> None:
    parts = split(text, characters=characters)

    assert "".join(parts) == text
    assert all(len(part) <= characters for part in parts)


@given(st.lists(st.sampled_from(pieces), max_size=250).map("".join), st.integers(1, 2))
def test_no_cut_falls_inside_a_grapheme(text: str, segments: int) -> None:
    whole = list(graphemes(text))

    in_parts = [piece for part in split(text, segments=segments) for piece in graphemes(part)]

    assert in_parts == whole


@given(texts, st.integers(1, 2))
def test_every_part_is_as_long_as_it_can_be(text: str, segments: int) -> None:
    for part, following in pairwise(split(text, segments=segments)):
        assert count(part + next(graphemes(following))).segments > segments


def test_both_limits_hold_at_once() -> None:
    parts = split("a" * 150 + "я" * 150, segments=1, characters=100)

    assert [len(part) for part in parts] == [100, 70, 70, 60]


def test_a_grapheme_longer_than_a_part_is_cut_between_its_code_points() -> None:
    towering = "e" + "\u0301" * 100

    parts = split("ab" + towering, segments=1)

    assert parts == ["ab", towering[:70], towering[70:]]


@pytest.mark.parametrize("text", ["", "short"])
def test_a_text_that_fits_is_one_part(text: str) -> None:
    assert split(text, segments=1) == [text]
    assert split(text) == [text]


@pytest.mark.parametrize("limits", [{"segments": 0}, {"characters": 0}, {"characters": -1}])
def test_a_part_that_could_hold_nothing_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        split("text", **limits)


def test_every_plain_replacement_is_gsm7_and_replaces_what_is_not() -> None:
    for character, plain in PLAIN.items():
        assert character not in GSM_7, character
        assert set(plain) <= GSM_7, character


def test_letters_and_joiners_have_no_plain_replacement() -> None:
    plain_letters = [char for char in PLAIN if char.isalpha() and char < "\ufb00"]
    assert plain_letters == ["\u02bc"]  # the apostrophe that is a letter
    assert not {"\u200c", "\u200d", "\ufe0f"} & set(PLAIN)
