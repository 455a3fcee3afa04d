"""What the engine is measured against: a workflow of two signals and one activity, and nothing
else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow

CHATS, SENDS = "bare-chats", "bare-sends"


@dataclass(frozen=True)
class Fact:
    """A text came in, or is to go out."""

    number: int
    send: bool


@workflow.defn(name="BareWorkflow")
class BareWorkflow:
    """Takes facts, and sends what is to be sent."""

    def __init__(self) -> None:
        self.arrived: list[Fact] = []

    @workflow.signal
    def changed(self, fact: Fact) -> None:
        self.arrived.append(fact)

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self.arrived))
            fact = self.arrived.pop(0)
            if fact.send:
                await workflow.execute_activity(
                    "bare_send",
                    fact,
                    task_queue=SENDS,
                    start_to_close_timeout=timedelta(seconds=12),
                )
