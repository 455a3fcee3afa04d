"""What goes wrong at this carrier, on purpose. Kept in the file, over restarts."""

import json
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from simulators.carrier.wire import BadRequest, is_number

_CHANCES = ("duplicate", "reorder", "drop_receipts", "lose_answer")
_SWITCHES = ("outage", "lookup")
_CODES = ("reject", "undelivered")
_LONGEST_LATENCY = 60_000


@dataclass(frozen=True)
class Faults:
    """Chances are from 0 to 1.

    duplicate: a webhook is posted twice at once. reorder: a webhook is overtaken by the next.
    drop_receipts: a receipt is never posted. lose_answer: the text is taken, the connection is
    closed without an answer. latency_ms: before each answer to the engine and each webhook.
    outage: 503 to the engine, and webhooks are held. reject: numbers whose texts are refused,
    with the code. undelivered: numbers whose texts are taken and then fail, with the code.
    lookup: whether the engine may search by its reference.
    """

    duplicate: float = 0
    reorder: float = 0
    drop_receipts: float = 0
    lose_answer: float = 0
    latency_ms: int = 0
    outage: bool = False
    lookup: bool = True
    reject: Mapping[str, str] = field(default_factory=dict)
    undelivered: Mapping[str, str] = field(default_factory=dict)

    def happens(self, chance: str) -> bool:
        return random.random() < float(getattr(self, chance))

    @property
    def latency(self) -> float:
        """Seconds."""
        return self.latency_ms / 1000

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_faults(given: dict[str, Any]) -> Faults:
    """Faults from a request; a field that is not given is back at its default."""
    for name, value in given.items():
        if name in _CHANCES:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise BadRequest(name, "must be a number from 0 to 1")
        elif name in _SWITCHES:
            if not isinstance(value, bool):
                raise BadRequest(name, "must be true or false")
        elif name in _CODES:
            _check_codes(name, value)
        elif name == "latency_ms":
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not 0 <= value <= _LONGEST_LATENCY:
                raise BadRequest(name, f"must be a whole number from 0 to {_LONGEST_LATENCY}")
        else:
            raise BadRequest(name, "is not a fault")
    return Faults(**given)


def _check_codes(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise BadRequest(name, "must be an object of numbers and codes")
    for number, code in value.items():
        if not is_number(number):
            raise BadRequest(name, "must have numbers in E.164 or short codes as keys")
        if not isinstance(code, str) or not code.isascii() or not code.isalnum():
            raise BadRequest(name, "must have codes of letters and digits as values")


def load_faults(connection: sqlite3.Connection) -> Faults:
    row = connection.execute("SELECT faults FROM faults").fetchone()
    return Faults(**json.loads(row[0])) if row else Faults()


def save_faults(connection: sqlite3.Connection, faults: Faults) -> None:
    connection.execute(
        "INSERT INTO faults (id, faults) VALUES (1, ?)"
        " ON CONFLICT (id) DO UPDATE SET faults = excluded.faults",
        (json.dumps(faults.as_json()),),
    )
