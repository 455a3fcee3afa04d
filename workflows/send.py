"""A text without a chat on its way out: the answer to STOP, START or HELP."""

from __future__ import annotations

from temporalio import workflow

from domain.process import SendText
from workflows import stubs

CONSENT_URGENCY = 1


@workflow.defn(name="SendWorkflow")
class SendWorkflow:
    """One text; ahead of all others of its number."""

    @workflow.run
    async def run(self, send: SendText) -> None:
        """Send it, however long that takes."""
        await stubs.send_text(send, CONSENT_URGENCY)
