"""Which agents are here: those who called, or have a stream open; the others go Offline in time."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from services import presence
from store import tenants
from store.database import Database

log = structlog.get_logger()

# How often it is written down who is here. Far less than the shortest `disconnect_timeout`: what
# one process has heard, the others know in time.
BEAT_SECONDS = 20.0


class Presence:
    """What this process hears of sessions, written down together."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._heard: set[str] = set()
        self._listening_since: datetime | None = None

    def heard_of(self, token_hash: str) -> None:
        """Somebody's session called, or its stream is still open; from any thread."""
        self._heard.add(token_hash)

    def missed(self) -> None:
        """Who is here could not be written down: all must have time to be heard of again."""
        self._listening_since = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.beat()
            except Exception as error:
                self.missed()
                log.warning("presence.failed", error=type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)

    async def beat(self) -> None:
        """Write down who is here, then give up who is not."""
        now = await self._db.clock.now()
        heard, self._heard = self._heard, set()
        await self._db.write(presence.heard_of, heard)
        if self._listening_since is None:
            self._listening_since = now
        for tenant_id in await self._db.read(tenants.ids):
            gone = await self._db.write(presence.give_up_absent, tenant_id, self._listening_since)
            if gone:
                log.info("presence.gone", tenant_id=tenant_id, agents=len(gone))
