"""The words that a consumer can text to command us (`product.md` B)."""

import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.commands import Command, folded, meaning, protected, readings, recognise

WORDS = {
    "STOP": Command.OPT_OUT,
    "STOPALL": Command.OPT_OUT,
    "UNSUBSCRIBE": Command.OPT_OUT,
    "CANCEL": Command.OPT_OUT,
    "END": Command.OPT_OUT,
    "QUIT": Command.OPT_OUT,
    "REVOKE": Command.OPT_OUT,
    "OPTOUT": Command.OPT_OUT,
    "OPT OUT": Command.OPT_OUT,
    "STOP ALL": Command.OPT_OUT,
    "START": Command.OPT_IN,
    "UNSTOP": Command.OPT_IN,
    "YES": Command.OPT_IN_IF_ASKED,
    "HELP": Command.HELP,
    "INFO": Command.HELP,
    "BACK": Command.BACK,
    "EXIT": Command.EXIT,
}
FOLDED = {word.casefold() for word in WORDS}
words = st.sampled_from(sorted(WORDS))
around = st.text(
    st.sampled_from([*" \t\r\n\u00a0\u3000\u200b\u200d\ufeff\u2060\u00ad", *string.punctuation])
    | st.characters(categories=["P"]),
    max_size=6,
)


@pytest.mark.parametrize(("word", "command"), WORDS.items())
@pytest.mark.parametrize(
    "written",
    [
        "{}",
        " {} ",
        "\n{}\r\n",
        "{}.",
        "{}!!!",
        "¿{}?",
        '"{}"',
        "“{}”",
        "‘{}’",  # noqa: RUF001
        "«{}»",
        "„{}“",
        "'{}'",
        "`{}`",
        "*{}*",
        "({}).",
        "- {} -",
        "…{}…",
        "\u00a0{}\u00a0",
        "\u200b{}\ufeff",
        '" {} ."',
    ],
)
def test_a_word_is_its_command_whatever_surrounds_it(
    word: str, command: Command, written: str
) -> None:
    assert recognise(written.format(word)) is command
    assert recognise(written.format(word.lower())) is command
    assert recognise(written.format(word.capitalize())) is command


@pytest.mark.parametrize(
    "text",
    [
        "stop\tall",
        "Stop  ALL",
        "stop\nall",
        "stop\u00a0all",
        "opt \u200b out",
        "\u200bopt\u00a0 out",
    ],
)
def test_space_inside_a_phrase_may_be_any_run_of_space(text: str) -> None:
    assert recognise(text) is Command.OPT_OUT


@pytest.mark.parametrize("text", ["ＳＴＯＰ", "st\u200bop", "ＳＴＯＰ！", "stop\ufe0f"])  # noqa: RUF001
def test_what_reads_as_the_word_is_the_word(text: str) -> None:
    assert recognise(text) is Command.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "\u200b",
        "please stop texting me",
        "stop it",
        "stop stop",
        "st op",
        "stop-all",
        "opt-out",
        "s.t.o.p",
        "stops",
        "nonstop",
        "stop1",
        "1",
        "stop 🛑",
        "yes please",
        "the end",
        "go back",
        "stop, help",
        "stóp",
    ],
)
def test_a_text_that_says_anything_else_is_no_command(text: str) -> None:
    assert recognise(text) is None


@given(words, around, around)
def test_space_and_punctuation_around_a_word_change_nothing(
    word: str, before: str, after: str
) -> None:
    assert recognise(before + word + after) is WORDS[word]


def letters_and_digits(text: str) -> str:
    fillers = "\u115f\u1160\u3164\uffa0"  # Letters to Unicode, yet nothing to see.
    visible = (char for char in text if char not in fillers)
    return "".join(char for char in visible if unicodedata.category(char)[0] in "LN")


@given(st.text(), words, st.text())
@example("un", "STOP", "")
@example("", "STOP", "\u02bc")
def test_a_text_with_more_than_the_word_is_no_command(before: str, word: str, after: str) -> None:
    text = before + word + after
    assume(letters_and_digits(before + after))
    caseless = unicodedata.normalize("NFKC", letters_and_digits(text)).casefold()
    assume(caseless not in {word.replace(" ", "") for word in FOLDED})

    assert recognise(text) is None


@given(st.text())
def test_only_a_known_word_is_ever_a_command(text: str) -> None:
    recognised = recognise(text)

    assert (recognised is not None) == bool(set(readings(text)) & FOLDED)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("zurück", Command.BACK),
        ("ZURU\u0308CK!", Command.BACK),
        ("0", Command.BACK),
        ("#", Command.BACK),
        ("⬅️", Command.BACK),
        ("⬅", Command.BACK),
        ("main  menu", Command.BACK),
        ("Tschüss.", Command.EXIT),
        ("Tschüß!", Command.EXIT),
        ("tschus", None),
        ("straße", Command.EXIT),
        ("STRASSE", Command.EXIT),
        ("BACK", None),
        ("EXIT", None),
        ("STOP", Command.OPT_OUT),
    ],
)
def test_configured_words_replace_the_defaults(text: str, command: Command | None) -> None:
    back = ["Zurück", "0", "#", "⬅️", "Main Menu"]

    assert recognise(text, back, ["tschüss", "Straße"]) is command


@given(words.filter(lambda word: word not in ("BACK", "EXIT")), around, around)
def test_no_configured_word_takes_a_protected_word_away(word: str, before: str, after: str) -> None:
    text = before + word + after

    assert recognise(text, [word, text], [word, text]) is WORDS[word]
    assert protected(text) is WORDS[word]


@pytest.mark.parametrize("text", ["BACK", "exit", "hello", "", "1"])
def test_configurable_words_are_not_protected(text: str) -> None:
    assert protected(text) is None


def test_a_blank_configured_word_matches_nothing() -> None:
    assert recognise("...", [""], [" "]) is None
    assert recognise("", [""], [" "]) is None


@pytest.mark.parametrize(
    ("command", "opted_out", "asked", "expected"),
    [
        (Command.OPT_IN_IF_ASKED, True, False, Command.OPT_IN),
        (Command.OPT_IN_IF_ASKED, False, True, Command.OPT_IN),
        (Command.OPT_IN_IF_ASKED, False, False, None),
        (None, True, True, None),
        *(
            (command, out, out, command)
            for command in Command
            for out in (True, False)
            if command is not Command.OPT_IN_IF_ASKED
        ),
    ],
)
def test_yes_opts_in_only_a_consumer_who_is_opted_out_or_was_just_asked(
    command: Command | None, opted_out: bool, asked: bool, expected: Command | None
) -> None:
    assert meaning(command, opted_out=opted_out, asked=asked) is expected
