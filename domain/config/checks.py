"""What the parts of a configuration mean to each other: references, clashes, ranges (B, C).

Each function yields the problems of one kind; `problems` gives all of them, so that an author
mends a file once. Nothing here knows what is stored: whether a number is verified, say, is for
the service that applies the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from itertools import chain

from domain.commands import protected, readings
from domain.config.connections import Secret
from domain.config.document import Configuration, NumberUse, Queue
from domain.config.forms import LETTER
from domain.config.menus import menus
from domain.config.problems import Path, Problem, queue_path
from domain.config.settings import TENANT_FIELDS, Routing, origin
from domain.config.shortcuts import shortcuts
from domain.config.texts import texts
from domain.hours import InvalidHours, Schedule, check_day, check_expression, check_zone
from domain.statuses import Role

Found = Iterator[Problem]
_CHECKED_TOGETHER = frozenset(
    {"dismissal", "dismissal_notice", "dismissal_timeout", "chat_timeout", "auto_answer", "routing"}
)


def problems(configuration: Configuration) -> list[Problem]:
    """Everything that is wrong with a configuration whose parts are each right by themselves."""
    told = (_queues, _settings, _words, texts, _hours, _people, _numbers, _accounts, shortcuts)
    rules = (*told, menus)
    return list(chain.from_iterable(rule(configuration) for rule in rules))


def _unknown(path: Path, kind: str, key: str) -> Problem:
    return Problem(path, f"names {key}, which is no {kind}")


def _queues(c: Configuration) -> Found:
    seen: set[str] = set()
    leaves = {keys[-1] for keys, queue in c.walk() if not queue.queues}
    for keys, queue in c.walk():
        path = queue_path(keys)
        if keys[-1] in seen:
            yield Problem(path, "has a key that another queue has")
        seen.add(keys[-1])
        if not re.search(LETTER, keys[-1]):
            yield Problem(path, "must have a letter in its key")
        if queue.substitute is not None and (
            queue.substitute not in leaves or queue.substitute == keys[-1]
        ):
            yield Problem((*path, "substitute"), "must name another leaf")
        if queue.queues and (queue.agents or queue.teams):
            yield Problem(path, "has agents or teams, but only a leaf may: it has queues below")
        yield from _named(path, "hours", [queue.hours] if queue.hours else [], c.hours)
        yield from _named(path, "agents", queue.agents, c.users)
        yield from _named(path, "teams", queue.teams, c.teams)
        yield from _agents((*path, "agents"), queue.agents, c)


def _agents(path: Path, keys: Iterable[str], c: Configuration) -> Found:
    for index, key in enumerate(keys):
        if key in c.users and c.users[key].role is not Role.AGENT:
            yield Problem((*path, index), f"names {key}, who is no agent")


def _named(path: Path, field: str, keys: Iterable[str], known: Container[str]) -> Found:
    kind = {"agents": "user", "members": "user", "teams": "team", "hours": "opening hours"}[field]
    seen = set[str]()
    for index, key in enumerate(keys):
        place = (*path, field) if field == "hours" else (*path, field, index)
        if key not in known:
            yield _unknown(place, kind, key)
        if key in seen:
            yield Problem(place, f"names {key} twice")
        seen.add(key)


def _settings(c: Configuration) -> Found:
    tenant = c.settings.model_dump()
    yield from _timers((), tenant)
    given: dict[str, dict[str, object]] = {}
    for keys, queue in c.walk():
        own = queue.settings.model_dump(exclude_none=True)
        given[keys[-1]] = own
        if not own.keys() & _CHECKED_TOGETHER:
            continue
        path = [(key, given[key]) for key in reversed(keys)]
        values = {name: origin(name, path, tenant).value for name in TENANT_FIELDS}
        yield from _timers(queue_path(keys), values)


def _timers(path: Path, values: dict[str, object]) -> Found:
    place = (*path, "settings")
    if int(str(values["dismissal_timeout"])) >= int(str(values["chat_timeout"])):
        yield Problem((*place, "dismissal_timeout"), "must be less than chat_timeout")
    notice, silence = int(str(values["dismissal_notice"])), int(str(values["dismissal_timeout"]))
    if values["dismissal"] and notice >= silence:
        yield Problem((*place, "dismissal_notice"), "must be less than dismissal_timeout")
    if values["auto_answer"] and values["routing"] != Routing.DELTACAST:
        yield Problem((*place, "auto_answer"), "needs routing: deltacast")


def _words(c: Configuration) -> Found:
    """BACK, EXIT, keywords and names never mean two things, whichever was there first (B)."""
    taken: dict[str, str] = {}
    for kind, words in (("back", c.commands.back), ("exit", c.commands.exit)):
        for index, word in enumerate(words):
            yield from _free(("commands", kind, index), word, taken, f"the command {kind}")
    for keys, queue in c.walk():
        path = queue_path(keys)
        yield from _free((*path, "name"), queue.name, taken)
        for index, word in enumerate(queue.keywords):
            own = f"a keyword of the queue {keys[-1]}"
            yield from _free((*path, "keywords", index), word, taken, own)


def _free(path: Path, word: str, taken: dict[str, str], meaning: str | None = None) -> Found:
    """Whether no reading of a word is another's, "pay!" and "pay" too; then it is taken.

    Without a meaning it is a name, which may be that of other queues and their keyword, too.
    """
    forms = readings(word)
    command = protected(word)
    others = [taken[form] for form in forms if form in taken]
    clash = next((o for o in others if meaning or not o.startswith("a keyword")), None)
    if not forms:
        yield Problem(path, "has no visible character")
    elif command is not None:
        yield Problem(path, f"is {word}, which is reserved ({command})")
    elif any(form.isascii() and form.isdigit() for form in forms):
        yield Problem(path, f"is {word}, which could be a number of the menu")
    elif clash is not None:
        yield Problem(path, f"is {word}, which is {clash} already")
    if meaning is not None:
        taken |= {form: meaning for form in forms if form not in taken}


def _hours(c: Configuration) -> Found:
    for key, hours in c.hours.items():
        path: Path = ("hours", key)
        checked = (("zone", check_zone, hours.zone), ("open", check_expression, hours.open))
        for name, rule, value in checked:
            try:
                rule(value)
            except InvalidHours as refused:
                yield Problem((*path, name), str(refused))
        days = set()
        for index, holiday in enumerate(hours.holidays):
            if holiday.day in days:
                yield Problem((*path, "holidays", index, "day"), "is given twice")
            days.add(holiday.day)
            try:
                if holiday.open is not None:
                    check_day(holiday.open)
            except InvalidHours as refused:
                yield Problem((*path, "holidays", index, "open"), str(refused))


def schedule(configuration: Configuration, key: str) -> Schedule:
    """The opening hours with this key, which must exist."""
    hours = configuration.hours[key]
    holidays = tuple((holiday.day, holiday.open) for holiday in hours.holidays)
    return Schedule(hours.zone, hours.open, holidays)


def _people(c: Configuration) -> Found:
    emails: dict[str, str] = {}
    for key, user in c.users.items():
        other = emails.setdefault(user.email.casefold(), key)
        if other != key:
            yield Problem(("users", key, "email"), f"is that of {other} already")
    for key, team in c.teams.items():
        yield from _named(("teams", key), "members", team.members, c.users)
        yield from _agents(("teams", key, "members"), team.members, c)


def _numbers(c: Configuration) -> Found:
    queues: dict[str, Queue] = {keys[-1]: queue for keys, queue in c.walk()}
    for number, settings in c.numbers.items():
        path: Path = ("numbers", number)
        if settings.account not in c.accounts:
            yield _unknown((*path, "account"), "account", settings.account)
        if settings.fallback is not None and settings.fallback not in c.accounts:
            yield _unknown((*path, "fallback"), "account", settings.fallback)
        if settings.fallback == settings.account:
            yield Problem((*path, "fallback"), "must be another account than the number's own")
        if settings.queue is not None and settings.queue not in queues:
            yield _unknown((*path, "queue"), "queue", settings.queue)
        for index, key in enumerate(settings.outbound):
            if key not in queues:
                yield _unknown((*path, "outbound", index), "queue", key)
            elif queues[key].queues:
                yield Problem((*path, "outbound", index), f"names {key}, which is no leaf")
        if settings.use is NumberUse.IN_CALL and (settings.queue or settings.outbound):
            yield Problem((*path, "use"), "is in_call, so the number cannot serve chats as well")


def _accounts(c: Configuration) -> Found:
    for key, account in c.accounts.items():
        for name, secret in account.secrets.items():
            yield from _secret(("accounts", key, "secrets", name), secret)
    for key, webhook in c.webhooks.items():
        yield from _secret(("webhooks", key, "secret"), webhook.secret)
    if c.crm is not None:
        yield from _secret(("crm", "secret"), c.crm.secret)


def _secret(path: Path, secret: Secret) -> Found:
    if (secret.env is None) == (secret.file is None):
        yield Problem(path, "must have either env or file")
    elif secret.file is not None and not secret.file.startswith("/"):
        yield Problem((*path, "file"), "must be an absolute path")
