"""The catalogue of system texts: every wording that Threadline itself sends to a consumer.

`product.md` A2, A3, A5 and D "System texts". A tenant overrides a wording per language; variables
are written `@{NAME}` and each text has its closed set of them. Defaults are plain GSM-7.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

ENGLISH = "en"
_VARIABLE = re.compile(r"@\{([^}]*)\}?")


class TextKey(StrEnum):
    GREETING = "greeting"
    MENU = "menu"
    CHOICE_CONFIRMED = "choice_confirmed"
    INVALID_CHOICE = "invalid_choice"
    EXPIRED = "expired"
    ENDED = "ended"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"


class Variable(StrEnum):
    """CHOICE_NUMBER is ours: it lets the line of a menu be worded in any order."""

    COMPANY_NAME = "COMPANY_NAME"
    END_USER = "END_USER"
    QUEUE_NAME = "QUEUE_NAME"
    CHOICE_NUMBER = "CHOICE_NUMBER"


@dataclass(frozen=True)
class SystemText:
    """One entry: its built-in wordings by language, and what a tenant may do with it."""

    wordings: Mapping[str, str]
    variables: frozenset[Variable]
    switchable: bool = False


Overrides = Mapping[str, Mapping[str, str | None]]
"""A tenant's own wordings, `{lang: {key: wording}}`; null or empty: none of its own."""
Values = Mapping[Variable, str | None]


class TextRefused(ValueError):
    """A wording that cannot be saved."""

    status = 400


class UnknownVariable(TextRefused):
    """Also a variable whose closing brace is missing: it would reach the consumer as it stands."""

    def __init__(self, key: TextKey, name: str) -> None:
        self.name = name
        allowed = ", ".join(f"@{{{variable}}}" for variable in sorted(CATALOGUE[key].variables))
        super().__init__(f"@{{{name}}} is not a variable of the {key} text. Allowed: {allowed}.")


class EmptyText(TextRefused):
    def __init__(self, key: TextKey) -> None:
        super().__init__(f"The {key} text is empty.")


class ValueMissing(LookupError):
    """A text was to be sent without a value that it needs: a mistake of the caller."""


def render(
    key: TextKey,
    lang: str,
    values: Values,
    overrides: Overrides | None = None,
    default_lang: str = ENGLISH,
) -> str:
    """The text as the consumer gets it.

    The wording is the tenant's or the built-in one, first in `lang` (`fr-CA`, then `fr`), then
    in the tenant's default language, then in English (A5).
    """
    return fill(_wording(key, lang, overrides or {}, default_lang), values)


def menu_text(
    lang: str,
    names: Iterable[str],
    overrides: Overrides | None = None,
    default_lang: str = ENGLISH,
) -> str:
    """The menu: a line for each visible queue, counted from 1 (A3)."""
    wording = _wording(TextKey.MENU, lang, overrides or {}, default_lang)
    return "\n".join(
        fill(wording, {Variable.CHOICE_NUMBER: str(number), Variable.QUEUE_NAME: name})
        for number, name in enumerate(names, start=1)
    )


def fill(template: str, values: Values) -> str:
    """A checked wording with its variables filled in, once: a value is never read as a template.

    For wordings kept elsewhere, such as a queue's own greeting. Values go on one line, and
    END_USER falls back to "Customer" (A2). Raises `ValueMissing`.
    """

    def value_of(found: re.Match[str]) -> str:
        variable = Variable(found[1])
        value = " ".join((values.get(variable) or "").split()) or _FALLBACKS.get(variable)
        if value is None:
            raise ValueMissing(variable)
        return value

    return _VARIABLE.sub(value_of, template)


def check(key: TextKey, template: str) -> None:
    """Refuses a wording that could not be sent. Raises `UnknownVariable` or `EmptyText`."""
    if not template.strip():
        raise EmptyText(key)
    for found in _VARIABLE.finditer(template):
        if found[1] not in CATALOGUE[key].variables or not found[0].endswith("}"):
            raise UnknownVariable(key, found[1])


def _wording(key: TextKey, lang: str, overrides: Overrides, default_lang: str) -> str:
    languages = dict.fromkeys(
        spelled
        for wanted in (lang, default_lang, ENGLISH)
        for spelled in (wanted, wanted.partition("-")[0])
    )
    built_in = CATALOGUE[key].wordings
    found = (overrides.get(spelled, {}).get(key) or built_in.get(spelled) for spelled in languages)
    return next(wording for wording in found if wording)


_FALLBACKS = {Variable.END_USER: "Customer"}
_COMPANY = frozenset({Variable.COMPANY_NAME})
_CHAT = _COMPANY | {Variable.END_USER}
_QUEUE = _CHAT | {Variable.QUEUE_NAME}

CATALOGUE: Mapping[TextKey, SystemText] = {
    TextKey.GREETING: SystemText(
        {
            ENGLISH: "Welcome to @{COMPANY_NAME}. By texting us you agree to get replies by SMS. "
            "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
        },
        _QUEUE,
        switchable=True,
    ),
    # One line of it: repeated for each choice.
    TextKey.MENU: SystemText(
        {ENGLISH: "Text @{CHOICE_NUMBER} for @{QUEUE_NAME}"},
        frozenset({Variable.CHOICE_NUMBER, Variable.QUEUE_NAME}),
    ),
    TextKey.CHOICE_CONFIRMED: SystemText(
        {ENGLISH: "Thank you, you chose @{QUEUE_NAME}."}, _QUEUE, switchable=True
    ),
    TextKey.INVALID_CHOICE: SystemText({ENGLISH: "Sorry, that is not one of the choices."}, _CHAT),
    TextKey.EXPIRED: SystemText(
        {
            ENGLISH: "Your chat with @{COMPANY_NAME} has expired. "
            "Text us again at any time to start a new one."
        },
        _CHAT,
        switchable=True,
    ),
    TextKey.ENDED: SystemText(
        {
            ENGLISH: "Your chat with @{COMPANY_NAME} has ended. "
            "Text us again at any time to start a new one."
        },
        _CHAT,
        switchable=True,
    ),
    # Consent and help are answered without a chat: nothing but the company is known (B).
    TextKey.OPT_OUT: SystemText(
        {
            ENGLISH: "@{COMPANY_NAME}: You have opted out and will get no more messages from us. "
            "Reply START to opt back in."
        },
        _COMPANY,
    ),
    TextKey.OPT_IN: SystemText(
        {
            ENGLISH: "@{COMPANY_NAME}: You have opted in to messages from us. "
            "Msg & data rates may apply. Reply HELP for help, STOP to opt out."
        },
        _COMPANY,
    ),
    TextKey.HELP: SystemText(
        {
            ENGLISH: "@{COMPANY_NAME}: Text this number to chat with our support team. "
            "Msg & data rates may apply. Reply STOP to opt out."
        },
        _COMPANY,
    ),
}
