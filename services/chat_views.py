"""Builds chats for the APIs: many at once cost as many queries as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.after_hours import closed_until
from domain.queues import QueueTree
from domain.routing import DECLINE_PAUSE, Staffing, in_words, waiting_because
from domain.spoken_times import reopening
from domain.statuses import ChatStatus, OfferState
from domain.texts import ENGLISH
from domain.timers import Timer, ends_at
from services import shapes
from services.waits import estimates
from store import matching, tenants
from store import views as rows
from store.database import Tx
from store.participants import Participant
from store.views import ChatRecord, OfferRecord, Thread

# Where ops see a chat's process, of its id and incarnation; None where nobody may.
Link = Callable[[int, int], str | None]


def chats(tx: Tx, tenant_id: int, chat_ids: Sequence[int], link: Link) -> list[shapes.Chat]:
    """The chats with these ids, by id; those of other tenants are left out."""
    found = rows.chats(tx, tenant_id, chat_ids)
    if not found:
        return []
    ids = [record.id for record in found]
    tree = tenants.tree(tx, tenant_id)
    joined = rows.participants(tx, tenant_id, ids)
    offered = rows.offers(tx, tenant_id, ids)
    threads = rows.threads(tx, tenant_id, ids)
    waiting = {one.id: one.queue_id for one in found if one.status is ChatStatus.QUEUED}
    waits = estimates(tx, tenant_id, waiting)
    waiting_on = sorted(set(waiting.values()))
    tenant = tenants.get(tx, tenant_id)
    limit = tenant.concurrency_limit
    staff = matching.staffing(tx, tenant_id, waiting_on, limit) if waiting_on else {}
    return [
        _chat(
            record,
            tree,
            _Parts(
                joined.get(record.id, []),
                offered.get(record.id, []),
                threads.get(record.id, Thread()),
                staff.get(record.queue_id, Staffing()),
                waits.get(record.id),
                tenant.sms,
            ),
            tx.now,
            link,
        )
        for record in found
    ]


def _waiting_because(
    record: ChatRecord, tree: QueueTree, parts: _Parts, now: datetime
) -> str | None:
    """As it is now: what the chat's process was told changes with its offers only."""
    if record.status is not ChatStatus.QUEUED:
        return None
    pause = now - DECLINE_PAUSE
    pending = sum(offer.state == OfferState.PENDING for offer in parts.offers)
    until = closed_until(tree, record.queue_id, now)
    reason = waiting_because(
        offered=pending > 0,
        declined=any(
            offer.state == OfferState.DECLINED and offer.closed_at and offer.closed_at > pause
            for offer in parts.offers
        ),
        staff=parts.staff,
        closed=until is not None,
        sms=parts.sms,
        held=record.held_until is not None and record.held_until > now,
    )
    return in_words(reason, offered_to=pending, until=_opening(tree, record.queue_id, until, now))


def _opening(tree: QueueTree, queue_id: int, until: datetime | None, now: datetime) -> str | None:
    """When a closed queue opens, by its own clock, for people who may live by another."""
    queue = tree.get(queue_id)
    if until is None or queue is None or queue.hours is None:
        return None
    spoken = reopening(queue.hours, until, now, ENGLISH)
    return None if spoken is None else f"{spoken} ({queue.hours.zone})"


@dataclass(frozen=True)
class _Parts:
    """What stands in other tables about one chat."""

    participants: list[Participant]
    offers: list[OfferRecord]
    thread: Thread
    staff: Staffing
    wait: timedelta | None
    sms: bool


def _chat(
    record: ChatRecord, tree: QueueTree, parts: _Parts, now: datetime, link: Link
) -> shapes.Chat:
    times = durations(record, now)
    chose = record.queued_at is not None and record.queue_id in tree
    return shapes.Chat(
        id=record.id,
        lang=record.lang,
        chat_type="SMS",
        status=record.status,
        created_at=record.created_at,
        updated_at=record.updated_at,
        queued_at=record.queued_at,
        assigned_at=record.assigned_at,
        ends_at=record.ended_at,
        wait_duration=times.wait_duration,
        queue_duration=times.queue_duration,
        chat_duration=times.chat_duration,
        rating=None,
        has_feedback=False,
        out_ticket_id=None,
        out_ticket_url=None,
        verified=False,
        disconnected_by=record.disconnected_by,
        fail_reason=record.fail_reason,
        selected_menu=shapes.Named(record.queue_id, tree[record.queue_id].name) if chose else None,
        menu_path=menu_path(tree, record.queue_id) if chose else None,
        agent_info=_agent_info(record),
        end_user=shapes.EndUser(record.consumer_id, None, None, record.consumer_number),
        photos=[],
        videos=[],
        transfers=[],
        participants=[_participant(one, record) for one in parts.participants],
        offer_type="multicast" if parts.offers else None,
        offer_events=_offer_events(parts.offers),
        answer_type="manual",
        outbound_number=record.number,
        first_msg_sent_at=parts.thread.first_at,
        last_msg_sent_at=parts.thread.last_at,
        message_count=parts.thread.count,
        seq=record.seq,
        waiting_because=_waiting_because(record, tree, parts, now),
        estimated_wait=None if parts.wait is None else _seconds(parts.wait),
        deadline_at=ends_at(record.deadlines),
        dismisses_at=record.deadlines.get(Timer.DISMISSAL),
        stop_asked=parts.thread.stop_asked,
        temporal_url=link(record.id, record.incarnation),
    )


@dataclass(frozen=True)
class Durations:
    """Seconds: to the first assignment, of all waiting, and with an agent (F3)."""

    wait_duration: int
    queue_duration: int
    chat_duration: int


def durations(record: ChatRecord, now: datetime) -> Durations:
    """How long a chat waited and was handled, up to its end or to now; the time that it was
    dismissed is neither."""
    waited = timedelta(milliseconds=record.waited)
    handled = timedelta(milliseconds=record.handled)
    lasts = timedelta() if record.spell_from is None else now - record.spell_from
    if record.status is ChatStatus.QUEUED:
        waited += lasts
    else:
        handled += lasts
    first = record.first_waited
    return Durations(
        wait_duration=_seconds(waited if first is None else timedelta(milliseconds=first)),
        queue_duration=_seconds(waited),
        chat_duration=_seconds(handled),
    )


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))


def menu_path(tree: QueueTree, queue_id: int) -> shapes.MenuPath:
    path = [tree[queue_id]]
    while path[0].parent_id is not None:
        path.insert(0, tree[path[0].parent_id])
    names = " / ".join(queue.name for queue in path)
    return shapes.MenuPath(names, "/".join(str(queue.id) for queue in path))


def _agent_info(record: ChatRecord) -> shapes.AgentInfo | None:
    if record.agent_id is None or record.agent_name is None or record.agent_email is None:
        return None
    return shapes.AgentInfo(record.agent_id, record.agent_name, record.agent_email)


def _participant(one: Participant, record: ChatRecord) -> shapes.Participant:
    took = None
    if one.ended_at and one.connected_at:
        took = _seconds(one.ended_at - one.connected_at)
    return shapes.Participant(
        id=one.id,
        type=one.type,
        status=one.status,
        chat_id=record.id,
        user_id=one.user_id,
        end_user_id=one.consumer_id,
        chat_duration=took,
        connected_at=one.connected_at,
        ended_at=one.ended_at,
        fail_reason=one.fail_reason,
    )


def _offer_events(offers: Iterable[OfferRecord]) -> list[shapes.OfferEvent]:
    events = []
    for offer in offers:
        events.append(shapes.OfferEvent(offer.agent_id, "offered", offer.offered_at))
        if offer.closed_at is not None and offer.state is not OfferState.PENDING:
            events.append(shapes.OfferEvent(offer.agent_id, offer.state, offer.closed_at))
    return sorted(events, key=lambda event: event.at)
