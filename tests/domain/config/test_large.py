"""A large company is checked at every pause in typing, for its preview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.config.checks import problems
from domain.config.file import validate


class Walked(dict[str, Any]):
    """Counts how often somebody goes through all of it."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return super().__iter__()

    def items(self) -> Any:
        self.walks += 1
        return super().items()


def walks(queues: int, numbers: int) -> tuple[int, int]:
    """How often the checks go through all people, and through all queues of a menu."""
    c = validate(
        {
            "tenant": "big",
            "name": "Big",
            "accounts": {"main": {"carrier": "simulator", "secrets": {}}},
            "users": {"ana": {"name": "Ana", "email": "ana@big.example"}},
            "queues": {
                "top": {
                    "name": "Top",
                    "queues": {
                        f"q{n}": {"name": f"Q {n}", "agents": ["ana"]} for n in range(queues)
                    },
                }
            },
            "numbers": {
                f"+1415555{n:04}": {"account": "main", "queue": "top"} for n in range(numbers)
            },
        }
    )
    users, below = Walked(c.users), Walked(c.queues["top"].queues)
    top = c.queues["top"].model_copy(update={"queues": below})
    assert problems(c.model_copy(update={"users": users, "queues": {"top": top}})) == []
    return users.walks, below.walks


@pytest.mark.parametrize(("queues", "numbers"), [(50, 1), (1, 50)])
def test_no_check_goes_through_everything_for_each_single_thing(queues: int, numbers: int) -> None:
    assert walks(queues, numbers) == walks(1, 1)
