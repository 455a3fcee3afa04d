"""Shortcuts: ready-made answers that agents put into what they write (product C1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.segments import AGENT_MAX
from domain.texts import fallbacks
from domain.variables import (
    UnknownVariable,
    Values,
    Variable,
    check_length,
    check_variables,
    fill,
)

VARIABLES = frozenset(
    {Variable.COMPANY_NAME, Variable.END_USER, Variable.QUEUE_NAME, Variable.AGENT_NAME}
)


@dataclass(frozen=True)
class Shortcut:
    """`opt_in`: it asks for consent, and is what an outbound chat should begin with."""

    key: str
    keyword: str
    wordings: Mapping[str, str] = field(hash=False)
    category: str = ""
    opt_in: bool = False


def check(wording: str, company: str) -> None:
    """Refuses variables that nobody could fill in, and what no agent of the company could send
    (A8). Raises `UnknownVariable`, `TooLong`."""
    check_variables(wording, VARIABLES, "a shortcut")
    check_length(wording, company, AGENT_MAX, "An agent's message")


def filled(wording: str, values: Values) -> str:
    """What the agent puts in. A wording that was saved before its variables were checked stays as
    it stands: the agent reads it before it is sent."""
    try:
        check_variables(wording, VARIABLES, "a shortcut")
    except UnknownVariable:
        return wording
    return fill(wording, values)


def wording_of(shortcut: Shortcut, lang: str, default_lang: str) -> tuple[str, str]:
    """The language and the wording that an agent gets in a chat of this language: as for system
    texts (A5); where those languages are missing, the first that there is."""
    known = shortcut.wordings
    spoken = next((tag for tag in fallbacks(lang, default_lang) if tag in known), next(iter(known)))
    return spoken, known[spoken]


def in_order(shortcuts: Iterable[Shortcut], *, outbound: bool) -> list[Shortcut]:
    """As the configuration lists them; in an outbound chat, what asks for consent first."""
    return sorted(shortcuts, key=lambda shortcut: outbound and not shortcut.opt_in)
