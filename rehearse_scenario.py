"""What `threadline rehearse` plays: a day of consumers and of agents, as a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from domain.config.document import Configuration
from domain.config.file import problem, read
from domain.config.problems import Problem, Refused
from domain.config.settings import Strict

EXAMPLE = """\
# A day for `threadline rehearse`. Everything may be left out: these are the defaults,
# but for `answers` and `agents` (every leaf alike; every agent, from 8 to 18).
day: 2026-03-02
zone: UTC
service_level_seconds: 60
consumers:
  # How many begin in each hour of the day, from midnight on; a mean, drawn by chance.
  per_hour: [2, 1, 1, 1, 2, 5, 10, 20, 40, 50, 50, 45, 40, 45, 45, 40, 35, 25, 15, 10, 8, 5, 3, 2]
  # Waiting longer than they care to, they leave: with EXIT, some with STOP. A mean.
  patience_minutes: 30
  # What they want, by the keys of the queues that agents sit on; weights.
  answers: {orders: 5, returns: 3, billing: 2}
  # Shares, 0 to 1: who texts a keyword at once where there is one, goes BACK once, never
  # answers the menu, leaves with STOP rather than with EXIT.
  keyword: 0.1
  back: 0.05
  silent: 0.05
  stop: 0.1
agents:
  # By their keys. From and to in the zone above; who has chats at the end finishes them.
  - {users: [ana, ben], from: "08:00", to: "16:00", handling_minutes: 6, reaction_seconds: 10}
  - {users: [caro], from: "10:00", to: "18:00", handling_minutes: 8, concurrency: 2}
"""
PER_HOUR = (2, 1, 1, 1, 2, 5, 10, 20, 40, 50, 50, 45, 40, 45, 45, 40, 35, 25, 15, 10, 8, 5, 3, 2)
MOST = 100_000

Share = Annotated[float, Field(ge=0, le=1)]
Arrivals = Annotated[float, Field(ge=0, le=MOST / 24, allow_inf_nan=False)]
Minutes = Annotated[float, Field(gt=0, le=10_080, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Consumers(Strict):
    """Who texts, how often, and what they do then."""

    per_hour: Annotated[tuple[Arrivals, ...], Field(min_length=24, max_length=24)] = PER_HOUR
    patience_minutes: Minutes = 30
    answers: dict[str, Weight] = Field(default_factory=dict)
    keyword: Share = 0.1
    back: Share = 0.05
    silent: Share = 0.05
    stop: Share = 0.1


class Shift(Strict):
    """Agents who work the same hours in the same way."""

    users: Annotated[tuple[str, ...], Field(min_length=1)]
    start: time = Field(default=time(8), alias="from")
    end: time = Field(default=time(18), alias="to")
    handling_minutes: Minutes = 6
    reaction_seconds: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 10
    concurrency: Annotated[int | None, Field(ge=1, le=100)] = None


class Scenario(Strict):
    """One simulated day."""

    day: date = date(2026, 3, 2)
    zone: str = "UTC"
    service_level_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    consumers: Consumers = Consumers()
    agents: tuple[Shift, ...] | None = None

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("must be an IANA zone, such as America/New_York") from error
        return zone


def parse(text: str) -> Scenario:
    """A file as a scenario. Raises `Refused` with every problem and its place."""
    data, places = read(text)
    try:
        return Scenario.model_validate({} if data is None else data)
    except ValidationError as error:
        found = [places.locate(problem(one)) for one in error.errors()]
    raise Refused(found)


def fit(scenario: Scenario, wanted: Configuration) -> tuple[Scenario, Configuration]:
    """The scenario with its agents named, and the configuration with their concurrency.

    Raises `Refused` for what the configuration does not know.
    """
    agents = _agents(wanted)
    if scenario.agents is None:
        shifts = (Shift(users=agents),) if agents else ()
        scenario = scenario.model_copy(update={"agents": shifts})
    problems = list(_strangers(scenario, wanted, agents))
    if problems:
        raise Refused(problems)
    limits = {user: one.concurrency for one in scenario.agents or () for user in one.users}
    users = {
        key: user.model_copy(update={"concurrency_limit": limits[key]}) if limits.get(key) else user
        for key, user in wanted.users.items()
    }
    return scenario, wanted.model_copy(update={"users": users})


def _agents(wanted: Configuration) -> tuple[str, ...]:
    """Everybody who sits on a queue, in the order of the file."""
    sitting: set[str] = set()
    left = list(wanted.queues.values())
    while left:
        queue = left.pop()
        left += queue.queues.values()
        sitting.update(queue.agents)
        for team in queue.teams:
            if team in wanted.teams:
                sitting.update(wanted.teams[team].members)
    return tuple(key for key in wanted.users if key in sitting)


def _strangers(
    scenario: Scenario, wanted: Configuration, agents: tuple[str, ...]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, shift in enumerate(scenario.agents or ()):
        if shift.start >= shift.end:
            yield Problem(("agents", index, "to"), "must be later than `from`, on the same day")
        for place, user in enumerate(shift.users):
            path = ("agents", index, "users", place)
            if user not in agents:
                yield Problem(path, f"is {user}, who sits on no queue of {wanted.tenant}")
            elif user in seen:
                yield Problem(path, f"is {user}, who has a shift already")
            seen.add(user)
    leaves = _leaves(wanted)
    for key in scenario.consumers.answers:
        if key not in leaves:
            yield Problem(("consumers", "answers", key), "is no queue that agents can sit on")
    if scenario.consumers.answers and not sum(scenario.consumers.answers.values()):
        yield Problem(("consumers", "answers"), "must have one weight above 0")


def _leaves(wanted: Configuration) -> set[str]:
    leaves: set[str] = set()
    left = list(wanted.queues.items())
    while left:
        key, queue = left.pop()
        left += queue.queues.items()
        if not queue.queues:
            leaves.add(key)
    return leaves
