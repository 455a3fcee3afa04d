"""The words a consumer can text to command us, in any phase of a chat (`product.md` B).

Only the whole message is ever a command. What a command does depends on the state of the chat
and is decided there; here a text is recognised.
"""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Command(StrEnum):
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    OPT_IN_IF_ASKED = "opt_in_if_asked"
    HELP = "help"
    BACK = "back"
    EXIT = "exit"


BACK_WORDS = ("BACK",)
"""The default; an administrator may replace it and add to it."""
EXIT_WORDS = ("EXIT",)
"""The default; an administrator may replace it and add to it."""

_PROTECTED_WORDS = {
    Command.OPT_OUT: ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"),
    Command.OPT_IN: ("START", "UNSTOP"),
    Command.OPT_IN_IF_ASKED: ("YES",),
    Command.HELP: ("HELP", "INFO"),
}
# Not in the seed: "revoke" and "opt out" are named by the FCC (47 CFR 64.1200(a)(10)), carriers
# also take them written as one word, and STOPALL written as two.
_CARRIERS_OPT_OUT_WORDS = ("REVOKE", "OPTOUT", "OPT OUT", "STOP ALL")

# Phones and people use these as quotes or to set a word off, yet Unicode calls them symbols.
_QUOTING_SYMBOLS = frozenset("`\u00b4<>~^|=+$")
_INVISIBLE_MARKS = frozenset("\u034f\u115f\u1160\u3164\uffa0\ufe0e\ufe0f")


def recognise(
    text: str,
    back_words: Iterable[str] = BACK_WORDS,
    exit_words: Iterable[str] = EXIT_WORDS,
) -> Command | None:
    """The command that this whole message is, or None: ordinary text.

    A protected word wins over a configured one, in either reading: no configuration can take
    STOP away from a consumer.
    """
    return protected(text) or _configured(text, back_words, exit_words)


def protected(text: str) -> Command | None:
    """The command behind a word that no tenant may configure as anything else."""
    return next((_PROTECTED[form] for form in readings(text) if form in _PROTECTED), None)


def meaning(command: Command | None, *, opted_out: bool, asked: bool = False) -> Command | None:
    """What the command means from this consumer: YES opts in only who is opted out, or was asked
    for consent just before."""
    if command is Command.OPT_IN_IF_ASKED:
        return Command.OPT_IN if opted_out or asked else None
    return command


def readings(text: str) -> tuple[str, ...]:
    """The forms in which a message is compared to a word: as it is, then unpunctuated.

    Compare them to `folded` words. Queue names and keywords are compared the same way (A3).
    """
    as_it_is, bare = folded(text), folded(_without_surrounding_punctuation(text))
    return tuple(form for form in dict.fromkeys((as_it_is, bare)) if form)


def folded(text: str) -> str:
    """The text as a reader takes it: no case, no invisible characters, single spaces, trimmed.

    Compatibility forms are one (full-width letters, composed accents, no-break spaces).
    """
    visible = "".join(char for char in text if not _invisible(char))
    caseless = unicodedata.normalize("NFKC", visible).casefold()
    return " ".join(unicodedata.normalize("NFKC", caseless).split())


def _configured(text: str, back_words: Iterable[str], exit_words: Iterable[str]) -> Command | None:
    words = {folded(word): Command.EXIT for word in exit_words}
    words |= {folded(word): Command.BACK for word in back_words}
    return next((words[form] for form in readings(text) if form in words), None)


def _without_surrounding_punctuation(text: str) -> str:
    inner = [at for at, char in enumerate(text) if not _surrounds(char)]
    return text[inner[0] : inner[-1] + 1] if inner else ""


def _surrounds(char: str) -> bool:
    return (
        unicodedata.category(char).startswith("P")
        or char in _QUOTING_SYMBOLS
        or char.isspace()
        or _invisible(char)
    )


def _invisible(char: str) -> bool:
    """Zero-width and control characters, which phones and copied texts carry along unseen."""
    if char in _INVISIBLE_MARKS:
        return True
    return unicodedata.category(char) in ("Cf", "Cc") and not char.isspace()


_PROTECTED = {
    folded(word): command
    for command, words in (
        *_PROTECTED_WORDS.items(),
        (Command.OPT_OUT, _CARRIERS_OPT_OUT_WORDS),
    )
    for word in words
}
