"""Dismissal: a chat whose consumer fell silent leaves its agent, and comes back (product D)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from domain import menu
from domain.decisions import ChatState, Decision, Say, World
from domain.statuses import ChatStatus, Direction
from domain.texts import TextKey


class WhyNot(StrEnum):
    """Why a chat cannot be dismissed now, for the agent to read."""

    NOT_CONNECTED = "You are not connected to this chat."
    OUTBOUND = "Only a chat that the consumer began can be dismissed."
    CONSUMER_WROTE = "The consumer is waiting for an answer."
    CAME_BACK = "The chat was dismissed before: the consumer must write once more first."


def why_not(state: ChatState) -> WhyNot | None:
    """Inbound, both sides wrote, and the consumer is silent since the agent's last text."""
    if state.status is not ChatStatus.ASSIGNED:
        return WhyNot.NOT_CONNECTED
    if state.direction is not Direction.INBOUND:
        return WhyNot.OUTBOUND
    if not state.heard:
        return WhyNot.CAME_BACK
    return WhyNot.CONSUMER_WROTE if state.silent_from is None else None


def give_notice(state: ChatState) -> Decision:
    """The consumer is told that the chat will be dismissed, once for this silence."""
    told = Say(TextKey.DISMISSAL_NOTICE, state.queue_id, state.lang)
    return Decision(replace(state, noticed=True), (told,))


def dismiss(state: ChatState, at: datetime) -> Decision:
    """The agent is free of it, and its window runs on. Only what the consumer writes after it
    came back lets it be dismissed again."""
    return Decision(
        replace(
            state,
            status=ChatStatus.DISMISSED,
            agent_id=None,
            dismissed_at=at,
            heard=False,
            silent_from=None,
            noticed=False,
        )
    )


def revive(state: ChatState, at: datetime, world: World) -> Decision:
    """The consumer wrote: back to the queue, with a word of it."""
    back = menu.return_to_queue(_taken_up(state, at), at, world)
    told = Say(TextKey.DISMISSED_RESPONSE, state.queue_id, state.lang)
    return replace(back, say=(told, *back.say))


def resume(state: ChatState, agent_id: int | None, at: datetime, world: World) -> Decision:
    """Back to the agent who asks for it, or to its queue; the consumer is texted nothing."""
    up = _taken_up(state, at)
    if agent_id is None:
        return menu.return_to_queue(up, at, world)
    return Decision(
        replace(up, status=ChatStatus.ASSIGNED, agent_id=agent_id, preferred_agent_id=agent_id)
    )


def _taken_up(state: ChatState, at: datetime) -> ChatState:
    """The time that it was dismissed does not age it."""
    assert state.dismissed_at is not None
    assert state.queued_at is not None
    return replace(
        state,
        dismissed_at=None,
        queued_at=state.queued_at + (at - state.dismissed_at),
        window_from=at,
    )
