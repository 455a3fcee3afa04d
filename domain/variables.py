"""The variables of wordings, written `@{NAME}`: which there are, and how they are filled in."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

_VARIABLE = re.compile(r"@\{([^}]*)\}?")
# A sentence ends with its mark and the space behind it, or with the line; "5 min. from" does not.
_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s++(?![a-z\u00df-\u00ff])|(?<=\n)")


class Variable(StrEnum):
    """CHOICE_NUMBER is ours: it lets the line of a menu be worded in any order. AGENT_NAME too: it
    is for shortcuts, the texts that people send."""

    COMPANY_NAME = "COMPANY_NAME"
    END_USER = "END_USER"
    QUEUE_NAME = "QUEUE_NAME"
    EWT_MINUTES = "EWT_minutes"
    NEXT_REOPEN_HOUR = "NEXT_REOPEN_HOUR"
    TIME_UNTIL_DISMISSAL = "TIME_UNTIL_DISMISSAL"
    CHOICE_NUMBER = "CHOICE_NUMBER"
    AGENT_NAME = "AGENT_NAME"


Values = Mapping[Variable, str | None]
_FALLBACKS = {Variable.END_USER: "Customer"}
TIMES = frozenset({Variable.EWT_MINUTES, Variable.NEXT_REOPEN_HOUR, Variable.TIME_UNTIL_DISMISSAL})
SAMPLES: Mapping[Variable, str] = {
    Variable.COMPANY_NAME: "Acme Outfitters",
    Variable.END_USER: "Customer",
    Variable.QUEUE_NAME: "Customer care",
    Variable.EWT_MINUTES: "12",
    Variable.NEXT_REOPEN_HOUR: "Monday 9:00 AM",
    Variable.TIME_UNTIL_DISMISSAL: "5 minutes",
    Variable.CHOICE_NUMBER: "3",
    Variable.AGENT_NAME: "Ana Alvarez",
}
"""What a variable is filled with, roughly, so that segments can be counted beforehand."""


class TextRefused(ValueError):
    """A wording that cannot be saved."""

    status = 400


class UnknownVariable(TextRefused):
    """Also a variable whose closing brace is missing: it would reach the consumer as it stands."""

    def __init__(self, text: str, allowed: Iterable[Variable], name: str) -> None:
        self.name = name
        listed = ", ".join(f"@{{{variable}}}" for variable in sorted(allowed))
        super().__init__(f"@{{{name}}} is not a variable of {text}. Allowed: {listed}.")


class TooLong(TextRefused):
    """Nobody could send it as it is."""

    def __init__(self, text: str, most: int, length: int) -> None:
        super().__init__(
            f"{text} has at most {most} characters, as it is written and with its variables "
            f"filled in (by {length - most} too many)."
        )


class ValueMissing(LookupError):
    """A text was to be sent without a value that it needs: a mistake of the caller."""


def fill(template: str, values: Values) -> str:
    """A checked wording with its variables filled in, once: a value is never read as a template.

    For wordings kept elsewhere, such as a queue's own greeting. Values go on one line, END_USER
    falls back to "Customer" (A2), and a sentence that speaks of a time that nobody knows is left
    out (D). Raises `ValueMissing`.
    """

    def value_of(found: re.Match[str]) -> str:
        value = _value(Variable(found[1]), values)
        if value is None:
            raise ValueMissing(found[1])
        # "Acme Inc." and "9:00 a.m." end a sentence as they are.
        ends_twice = value.endswith(".") and found.string.startswith(".", found.end())
        return value.removesuffix(".") if ends_twice else value

    return _VARIABLE.sub(value_of, _without_unknown_times(template, values))


def sample(template: str, company: str) -> str:
    """A checked wording as this company's consumers may get it, roughly."""
    return fill(template, {**SAMPLES, Variable.COMPANY_NAME: company})


def _value(variable: Variable, values: Values) -> str | None:
    return " ".join((values.get(variable) or "").split()) or _FALLBACKS.get(variable)


def _without_unknown_times(template: str, values: Values) -> str:
    unknown = {variable for variable in TIMES if _value(variable, values) is None}

    def is_said(sentence: str) -> bool:
        return not any(found[1] in unknown for found in _VARIABLE.finditer(sentence))

    if is_said(template):
        return template
    ends = [found.end() for found in _SENTENCE_ENDS.finditer(template)]
    cuts = zip([0, *ends], [*ends, len(template)], strict=True)
    return "".join(part for part in (template[a:b] for a, b in cuts) if is_said(part)).strip()


def check_variables(template: str, allowed: frozenset[Variable], text: str) -> None:
    """Refuses variables that a text does not have. Raises `UnknownVariable`."""
    for found in _VARIABLE.finditer(template):
        if found[1] not in allowed or not found[0].endswith("}"):
            raise UnknownVariable(text, allowed, found[1])


def check_length(template: str, company: str, most: int, text: str) -> None:
    """Refuses what could not be sent, as it is written or filled in (A8). Raises `TooLong`."""
    length = max(len(template), len(sample(template, company)))
    if length > most:
        raise TooLong(text, most, length)


def names(template: str, variable: Variable) -> bool:
    """Whether a checked wording uses this variable."""
    return any(found[1] == variable for found in _VARIABLE.finditer(template))
