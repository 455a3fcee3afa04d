"""The life of one chat as a process: facts come in as pointers, texts go out, time passes.

The store decides what a fact means (architecture, "The split"); this process carries out what
follows, and can be rebuilt from the store at any moment (rule 8).
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from temporalio import workflow

from domain.process import (
    ChatProcess,
    ChatRun,
    LoadedChat,
    Pointer,
    Pointers,
    SendOutcome,
    SendText,
    SentText,
    SettleChat,
)
from workflows import stubs
from workflows.display import show_chat

# Continue-as-new near this many events: histories stay quick to load and replay.
LONG_HISTORY = 1_000
REPLY_URGENCY = 2


@workflow.defn(name="ChatWorkflow")
class ChatWorkflow:
    """One chat. Handlers only append; one loop does everything else."""

    @workflow.init
    def __init__(self, run: ChatRun) -> None:
        self.ref = run.ref
        self.process = run.process or ChatProcess()
        self.arrived: list[Pointer] = []
        self.sender: asyncio.Task[SentText] | None = None
        self.in_flight: int | None = None
        self.alarm: asyncio.Task[None] | None = None
        self.alarm_at: datetime | None = None
        self.not_before: datetime | None = None
        self.over = False

    @workflow.signal
    def changed(self, pointers: Pointers) -> None:
        """Committed changes of the chat, in any order, repeated or late."""
        self.arrived += pointers.pointers

    @workflow.run
    async def run(self, run: ChatRun) -> None:
        """Load; then take pointers, send, and watch the clock until the chat is settled."""
        if self.process.view is None:
            self._adopt(await stubs.load_chat(self.ref))
        while not self.over:
            self._take_arrived()
            self._take_sent()
            await self._look_at_the_clock()
            self._send_next()
            self._set_alarm()
            show_chat(self.ref, self.process, self.in_flight)
            if self._is_done():
                await self._settle()
            elif self._may_continue_as_new():
                workflow.continue_as_new(ChatRun(self.ref, self.process))
            elif not self.over:
                await workflow.wait_condition(self._has_news)

    def _has_news(self) -> bool:
        sent = self.sender is not None and self.sender.done()
        rang = self.alarm is not None and self.alarm.done()
        return bool(self.arrived) or sent or rang

    def _take_arrived(self) -> None:
        arrived, self.arrived = self.arrived, []
        self.process.take(arrived, workflow.now())

    def _take_sent(self) -> None:
        """A sender that died raises here: a chat that is stuck unseen would be worse."""
        if self.sender is None or not self.sender.done():
            return
        sent = self.sender.result()
        self.sender = self.in_flight = None
        if sent.outcome is SendOutcome.SUPERSEDED:
            self.over = True
        self.process.text_sent(sent)

    async def _look_at_the_clock(self) -> None:
        now = workflow.now()
        if self.alarm is not None and self.alarm.done():
            self.alarm = None
        if self.process.gap_is_old(now):
            self._adopt(await stubs.load_chat(self.ref))
        elif self._is_due(now):
            self._adopt(await stubs.ring_alarm(self.ref))
            self.not_before = now + stubs.SKEW

    def _is_due(self, now: datetime) -> bool:
        view = self.process.view
        if view is None or view.deadline_at is None or view.deadline_at > now:
            return False
        return self.not_before is None or self.not_before <= now

    def _send_next(self) -> None:
        """One text at a time, in order; the loop never waits for it."""
        if self.sender is not None or not self.process.unsent or self.over:
            return
        self.in_flight = self.process.unsent.pop(0)
        send = SendText(self.in_flight, self.ref)
        self.sender = asyncio.create_task(stubs.send_text(send, REPLY_URGENCY))

    def _set_alarm(self) -> None:
        """One lazy alarm: moving a deadline later costs nothing, only an earlier one restarts."""
        wanted = self.process.next_alarm()
        if wanted is not None and self.not_before is not None:
            wanted = max(wanted, self.not_before)
        if wanted is None or (self.alarm and self.alarm_at and self.alarm_at <= wanted):
            return
        if self.alarm is not None:
            self.alarm.cancel()
        self.alarm_at = wanted
        self.alarm = asyncio.create_task(self._sleep_until(wanted))

    async def _sleep_until(self, at: datetime) -> None:
        await workflow.sleep(max(0.0, (at - workflow.now()).total_seconds()), summary="deadline")

    def _is_done(self) -> bool:
        idle = self.sender is None and not self.process.unsent and not self.arrived
        return not self.over and self.process.ended and idle

    def _may_continue_as_new(self) -> bool:
        """Nothing may be in flight: a send between two tries would be dropped."""
        idle = self.sender is None and not self.process.unsent and not self.arrived
        info = workflow.info()
        long = info.get_current_history_length() >= LONG_HISTORY
        return not self.over and idle and (long or info.is_continue_as_new_suggested())

    async def _settle(self) -> None:
        loaded = await stubs.settle_chat(SettleChat(self.ref, self.process.last_ptr))
        self._adopt(loaded)
        if loaded.settled and not self.arrived:
            self.over = True

    def _adopt(self, loaded: LoadedChat) -> None:
        """The store is the record: go on from what it says."""
        if loaded.superseded or loaded.view is None:
            self.over = True
            return
        self.process.load(loaded, self.in_flight)
        if loaded.settled and not self.process.unsent and self.sender is None:
            self.over = not self.arrived
