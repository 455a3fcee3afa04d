"""What the chat's workflow knows, and how facts reach it: the arguments of signals and activities.

A pointer carries ids and the state that the store decided; never a text, a name or a number.
`ChatProcess.take` is the only thing that moves the workflow's view of a chat, and it gives the
same end whatever order pointers arrive in, repeated or late (architecture rule 2).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.statuses import ENDED, ChatStatus

# A missing pointer is waited for this long; then the chat is loaded from the store again.
GAP_PATIENCE = timedelta(seconds=5)
# A process that is late is told again what it owes, after pauses between these two.
TOLD_AGAIN = timedelta(minutes=1)
TOLD_AGAIN_AT_MOST = timedelta(minutes=10)
# At most so many pointers in one signal.
BATCH = 100


@dataclass(frozen=True)
class ChatView:
    """A chat as the store decided it: all that its process needs to go on."""

    ptr: int
    status: ChatStatus
    queue_id: int
    agent_id: int | None
    deadline_at: datetime | None
    waiting_because: str | None = None


@dataclass(frozen=True)
class Pointer:
    """One committed change of a chat: its number, the state after it, and the texts it owes."""

    ptr: int
    view: ChatView
    sends: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Pointers:
    """The argument of ChatWorkflow's signal `changed`."""

    pointers: list[Pointer]


@dataclass(frozen=True)
class ChatRef:
    """Names a chat's process. The incarnation is part of the workflow id (rule 8)."""

    tenant_id: int
    chat_id: int
    incarnation: int = 1


@dataclass(frozen=True)
class LoadedChat:
    """Answer of `load_chat`, `ring_alarm` and `settle_chat`."""

    view: ChatView | None = None
    unsent: list[int] = field(default_factory=list)
    settled: bool = False
    superseded: bool = False


def tells_again(late_since: datetime, told_at: datetime, now: datetime) -> bool:
    """Whether a process that is late since then, and was last told something at `told_at`, is told
    again what it owes: at once, then after pauses that double up to the longest. While a carrier
    is away for days, each telling is events in the chat's history, which cannot be cut then.
    """
    if told_at < late_since:
        return True
    pause = min(max(told_at - late_since, TOLD_AGAIN), TOLD_AGAIN_AT_MOST)
    return now - told_at >= pause


@dataclass(frozen=True)
class SettleChat:
    """Argument of `settle_chat`: the process has applied all pointers up to `last_ptr`."""

    ref: ChatRef
    last_ptr: int


@dataclass(frozen=True)
class SendText:
    """Argument of `send_text`. A text without a chat names its tenant itself; a process that began
    before it did so does not."""

    message_id: int
    chat: ChatRef | None = None
    tenant_id: int | None = None


class SendOutcome(StrEnum):
    """What became of a text; every one of them is final for the process."""

    DONE = "done"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class SentText:
    """Answer of `send_text`: the chat's deadline may have moved with it (rule 5)."""

    outcome: SendOutcome
    deadline_at: datetime | None = None
    ptr: int = 0


@dataclass(frozen=True)
class TenantRef:
    """Names a tenant, for its router."""

    tenant_id: int


@dataclass(frozen=True)
class RouterRun:
    """The argument of RouterWorkflow; `at` is carried over continue-as-new."""

    tenant: TenantRef
    at: datetime | None = None


@dataclass(frozen=True)
class NextRouting:
    """When eligibility next changes by itself; None when nothing is waited for."""

    at: datetime | None


@dataclass
class ChatProcess:
    """All of a chat's process that must survive continue-as-new."""

    view: ChatView | None = None
    held: list[Pointer] = field(default_factory=list)
    gap_since: datetime | None = None
    unsent: list[int] = field(default_factory=list)

    @property
    def last_ptr(self) -> int:
        return self.view.ptr if self.view else 0

    @property
    def ended(self) -> bool:
        return self.view is not None and self.view.status in ENDED

    def load(self, loaded: LoadedChat, in_flight: int | None) -> None:
        """Start over from the store: it is the record, whatever was known before is older."""
        assert loaded.view is not None
        self.view = loaded.view
        self.unsent = [message for message in loaded.unsent if message != in_flight]
        self.held = [pointer for pointer in self.held if pointer.ptr > loaded.view.ptr]
        self.gap_since = None

    def take(self, arrived: list[Pointer], now: datetime) -> None:
        """Apply pointers strictly in order; hold what is early, drop what is known."""
        known = {pointer.ptr for pointer in self.held}
        for pointer in arrived:
            if pointer.ptr > self.last_ptr and pointer.ptr not in known:
                known.add(pointer.ptr)
                self.held.append(pointer)
        self.held.sort(key=lambda pointer: pointer.ptr)
        while self.held and self.held[0].ptr == self.last_ptr + 1:
            pointer = self.held.pop(0)
            self.view = pointer.view
            self.unsent += [message for message in pointer.sends if message not in self.unsent]
        self.gap_since = None if not self.held else self.gap_since or now

    def text_sent(self, sent: SentText) -> None:
        """A text went out: a chat that it held up has its deadline again (rule 5).

        An answer that is older than a pointer which overtook it says nothing new.
        """
        if self.view is None or self.ended or sent.deadline_at is None:
            return
        if self.view.deadline_at is None or sent.ptr >= self.view.ptr:
            self.view = replace(self.view, deadline_at=sent.deadline_at)

    def gap_is_old(self, now: datetime) -> bool:
        """Whether a missing pointer has been waited for long enough."""
        return self.gap_since is not None and now - self.gap_since >= GAP_PATIENCE

    def next_alarm(self) -> datetime | None:
        """When the process must look again by itself."""
        times = (
            [] if self.view is None or self.view.deadline_at is None else [self.view.deadline_at]
        )
        if self.gap_since is not None:
            times.append(self.gap_since + GAP_PATIENCE)
        return min(times, default=None)


@dataclass(frozen=True)
class ChatRun:
    """The argument of ChatWorkflow; `process` is carried over continue-as-new."""

    ref: ChatRef
    process: ChatProcess | None = None
