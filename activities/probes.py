"""Asking carrier accounts that are out of order whether they are back, without risking a text."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from carriers.protocol import Carrier, CarrierAccountRefused, NoAnswer
from domain.health import Breaker
from services import health
from services.health import Probe
from store.database import Database
from store.numbers import Account

log = structlog.get_logger()


class Probes:
    """Bound to one database and the carriers of its accounts; every sends process has one."""

    def __init__(self, db: Database, carrier_of: Callable[[Account], Carrier]) -> None:
        self._db = db
        self._carrier_of = carrier_of

    async def ask_due(self) -> None:
        """Ask each account whose time has come, unless another process does."""
        for account_id in await self._db.read(health.due):
            probe = await self._db.write(health.take_probe, account_id)
            if probe is not None:
                await self._ask(probe)

    async def _ask(self, probe: Probe) -> None:
        refusal = await self._refusal(probe)
        now = await self._db.write(health.probed, probe, refusal)
        account = f"{probe.account.carrier}/{probe.account.name}"
        since = probe.open_since and probe.open_since.isoformat()
        if now.breaker is Breaker.OPEN:
            log.warning("carrier.out_of_order", account=account, since=since, reason=refusal)
        else:
            log.info("carrier.is_tried_again", account=account, since=since, answered=now.answered)

    async def _refusal(self, probe: Probe) -> str | None:
        """What came in place of an answer. An account without numbers has nothing to be asked
        for: its next text tries it."""
        if probe.number is None:
            return None
        try:
            answer = await self._carrier_of(probe.account).owns(probe.number)
        except CarrierAccountRefused as error:
            return f"{error.name} is missing or wrong"
        return answer.reason if isinstance(answer, NoAnswer) else None
