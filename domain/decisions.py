"""What a chat's decisions are made of: the state they depend on, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.queues import QueueTree
from domain.statuses import ChatStatus, Direction, DisconnectedBy, FailReason
from domain.texts import ENGLISH, Overrides, TextKey

# The last text of a chat: what its end says.
GOODBYES = frozenset({TextKey.ENDED, TextKey.EXPIRED})
QUEUE_GONE = (FailReason.GROUP_DELETED_NO_SUBSTITUTE, FailReason.EXPIRED_MENU_SELECTION)


class Unsent(StrEnum):
    """What becomes of texts that are not sent yet when a chat ends (rule 4)."""

    KEEP = "keep"
    FAIL = "failed"
    BLOCK = "blocked"


@dataclass(frozen=True)
class ChatState:
    """What decisions depend on. `queue_id` is the node whose menu is shown, or the leaf.

    `heard`: the consumer has written, since the chat came back if it was dismissed;
    `silent_from`: the agent's text that the consumer has not answered; `noticed`: the consumer
    was told that this silence leads to dismissal. `preferred_agent_id` had the consumer last.
    `queued_at` is the chat's place in line, moved by the time that it was dismissed.
    """

    status: ChatStatus
    entry_queue_id: int
    queue_id: int
    lang: str
    window_from: datetime
    agent_id: int | None = None
    queued_at: datetime | None = None
    assigned_at: datetime | None = None
    ended_at: datetime | None = None
    fail_reason: FailReason | None = None
    disconnected_by: DisconnectedBy = DisconnectedBy.UNKNOWN
    menu_sent: tuple[int, ...] = ()
    menu_sent_at: datetime | None = None
    # How many queues of `menu_sent` the consumer has been shown: a long menu comes in parts.
    menu_shown: int = 0
    invalid_answers: int = 0
    # The queues whose greeting was sent (A2).
    greeted: tuple[int, ...] = ()
    direction: Direction = Direction.INBOUND
    heard: bool = True
    silent_from: datetime | None = None
    noticed: bool = False
    dismissed_at: datetime | None = None
    preferred_agent_id: int | None = None
    # By queue, the opening that its last after-hours message named, as long as it is ahead.
    told_closed: Mapping[int, datetime] = field(default_factory=dict, hash=False)
    # For the durations: the time in queues and with agents, of all spells that are over, and since
    # when one of the two lasts; and what was waited until the first agent joined.
    waited: timedelta = timedelta()
    handled: timedelta = timedelta()
    spell_from: datetime | None = None
    first_waited: timedelta | None = None

    @property
    def unanswered(self) -> bool:
        """Whether we began it, and the consumer has not written yet."""
        return self.direction is Direction.OUTBOUND and not self.heard

    @property
    def forsakes_unsent(self) -> bool:
        """Whether it ended so that only the goodbye is sent still: the consumer left, or the
        queue was deleted (rule 4)."""
        return self.disconnected_by is DisconnectedBy.END_USER or self.fail_reason in QUEUE_GONE


@dataclass(frozen=True)
class World:
    """What the tenant has configured, as far as a chat's decisions need it."""

    tree: QueueTree
    default_lang: str = ENGLISH
    texts: Overrides = field(default_factory=dict, hash=False)
    # How long after its end a chat is followed up, and its agent asked first (X9).
    follow_up: timedelta = timedelta(minutes=10)
    last_agent: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Say:
    """A system text to write.

    `options` are the queues that a menu lists, counted from `first`; `more`: there are others.
    """

    key: TextKey
    queue_id: int
    lang: str
    options: tuple[int, ...] = ()
    first: int = 1
    more: bool = False


@dataclass(frozen=True)
class Decision:
    """The next state, what is said to the consumer, and what becomes of unsent texts."""

    state: ChatState
    say: tuple[Say, ...] = ()
    unsent: Unsent = Unsent.KEEP
