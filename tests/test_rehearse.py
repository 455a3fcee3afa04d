"""`threadline rehearse`: a day of consumers and agents against the real services."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from domain.config.document import Configuration
from domain.config.file import parse as parse_configuration
from domain.config.problems import Refused
from rehearse_cast import prepared, rehearsed
from rehearse_people import wake_agents
from rehearse_report import Row, table_of
from rehearse_scenario import EXAMPLE, Scenario, fit, parse
from services import demo
from tests.services.test_statements import counted

# Six hours of twelve consumers and more, then nobody.
BUSY = [0] * 8 + [12, 12] + [0] * 14
DAY = {"consumers": {"per_hour": BUSY, "silent": 0.1}}
THREE = {"users": ["ana", "ben", "caro"], "from": "08:00", "to": "20:00"}
ONE_AGENT = {"users": ["ana"], "from": "08:00", "to": "20:00", "handling_minutes": 12}


async def played(
    day: Mapping[str, object], wanted: Configuration | None = None, seed: int = 7
) -> list[Row]:
    scenario, wanted = fit(Scenario.model_validate(day), wanted or demo.wanted())
    return await rehearsed(wanted, scenario, seed, lambda _done: None)


async def test_the_same_seed_gives_the_same_day_and_another_seed_another() -> None:
    first = await played(DAY)
    assert await played(DAY) == first
    assert await played(DAY, seed=8) != first


async def test_nobody_who_arrived_is_lost_or_counted_twice() -> None:
    scenario, wanted = fit(Scenario.model_validate(DAY | {"agents": [ONE_AGENT]}), demo.wanted())
    async with prepared(wanted, scenario, 7) as day:
        due = len(day.coming) - 2
        rows = await rehearsed(wanted, scenario, 7, lambda _done: None)
    for row in rows:
        ends = row.handled + row.expired + row.left + row.connected + row.waiting
        assert row.arrived == ends, row
    total = rows[-1]
    assert total.arrived == due > 10
    assert total.arrived == sum(row.arrived for row in rows if row.hour is not None)
    assert min(total.handled, total.left, total.waiting) > 0
    assert total.occupancy is not None
    assert 0 < total.occupancy <= 1


async def test_more_agents_do_not_make_anybody_wait_longer() -> None:
    limited = ONE_AGENT | {"concurrency": 1}
    alone = (await played(DAY | {"agents": [limited]}))[-1]
    staffed = limited | {"users": ["ana", "ben", "caro"]}
    together = (await played(DAY | {"agents": [staffed]}))[-1]
    assert alone.average_wait is not None
    assert together.average_wait is not None
    assert together.average_wait < alone.average_wait
    assert together.handled >= alone.handled


async def test_who_comes_to_a_closed_queue_waits_and_is_counted_as_such() -> None:
    text = Path(demo.__file__).with_name("demo.yaml").read_text()
    hours = 'hours:\n  late: {zone: UTC, open: "Mo-Su 12:00-20:00"}\n'
    text = text.replace("orders: {name: Orders,", "orders: {name: Orders, hours: late,") + hours
    wanted, _ = parse_configuration(text)
    agent = ONE_AGENT | {"from": "12:00"}
    consumers = {"per_hour": BUSY, "answers": {"orders": 1}, "patience_minutes": 1000, "silent": 0}
    total = (await played({"agents": [agent], "consumers": consumers}, wanted))[-1]
    assert total.closed > 10
    assert total.average_wait is not None
    assert total.average_wait > 2 * 3600


async def test_chats_that_nobody_answers_expire_by_the_products_own_timers() -> None:
    consumers = {"per_hour": BUSY, "patience_minutes": 10_080, "silent": 0}
    total = (await played({"agents": [], "consumers": consumers}))[-1]
    assert total.expired == total.arrived - total.left > 10
    assert total.longest_wait == 240 * 60


async def test_a_day_costs_statements_in_proportion_to_its_consumers() -> None:
    """A rehearsal takes seconds: no event may look through the whole day."""
    text = Path(demo.__file__).with_name("demo.yaml").read_text()
    hours = 'hours:\n  late: {zone: UTC, open: "Mo-Su 09:00-20:00"}\n'
    hours += "settings: {wrap_up: 300}\n"
    text = text.replace("orders: {name: Orders,", "orders: {name: Orders, hours: late,") + hours
    wanted, _ = parse_configuration(text)
    short = await statements(wanted, [0] * 8 + [9] * 2 + [0] * 14)
    long = await statements(wanted, [0] * 8 + [9] * 5 + [0] * 11)
    assert short < 210
    assert long < 1.2 * short


async def statements(wanted: Configuration, per_hour: list[int]) -> float:
    """How many statements a consumer of the day costs, its report included."""
    day = {"consumers": {"per_hour": per_hour}, "agents": [THREE | {"handling_minutes": 5}]}
    scenario, wanted = fit(Scenario.model_validate(day), wanted)
    async with prepared(wanted, scenario, 7) as played:
        with counted(played.db) as said:
            await played.play(partial(wake_agents, played), lambda _done: None)
            await played.db.read(table_of, played)
        return len(said) / played.arrived


def test_the_example_is_a_scenario_for_the_demo() -> None:
    scenario, wanted = fit(parse(EXAMPLE), demo.wanted())
    assert sum(scenario.consumers.per_hour) == 500
    assert wanted.users["caro"].concurrency_limit == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("consumers: {patience: 3}", "line 1, column 13: consumers.patience is not a known name"),
        ("consumers: {patience_minutes: long}", "consumers.patience_minutes must be a number"),
        ("consumers: {per_hour: [1, 2]}", "consumers.per_hour must have at least 24 items, not 2"),
        ("day: yesterday", "line 1, column 1: day must be a date, such as 2026-03-02"),
        ("agents: [{users: [ana], from: early}]", "agents[0].from must be a time of the day"),
        ("agents: [{from: '10:00'}]", "agents[0].users is missing"),
        ("- monday", "the file must be a mapping of names to values"),
        ("day: [", "the file is not YAML"),
        ("consumers: {silent: 2}", "consumers.silent must be less than or equal to 1"),
        ("zone: Moon/Base", "zone must be an IANA zone, such as America/New_York"),
        ("agents: [{users: [zoe]}]", "agents[0].users[0] is zoe, who sits on no queue of acme"),
        (
            "agents: [{users: [ana], from: '10:00', to: '09:00'}]",
            "agents[0].to must be later than `from`, on the same day",
        ),
        (
            "consumers: {answers: {main: 1}}",
            "consumers.answers.main is no queue that agents can sit on",
        ),
    ],
)
def test_a_mistake_is_told_by_its_field_and_rule(text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        fit(parse(text), demo.wanted())
    assert told in str(refused.value.problems[0])


def test_the_command_tells_a_mistake_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "day.yaml").write_text("consumers: {back: often}")
    config = str(Path(demo.__file__).with_name("demo.yaml"))
    done = CliRunner().invoke(app, ["rehearse", config, "--scenario", str(tmp_path / "day.yaml")])
    assert done.exit_code == 1
    assert "consumers.back must be a number" in done.stderr
    assert "Traceback" not in done.stderr
