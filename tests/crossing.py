"""Two transactions of two processes at the same moment, in the order that a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from store.database import POSTGRES_LIMITS, Database, Tx
from tests.engine import eventually

Service = tuple[Database, Callable[[Tx], Any]]


async def crossed(first: Service, second: Service) -> tuple[Any, Any]:
    """The second begins when the first has done all but commit; what each answers or raises."""
    holds, may_commit = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> Any:
        _be_patient(tx)
        answer = first[1](tx)
        holds.set()
        assert may_commit.wait(120)
        return answer

    def quickly(tx: Tx) -> Any:
        _be_patient(tx)
        return second[1](tx)

    async def held() -> bool:
        return holds.is_set() or slow.done()

    def waiting(tx: Tx) -> bool:
        ungranted = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return tx.on_sqlite or tx.conn.exec_driver_sql(ungranted).scalar_one() > 0

    slow = asyncio.create_task(first[0].write(slowly))
    await eventually(held)
    quick = asyncio.create_task(second[0].write(quickly))

    async def met() -> bool:
        return quick.done() or await first[0].read(waiting)

    await eventually(met)
    may_commit.set()
    return await asyncio.gather(slow, quick, return_exceptions=True)


def _be_patient(tx: Tx) -> None:
    """The product's own limits end in seconds what a slow machine has not brought about yet."""
    if not tx.on_sqlite:
        limits = (f"set_config('{limit}', '120s', true)" for limit in POSTGRES_LIMITS)
        tx.conn.exec_driver_sql(f"SELECT {', '.join(limits)}")
