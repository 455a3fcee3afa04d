"""A consumer comes back: to the same agent, and soon after the end also to the same leaf (X9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain import menu
from domain.decisions import ChatState, Decision, World
from domain.statuses import DisconnectedBy


@dataclass(frozen=True)
class LastChat:
    """A chat of the consumer that an agent had and that has ended; `same_number`: it was with the
    number that the new text was sent to."""

    same_number: bool
    queue_id: int
    lang: str
    agent_id: int | None
    ended_at: datetime
    disconnected_by: DisconnectedBy
    told_closed: Mapping[int, datetime]


def followed_up(
    last: Sequence[LastChat], entry_queue_id: int, at: datetime, world: World
) -> LastChat | None:
    """The chat that a text belongs to, ended by its agent a moment ago: "thanks" needs no menu."""
    return next((one for one in last if _goes_on(one, entry_queue_id, at, world)), None)


def _goes_on(last: LastChat, entry_queue_id: int, at: datetime, world: World) -> bool:
    tree = world.tree
    reachable = last.queue_id in tree and (
        last.queue_id == entry_queue_id or bool(tree.above(last.queue_id, entry_queue_id))
    )
    return (
        last.same_number
        and last.disconnected_by is DisconnectedBy.AGENT
        and at - last.ended_at < world.follow_up
        and reachable
        and tree.is_leaf(last.queue_id)
    )


def go_on(state: ChatState, last: LastChat, at: datetime, world: World) -> Decision:
    """Straight to the leaf, without a greeting, a menu, or the same after-hours message again; and
    to the same agent first, however long agents are asked first otherwise."""
    same = replace(
        state,
        lang=last.lang,
        told_closed=last.told_closed,
        preferred_agent_id=last.agent_id,
    )
    return menu.enter(same, last.queue_id, at, world)


def asked_first(last: Sequence[LastChat], at: datetime, world: World) -> int | None:
    """The agent whom the consumer had last, if that is not too long ago; of a chat that is no
    follow-up. `last`: the one that ended last first."""
    if not last or at - last[0].ended_at >= world.last_agent:
        return None
    return last[0].agent_id
