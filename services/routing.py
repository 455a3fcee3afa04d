"""Offers: who is asked to take which waiting chat (architecture rule 10).

Every function here needs the tenant's routing lock. A chat that waits and an agent who could
take it are never both left without an offer between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.after_hours import NEVER, closed_until
from domain.process import NextRouting
from domain.routing import (
    DECLINE_PAUSE,
    Candidate,
    Waiting,
    WaitingBecause,
    match,
)
from domain.statuses import OfferState
from services import events, first_look, wrap_up
from services.waiting import explain, explain_all
from store import chats as store_chats
from store import locks, matching, offers, outbox, tenants, users
from store.chats import OpenChat
from store.database import Tx

# A queue that opened since has just become due; the match is repeated more often.
LATELY = timedelta(minutes=5)


def offer_chat(tx: Tx, chat: OpenChat) -> None:
    """A chat began to wait, or does again: offer it to every eligible agent of its queue, or
    first to the one who had the consumer last. On a closed queue it waits for the opening."""
    withdraw_chat(tx, chat)
    opens_at = closed_until(tenants.tree(tx, chat.tenant_id), chat.state.queue_id, tx.now)
    if opens_at is not None:
        explain(tx, chat)
        if opens_at < NEVER:
            call_router(tx, chat.tenant_id, opens_at)
        return
    limit = tenants.get(tx, chat.tenant_id).concurrency_limit
    candidates = matching.candidates(tx, chat.tenant_id, limit, queue_id=chat.state.queue_id)
    candidates = _make_room(tx, chat, candidates)
    _offer(tx, chat, _hold(tx, chat, candidates))


def _offer(tx: Tx, chat: OpenChat, candidates: list[Candidate]) -> None:
    made = match(candidates, [Waiting(chat.id, chat.state.queue_id)])
    _make(tx, chat.tenant_id, made)
    explain(tx, chat, WaitingBecause.OFFERED if made else None)


def _hold(tx: Tx, chat: OpenChat, candidates: list[Candidate]) -> list[Candidate]:
    """Who is offered the chat now: its agent alone for a moment, else all of them."""
    held = first_look.hold(tx, chat, candidates)
    if held is None:
        return candidates
    (chat.held_until, offered), chat.changed = held, True
    # Routing reads the table.
    store_chats.write(tx, chat)
    call_router(tx, chat.tenant_id, chat.held_until)
    return offered


def _make_room(tx: Tx, chat: OpenChat, candidates: list[Candidate]) -> list[Candidate]:
    """A chat that comes back keeps its place in line: an agent before whom as many offers stand
    as are shown at once is offered it instead of the youngest of them."""
    assert chat.state.queued_at is not None
    place = (chat.state.queued_at, chat.id)
    if chat.state.queued_at >= tx.now:
        return candidates
    full = [one.agent_id for one in candidates if one.room <= 0 and chat.id not in one.paused]
    last = offers.youngest(tx, chat.tenant_id, full)
    given_up = {agent_id: youngest[1] for agent_id, youngest in last.items() if place < youngest}
    for agent_id, chat_id in given_up.items():
        offers.close_one(tx, chat.tenant_id, chat_id, agent_id, OfferState.WITHDRAWN)
    lost_offers(tx, chat.tenant_id, set(given_up.values()))
    return [replace(one, offered=one.offered - {given_up.get(one.agent_id)}) for one in candidates]


def withdraw_chat(tx: Tx, chat: OpenChat) -> None:
    """A chat no longer waits, or waits elsewhere; whoever was asked has room for another."""
    freed = offers.close_of_chat(tx, chat.tenant_id, chat.id, OfferState.WITHDRAWN)
    chat.waiting_because = chat.held_until = None
    events.offers_changed(tx, chat.tenant_id, freed)
    offer_agents(tx, chat.tenant_id, freed)


def withdraw_agent(tx: Tx, tenant_id: int, agent_id: int) -> None:
    """An agent takes no more chats: what was offered only to this agent is explained anew."""
    lost = offers.close_of_agent(tx, tenant_id, agent_id, OfferState.WITHDRAWN)
    if lost:
        events.offers_changed(tx, tenant_id, [agent_id])
    lost_offers(tx, tenant_id, {*lost, *matching.held_for(tx, tenant_id, agent_id)})


def offer_agents(tx: Tx, tenant_id: int, agent_ids: Sequence[int]) -> None:
    """Agents who may have room again: offer them what has waited longest."""
    if agent_ids:
        limit = tenants.get(tx, tenant_id).concurrency_limit
        candidates = matching.candidates(tx, tenant_id, limit, agent_ids=agent_ids)
        _offer_longest(tx, tenant_id, candidates)
        _await_opening(tx, tenant_id, candidates)


def _offer_longest(tx: Tx, tenant_id: int, candidates: list[Candidate]) -> list[tuple[int, int]]:
    """New offers of what has waited longest on open queues, as (chat, agent)."""
    candidates = _at_open_queues(tx, tenant_id, candidates)
    waiting = matching.waiting_for(tx, tenant_id, candidates)
    made = match(candidates, waiting)
    _make(tx, tenant_id, made)
    # As the rows say; a chat that this very transaction has changed may be otherwise by now.
    known = {one.chat_id for one in waiting if one.because == WaitingBecause.OFFERED}
    for chat_id in sorted({chat_id for chat_id, _ in made} - (known - tx.open_chats.keys())):
        chat = store_chats.lock(tx, tenant_id, chat_id)
        assert chat is not None
        explain(tx, chat, WaitingBecause.OFFERED)
    return made


def _await_opening(tx: Tx, tenant_id: int, candidates: Sequence[Candidate]) -> None:
    """What waits on their closed queues may have waited before they closed, when nobody was free:
    the router is to ring when they open."""
    tree = tenants.tree(tx, tenant_id)
    theirs = {queue_id for one in candidates for queue_id in one.queue_ids}
    closed = {queue_id for queue_id in theirs if not tree.is_open(queue_id, tx.now)}
    waited_on = closed.intersection(matching.queues_waited_on(tx, tenant_id)) if closed else ()
    opening = [closed_until(tree, queue_id, tx.now) for queue_id in waited_on]
    soon = min((at for at in opening if at is not None), default=NEVER)
    if soon < NEVER:
        call_router(tx, tenant_id, soon)


def _at_open_queues(tx: Tx, tenant_id: int, candidates: list[Candidate]) -> list[Candidate]:
    """What waits on a closed queue is offered when it opens."""
    tree = tenants.tree(tx, tenant_id)
    ids = {queue_id for one in candidates for queue_id in one.queue_ids}
    open_now = frozenset(queue_id for queue_id in ids if tree.is_open(queue_id, tx.now))
    return [replace(one, queue_ids=one.queue_ids & open_now) for one in candidates]


def restaff(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> None:
    """Agents or limits are not what they were: withdraw what is not theirs, offer the rest. Why
    chats wait is told anew on these queues."""
    limit = tenants.get(tx, tenant_id).concurrency_limit
    overfull = matching.overfull(tx, tenant_id, limit)
    for agent_id in sorted({*offers.strangers(tx, tenant_id), *overfull}):
        withdraw_agent(tx, tenant_id, agent_id)
    # Hours may be others, too.
    next_change = ring(tx, tenant_id).at
    explain_all(tx, tenant_id, store_chats.waiting_on(tx, tenant_id, queue_ids))
    if next_change is not None:
        call_router(tx, tenant_id, next_change)


def lost_offers(tx: Tx, tenant_id: int, chat_ids: set[int]) -> None:
    """Chats that lost an offer: what was held for that agent goes to the others at once; those
    that another agent is still asked to take wait as before."""
    if not chat_ids:
        return
    for chat_id in sorted(chat_ids - offers.offered_of(tx, tenant_id, list(chat_ids))):
        chat = store_chats.lock(tx, tenant_id, chat_id)
        assert chat is not None
        if chat.held_until is None:
            explain(tx, chat)
        else:
            _release(tx, chat)


def _release(tx: Tx, chat: OpenChat) -> None:
    chat.held_until, chat.changed = None, True
    store_chats.write(tx, chat)
    limit = tenants.get(tx, chat.tenant_id).concurrency_limit
    others = matching.candidates(tx, chat.tenant_id, limit, queue_id=chat.state.queue_id)
    others = [one for one in others if one.agent_id != chat.state.preferred_agent_id]
    _offer(tx, chat, _at_open_queues(tx, chat.tenant_id, others))


def sweep(tx: Tx, tenant_id: int) -> int:
    """Repeat the whole match. How many offers had been missing that time alone does not explain: 0
    unless a rule is broken, also where the router is late or Temporal away."""
    locks.routing(tx, tenant_id)
    rested = wrap_up.end_due(tx, tenant_id)
    limit = tenants.get(tx, tenant_id).concurrency_limit
    free = [one for one in matching.candidates(tx, tenant_id, limit) if one.room > 0]
    made = _offer_longest(tx, tenant_id, free)
    if not made:
        return 0
    tree = tenants.tree(tx, tenant_id)
    waited_on = matching.queues_waited_on(tx, tenant_id)
    opened = [queue_id for queue_id in waited_on if not tree.is_open(queue_id, tx.now - LATELY)]
    due = matching.waited_for_time(tx, tenant_id, made, opened)
    return sum(pair not in due and pair[1] not in rested for pair in made)


def call_router(tx: Tx, tenant_id: int, at: datetime) -> None:
    """Have the tenant's router ring when eligibility changes by itself."""
    outbox.add(tx, tenant_id, outbox.Kind.ROUTER, tenant_id, {"at": at.isoformat()})


def ring(tx: Tx, tenant_id: int) -> NextRouting:
    """The router's alarm: pauses, first looks and wrap-ups that are over by now, queues that
    opened; then when the next of them is due."""
    locks.routing(tx, tenant_id)
    sweep(tx, tenant_id)
    tree = tenants.tree(tx, tenant_id)
    waited_on = matching.queues_waited_on(tx, tenant_id)
    opening = [closed_until(tree, queue_id, tx.now) for queue_id in waited_on]
    opened = [queue_id for queue_id, at in zip(waited_on, opening, strict=True) if at is None]
    # Open now, and closed when it was last said why they wait.
    explain_all(tx, tenant_id, store_chats.waiting_closed(tx, tenant_id, opened))
    declined = offers.next_pause_start(tx, tenant_id, tx.now - DECLINE_PAUSE)
    due = [None if declined is None else declined + DECLINE_PAUSE, *opening]
    due += [matching.next_release(tx, tenant_id), users.next_wrap_up(tx, tenant_id)]
    return NextRouting(min((at for at in due if at is not None and at < NEVER), default=None))


def _make(tx: Tx, tenant_id: int, made: list[tuple[int, int]]) -> None:
    offers.insert(tx, tenant_id, made)
    events.offers_changed(tx, tenant_id, [agent_id for _, agent_id in made])
