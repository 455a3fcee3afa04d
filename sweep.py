"""The match repeated now and then, by whichever processes are alive, whether Temporal is or not.

It offers what time alone has made possible where the router cannot ring (architecture rule 10).
Several at once do no harm: each round of a tenant holds its routing lock.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from services import routing
from store import tenants
from store.database import Database

log = structlog.get_logger()

EVERY = 30.0


@contextlib.asynccontextmanager
async def sweeping(db: Database) -> AsyncIterator[None]:
    """Sweep until left; a round that has begun then is completed by the store, or not at all."""
    running = asyncio.create_task(_sweep_for_ever(db))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _sweep_for_ever(db: Database) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await sweep_once(db)


async def sweep_once(db: Database) -> None:
    """One round: what it repairs is a broken rule, and is logged. A tenant whose match fails does
    not keep the others from theirs."""
    try:
        tenant_ids = await db.read(tenants.ids)
    except Exception as error:
        log.warning("routing.sweep_failed", error=type(error).__name__)
        return
    for tenant_id in tenant_ids:
        try:
            repaired = await db.write(routing.sweep, tenant_id)
        except Exception as error:
            name = type(error).__name__
            log.warning("routing.sweep_failed", tenant_id=tenant_id, error=name, exc_info=error)
        else:
            if repaired:
                log.error("routing.repaired", tenant_id=tenant_id, offers=repaired)
