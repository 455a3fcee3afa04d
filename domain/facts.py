"""What can happen to a chat: the facts that `domain/chat.py` decides about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.commands import Command
from domain.timers import Timer


@dataclass(frozen=True)
class ConsumerWrote:
    """A consumer's text. Opt-out never reaches a chat's decision, opt-in and help only a connected
    chat's, where they show that the consumer is there."""

    text: str
    command: Command | None
    at: datetime


@dataclass(frozen=True)
class AgentAccepted:
    agent_id: int
    at: datetime


@dataclass(frozen=True)
class AgentWrote:
    at: datetime


@dataclass(frozen=True)
class AgentEnded:
    at: datetime


@dataclass(frozen=True)
class ClientEnded:
    """A program of the company ended the chat, whoever has it."""

    at: datetime


@dataclass(frozen=True)
class AgentDismissed:
    at: datetime


@dataclass(frozen=True)
class ChatResumed:
    """A dismissed chat is taken up again: by this agent, or by whoever accepts it."""

    agent_id: int | None
    at: datetime


@dataclass(frozen=True)
class AgentLeft:
    """The agent went offline: the chat goes back to its queue (product D)."""

    at: datetime


@dataclass(frozen=True)
class ConsumerOptedOut:
    at: datetime


@dataclass(frozen=True)
class AlarmRang:
    """This timer has run out; the caller has reckoned it by the settings that hold."""

    timer: Timer
    at: datetime


@dataclass(frozen=True)
class QueueGone:
    """The chat's queue was deleted, or is no leaf any more; `target` takes its chats, if any."""

    target: int | None
    at: datetime


@dataclass(frozen=True)
class NumberGone:
    """The number of ours that the chat runs on is given up: nobody can be told anything from it."""

    at: datetime


Fact = (
    ConsumerWrote
    | AgentAccepted
    | AgentWrote
    | AgentEnded
    | ClientEnded
    | AgentDismissed
    | ChatResumed
    | AgentLeft
    | ConsumerOptedOut
    | AlarmRang
    | QueueGone
    | NumberGone
)
