"""Two transactions of two processes at the same moment, in the order that a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from store.database import Database, Tx
from tests.engine import eventually

Service = tuple[Database, Callable[[Tx], Any]]


async def crossed(first: Service, second: Service) -> tuple[Any, Any]:
    """The second begins when the first has done all but commit; what each answers or raises."""
    holds, may_commit = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> Any:
        answer = first[1](tx)
        holds.set()
        assert may_commit.wait(10)
        return answer

    def waiting(tx: Tx) -> bool:
        ungranted = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return tx.on_sqlite or tx.conn.exec_driver_sql(ungranted).scalar_one() > 0

    slow = asyncio.create_task(first[0].write(slowly))
    await asyncio.to_thread(holds.wait, 10)
    quick = asyncio.create_task(second[0].write(second[1]))

    async def met() -> bool:
        return quick.done() or await first[0].read(waiting)

    await eventually(met)
    may_commit.set()
    return await asyncio.gather(slow, quick, return_exceptions=True)
