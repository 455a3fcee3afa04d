"""Times in words, as texts to consumers say them: when a queue opens again, how long it takes.

Hours are those of the queue's own zone. The words stay GSM-7, which is why Spanish names days by
their date ("sábado" would make the text UCS-2 and twice as dear).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.after_hours import NEVER
from domain.hours import Schedule
from domain.texts import ENGLISH

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class _Words:
    today: str
    tomorrow: str
    am: str
    pm: str
    minute: tuple[str, str]
    hour: tuple[str, str]


_WORDS: Mapping[str, _Words] = {
    "en": _Words("today", "tomorrow", " AM", " PM", ("minute", "minutes"), ("hour", "hours")),
    "es": _Words("hoy", "mañana", " a.m.", " p.m.", ("minuto", "minutos"), ("hora", "horas")),
}


def _words(lang: str, default_lang: str) -> _Words:
    """Languages fall back as texts do: to the company's, then to English (A5)."""
    spoken = (_WORDS.get(one.partition("-")[0]) for one in (lang, default_lang))
    return next((words for words in spoken if words is not None), _WORDS[ENGLISH])


def span(length: timedelta, lang: str, default_lang: str = ENGLISH) -> str:
    """Such as `5 minutes` or `2 hours`; never less than a minute."""
    words = _words(lang, default_lang)
    minutes = max(1, round(length / timedelta(minutes=1)))
    number, unit = (minutes // 60, words.hour) if minutes % 60 == 0 else (minutes, words.minute)
    return f"{number} {unit[number != 1]}"


def reopening(
    hours: Schedule | None,
    until: datetime,
    now: datetime,
    lang: str,
    default_lang: str = ENGLISH,
) -> str | None:
    """Such as `tomorrow, 9:00 AM`; None where there is nothing to say."""
    if hours is None or until >= NEVER:
        return None
    words = _words(lang, default_lang)
    opens, today = hours.local(until), hours.local(now).date()
    hour = f"{opens.hour % 12 or 12}:{opens:%M}{words.am if opens.hour < 12 else words.pm}"
    if opens.date() == today:
        return f"{words.today}, {hour}"
    if opens.date() == today + timedelta(days=1):
        return f"{words.tomorrow}, {hour}"
    # A date that comes round once more before then is told with its year.
    far = (opens.year - 1, opens.month, opens.day) >= (today.year, today.month, today.day)
    if words is _WORDS["es"]:
        return f"{opens.day}/{opens.month}{f'/{opens.year}' if far else ''}, {hour}"
    if opens.date() < today + timedelta(days=7):
        return f"{_DAYS[opens.weekday()]}, {hour}"
    return f"{_MONTHS[opens.month - 1]} {opens.day}{f', {opens.year}' if far else ''}, {hour}"
