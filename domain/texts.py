"""The catalogue of system texts: all that Threadline itself sends to a consumer.

`product.md` A2, A3, A5 and D "System texts". A tenant overrides a wording per language; variables
are written `@{NAME}` and each text has its closed set of them. The built-in wordings stand in
`domain/wordings.py`, the variables in `domain/variables.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.commands import folded
from domain.segments import API_MAX
from domain.variables import (
    TIMES,
    TextRefused,
    Values,
    Variable,
    check_length,
    check_variables,
    fill,
    names,
    sample,
)
from domain.wordings import BUILT_IN

ENGLISH = "en"


class TextKey(StrEnum):
    GREETING = "greeting"
    MENU = "menu"
    MENU_MORE = "menu_more"
    CHOICE_CONFIRMED = "choice_confirmed"
    INVALID_CHOICE = "invalid_choice"
    AFTER_HOURS = "after_hours"
    DISMISSAL_NOTICE = "dismissal_notice"
    DISMISSED_RESPONSE = "dismissed_response"
    EXPIRED = "expired"
    ENDED = "ended"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    DO_NOT_REPLY = "do_not_reply"
    CLOSING = "closing"
    AFTER_CALL = "after_call"
    WAIT_TIME = "wait_time"
    DEFLECTION_GREETING = "deflection_greeting"
    APP_DOWNLOAD = "app_download"
    APP_LAUNCH = "app_launch"


@dataclass(frozen=True)
class SystemText:
    """What a tenant may do with a text: use these variables, switch it off or not; `needed` are
    those without which it would be of no use; a `signed` one names the company. `when` it is
    sent, in words; `later`: not yet."""

    variables: frozenset[Variable]
    when: str
    switchable: bool = False
    needed: frozenset[Variable] = frozenset()
    signed: bool = False
    later: bool = False


Overrides = Mapping[str, Mapping[str, str | None]]
"""A tenant's own wordings, `{lang: {key: wording}}`; null or empty: none of its own."""


class VariableMissing(TextRefused):
    def __init__(self, key: TextKey, variable: Variable) -> None:
        super().__init__(f"The {key} text must say @{{{variable}}}.")


class CompanyNotNamed(TextRefused):
    """Who opts in or out must be told from whom (B)."""

    def __init__(self, key: TextKey, company: str) -> None:
        super().__init__(f"The {key} text must name {company}: say @{{{Variable.COMPANY_NAME}}}.")


class EmptyText(TextRefused):
    def __init__(self, key: TextKey) -> None:
        super().__init__(f"The {key} text is empty.")


def render(
    key: TextKey,
    lang: str,
    values: Values,
    overrides: Overrides | None = None,
    default_lang: str = ENGLISH,
) -> str:
    """The text as the consumer gets it; empty when nothing of it can be said.

    The wording is the tenant's or the built-in one, first in `lang` (`fr-CA`, then `fr`), then
    in the tenant's default language, then in English (A5).
    """
    return fill(wording_of(key, lang, overrides, default_lang), values)


def check(key: TextKey, template: str, company: str) -> None:
    """Refuses a wording that could not be sent, or not by this company. Raises a kind of
    `TextRefused`."""
    if not template.strip():
        raise EmptyText(key)
    check_variables(template, CATALOGUE[key].variables, f"the {key} text")
    for variable in sorted(CATALOGUE[key].needed):
        if not names(template, variable):
            raise VariableMissing(key, variable)
    if CATALOGUE[key].signed and folded(company) not in folded(sample(template, company)):
        raise CompanyNotNamed(key, company)
    check_length(template, company, API_MAX, f"The {key} text")


def wording_of(
    key: TextKey, lang: str, overrides: Overrides | None = None, default_lang: str = ENGLISH
) -> str:
    """The template of a text in a language, or in what that falls back to."""
    own = overrides or {}
    found = (
        own.get(spelled, {}).get(key) or BUILT_IN.get(spelled, {}).get(key)
        for spelled in fallbacks(lang, default_lang)
    )
    return next(wording for wording in found if wording)


def fallbacks(lang: str, default_lang: str) -> Iterable[str]:
    """The languages in which a text is looked for, in order (A5): `fr-CA`, then `fr`."""
    return dict.fromkeys(
        spelled
        for wanted in (lang, default_lang, ENGLISH)
        for spelled in (wanted, wanted.partition("-")[0])
    )


_COMPANY = frozenset({Variable.COMPANY_NAME})
_NUMBER = frozenset({Variable.CHOICE_NUMBER})
_CHOICE = _NUMBER | {Variable.QUEUE_NAME}
_CHAT = _COMPANY | {Variable.END_USER}
_QUEUE = _CHAT | {Variable.QUEUE_NAME}
_WAITING = _QUEUE | {Variable.EWT_MINUTES}

CATALOGUE: Mapping[TextKey, SystemText] = {
    TextKey.GREETING: SystemText(
        _QUEUE | TIMES, "First of all, once in an inbound chat.", switchable=True
    ),
    TextKey.MENU: SystemText(_CHOICE, "One line of the menu, for each choice.", needed=_CHOICE),
    TextKey.MENU_MORE: SystemText(_NUMBER, "The line under a menu that goes on.", needed=_NUMBER),
    TextKey.CHOICE_CONFIRMED: SystemText(
        _WAITING, "After a choice, before what follows from it.", switchable=True
    ),
    TextKey.INVALID_CHOICE: SystemText(
        _CHAT, "Before the menu, when an answer is no choice; three times at most."
    ),
    TextKey.AFTER_HOURS: SystemText(
        _QUEUE | {Variable.NEXT_REOPEN_HOUR},
        "Once while a queue is closed, to whoever comes to wait in it.",
        switchable=True,
    ),
    TextKey.DISMISSAL_NOTICE: SystemText(
        _QUEUE | {Variable.TIME_UNTIL_DISMISSAL},
        "Before a silent consumer's chat is dismissed.",
        switchable=True,
    ),
    TextKey.DISMISSED_RESPONSE: SystemText(
        _WAITING, "When a consumer comes back to a dismissed chat."
    ),
    TextKey.EXPIRED: SystemText(_CHAT, "When nobody answered in time.", switchable=True),
    TextKey.ENDED: SystemText(_CHAT, "When a chat has ended.", switchable=True),
    # Consent and help are answered without a chat: nothing but the company is known (B).
    TextKey.OPT_OUT: SystemText(_COMPANY, "Once, to whoever texted STOP.", signed=True),
    TextKey.OPT_IN: SystemText(_COMPANY, "Once, to whoever texted START.", signed=True),
    TextKey.HELP: SystemText(_COMPANY, "To whoever texts HELP, also after STOP.", signed=True),
    TextKey.DO_NOT_REPLY: SystemText(
        _COMPANY, "To a reply that nobody reads.", switchable=True, later=True
    ),
    TextKey.CLOSING: SystemText(
        _CHAT, "When a call ends that had texts.", switchable=True, later=True
    ),
    TextKey.AFTER_CALL: SystemText(_CHAT, "To texts after a call.", switchable=True, later=True),
    TextKey.WAIT_TIME: SystemText(
        _WAITING, "To a caller who waits and agreed to texts.", later=True
    ),
    TextKey.DEFLECTION_GREETING: SystemText(
        _WAITING, "To a caller who chose to text instead.", later=True
    ),
    TextKey.APP_DOWNLOAD: SystemText(_CHAT, "During a call, before the link.", later=True),
    TextKey.APP_LAUNCH: SystemText(_CHAT, "During a call, before the link.", later=True),
}
