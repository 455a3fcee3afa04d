"""One alarm per tenant, at the next instant that changes by itself who may be offered a chat.

Offers are made in the transactions that change who waits or who is free (rule 10); this process
only covers what time alone changes, and is gone when nothing is waited for.
"""

from __future__ import annotations

import contextlib
from datetime import datetime

from temporalio import workflow

from domain.process import NextRouting, RouterRun
from workflows import stubs

LONG_HISTORY = 1_000


@workflow.defn(name="RouterWorkflow")
class RouterWorkflow:
    """The tenant's router while there is something to wait for."""

    @workflow.init
    def __init__(self, run: RouterRun) -> None:
        self.at = run.at

    @workflow.signal
    def wake(self, next_routing: NextRouting) -> None:
        """Eligibility changes at this instant; the earliest that is known counts."""
        if next_routing.at is not None and (self.at is None or next_routing.at < self.at):
            self.at = next_routing.at

    @workflow.run
    async def run(self, run: RouterRun) -> None:
        """Sleep to the next instant, have the store match, and ask it for the one after."""
        while self.at is not None:
            if workflow.info().get_current_history_length() >= LONG_HISTORY:
                workflow.continue_as_new(RouterRun(run.tenant, self.at))
            await self._sleep_until(self.at)
            self.at = None
            self.wake(await stubs.route(run.tenant))
            if self.at is not None and workflow.patched("router-skew"):
                self.at = max(self.at, workflow.now() + stubs.SKEW)

    async def _sleep_until(self, at: datetime) -> None:
        """To the instant, or to an earlier one that becomes known meanwhile: a queue may open
        tomorrow, and a declined chat be offered again in half a minute."""
        wait = (at - workflow.now()).total_seconds()
        if not workflow.patched("earlier-wakes"):
            await workflow.sleep(max(0.0, wait), summary="next change of eligibility")
            return
        while wait > 0:
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda at=at: self.at is not None and self.at < at,  # type: ignore[misc]
                    timeout=wait,
                    timeout_summary="next change of eligibility",
                )
            assert self.at is not None
            at, wait = self.at, (self.at - workflow.now()).total_seconds()
