"""What a text must be before it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plaintext import clean_text

any_text = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("hello", "hello"),
        ("he\0llo\0", "hello"),
        ("\0", ""),
        ("", ""),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\r\n\nb", "a\n\n\nb"),
        ("\ud83dabc", "\ufffdabc"),
        ("abc\ude00", "abc\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("abc\ud83d\n", "abc\ufffd\n"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud83d\0\ude00", "\U0001f600"),
        (" keep\t my \u00a0space\u200b ", " keep\t my \u00a0space\u200b "),
        ("\u2028\x0b\x0c\x85\ufeff", "\u2028\x0b\x0c\x85\ufeff"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_only_what_cannot_be_stored_changes(raw: str, stored: str) -> None:
    assert clean_text(raw) == stored


def test_a_text_of_any_length_stays_whole() -> None:
    assert clean_text("я" * 20_000) == "я" * 20_000


@given(any_text)
def test_a_clean_text_can_be_stored(raw: str) -> None:
    cleaned = clean_text(raw)

    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\0" not in cleaned
    assert "\r" not in cleaned


@given(any_text)
def test_a_clean_text_is_left_alone(raw: str) -> None:
    assert clean_text(clean_text(raw)) == clean_text(raw)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")))
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert clean_text(text) == text
