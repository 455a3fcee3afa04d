"""What a large company's configuration costs: statements by the kind of change, not by the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from domain.config.file import validate
from services import configuration
from store.database import Database
from tests.services.configuration.company import ADA, apply, known

Change = Callable[[dict[str, Any]], None]


def company(size: int) -> dict[str, Any]:
    """A menu of `size` leaves with an agent on each, and as many numbers."""
    each = range(size)
    leaves = {f"q{n}": {"name": f"Queue {n}", "agents": [f"a{n}"]} for n in each}
    return {
        "tenant": "big",
        "name": "Big",
        "accounts": {"main": {"carrier": "simulator", "url": "http://127.0.0.1:1"}},
        "users": {f"a{n}": {"name": f"A {n}", "email": f"a{n}@big.example"} for n in each},
        "queues": {"top": {"name": "Top", "queues": leaves}},
        "numbers": {f"+1415555{n:04}": {"account": "main", "queue": "top"} for n in each},
    }


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements meanwhile; one for many rows is one."""
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(engine, "before_cursor_execute", note)


def rename(data: dict[str, Any]) -> None:
    data["queues"]["top"]["queues"]["q1"]["name"] = "Renamed"


def change_everything(data: dict[str, Any]) -> None:
    data["settings"] = {"chat_timeout": 700}
    for key, user in data["users"].items():
        user["name"] += " II"
        data["queues"]["top"]["queues"][f"q{key[1:]}"] |= {"name": f"New {key}", "agents": []}
    for number in data["numbers"].values():
        number["label"] = "Line"


def give_up_numbers(data: dict[str, Any]) -> None:
    del data["numbers"]


def keep_hours(data: dict[str, Any]) -> None:
    data["hours"] = {"office": {"zone": "UTC", "open": "Mo-Fr 09:00-17:00"}}
    data["queues"]["top"]["hours"] = "office"


async def costs(db: Database, size: int, change: Change) -> tuple[list[str], list[str]]:
    """The statements of planning and of applying a change to a company of this size."""
    await apply(db, validate(company(size)))
    data = company(size)
    change(data)
    wanted = validate(data)
    with counted(db._reader) as read:
        draft = await db.read(configuration.draft, wanted)
        await db.read(configuration.plan, draft, known(wanted))
    with counted(db._writer) as written:
        await db.write(configuration.apply, draft, ADA, known(wanted))
    return read, written


@pytest.mark.parametrize(
    ("change", "most"),
    [(rename, 34), (change_everything, 40), (give_up_numbers, 44), (keep_hours, 36)],
)
@pytest.mark.parametrize("size", [8, 80])
async def test_statements_do_not_grow_with_the_company(
    db: Database, size: int, change: Change, most: int
) -> None:
    planned, applied = await costs(db, size, change)
    assert len(planned) <= 12, planned
    assert len(applied) <= most, applied
