"""A later build of a chat's process: it asks for more than the one before, guarded by a patch."""

from __future__ import annotations

from temporalio import workflow

from domain.process import ChatRun
from workflows import stubs
from workflows.chat import ChatWorkflow


@workflow.defn(name="ChatWorkflow")
class NextChatWorkflow(ChatWorkflow):
    """Reads the chat anew whenever its alarm has rung."""

    @workflow.init
    def __init__(self, run: ChatRun) -> None:
        super().__init__(run)

    @workflow.run
    async def run(self, run: ChatRun) -> None:
        await super().run(run)

    async def _look_at_the_clock(self) -> None:
        if (
            self.alarm is not None
            and self.alarm.done()
            and workflow.patched("loads-before-ringing")
        ):
            self._adopt(await stubs.load_chat(self.ref))
        await super()._look_at_the_clock()
