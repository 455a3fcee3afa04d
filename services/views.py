"""The read side: what an agent sees of chats, threads, offers and queues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.reasons import explain
from domain.statuses import ChatStatus, Role
from domain.waiting import waiting_since
from services import agent_shapes, shapes
from services.agents import show
from services.chat_views import Link, chats, menu_path
from services.errors import NotFound
from services.replies import client_id_of
from store import agent_offers, reading, tenants, users
from store import chats as store_chats
from store import messages as store_messages
from store import views as rows
from store.database import Tx
from store.reading import Reading


def agent(tx: Tx, tenant_id: int, agent_id: int) -> agent_shapes.Agent:
    """The agent's own view."""
    user = users.get(tx, tenant_id, agent_id)
    if user is None:
        raise NotFound("Agent is not found.")
    shown = show(tx, tenant_id, agent_id)
    return agent_shapes.Agent(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        status=shown.status,
        status_since=shown.status_since,
        concurrency=shown.concurrency,
    )


def open_chats(tx: Tx, tenant_id: int, agent_id: int, link: Link) -> list[shapes.AgentChat]:
    """The chats that the agent is connected to."""
    ids = store_chats.of_agent(tx, tenant_id, agent_id)
    return _agent_chats(tx, tenant_id, agent_id, ids, link)


def dismissed_chats(tx: Tx, tenant_id: int, agent_id: int, link: Link) -> list[shapes.AgentChat]:
    """The dismissed chats that the agent had last."""
    ids = store_chats.dismissed_of_agent(tx, tenant_id, agent_id)
    return _agent_chats(tx, tenant_id, agent_id, ids, link)


def chat(tx: Tx, tenant_id: int, user_id: int, chat_id: int, link: Link) -> shapes.AgentChat:
    """One chat, as this user left it: the caller has checked that the user may see it."""
    found = _agent_chats(tx, tenant_id, user_id, [chat_id], link)
    if not found:
        raise NotFound("Chat is not found.")
    return found[0]


def _agent_chats(
    tx: Tx, tenant_id: int, user_id: int, chat_ids: Sequence[int], link: Link
) -> list[shapes.AgentChat]:
    found = chats(tx, tenant_id, chat_ids, link)
    left = reading.of_chats(tx, tenant_id, user_id, chat_ids) if found else {}
    last = store_messages.last_of_chats(tx, tenant_id, chat_ids) if found else {}
    return [
        shapes.AgentChat(
            **vars(chat),
            waiting_since=_since(chat.status, chat.queued_at, left[chat.id]),
            unread=left[chat.id].unread,
            read_seq=left[chat.id].read_seq,
            last_message=message(last[chat.id], user_id) if chat.id in last else None,
        )
        for chat in found
    ]


def _since(status: ChatStatus, queued_at: datetime | None, left: Reading) -> datetime | None:
    return waiting_since(
        status, queued_at=queued_at, answered_at=left.answered_at, asked_at=left.asked_at
    )


def chat_with_thread(
    tx: Tx, tenant_id: int, user_id: int, chat_id: int, link: Link
) -> shapes.ChatWithThread:
    """One chat with its messages, if this user may see it."""
    check_may_see(tx, tenant_id, user_id, chat_id)
    shown = chat(tx, tenant_id, user_id, chat_id, link)
    texts = [message(text, user_id) for text in store_messages.of_chat(tx, tenant_id, chat_id)]
    return shapes.ChatWithThread(**vars(shown), messages=texts, contact_candidates=[])


def messages(
    tx: Tx,
    tenant_id: int,
    user_id: int,
    chat_id: int,
    after: int,
    before: int | None = None,
    last: int | None = None,
) -> list[shapes.Message]:
    """The thread between two message numbers, if this user may see it."""
    check_may_see(tx, tenant_id, user_id, chat_id)
    texts = store_messages.of_chat(tx, tenant_id, chat_id, after, before, last)
    return [message(text, user_id) for text in texts]


def check_may_see(tx: Tx, tenant_id: int, user_id: int, chat_id: int) -> None:
    """Agents see what is, was or may become theirs, and what led to it; managers everything."""
    if rows.is_open_to(tx, tenant_id, chat_id, user_id):
        return
    user = users.get(tx, tenant_id, user_id)
    manages = user is not None and user.role is not Role.AGENT
    if not (manages and rows.exists(tx, tenant_id, chat_id)):
        raise NotFound("Chat is not found.")


def message(text: store_messages.Message, user_id: int) -> shapes.Message:
    """A message as the APIs show it to this user."""
    media = [
        shapes.Media(number, item["url"], item["content_type"], item.get("size"))
        for number, item in enumerate(text.media, start=1)
        if "url" in item
    ]
    return shapes.Message(
        id=text.id,
        seq=text.seq,
        chat_id=text.chat_id,
        direction=text.direction,
        author=shapes.Author(text.author_type, text.author_id),
        author_name=text.author_name,
        text=text.text,
        media=media,
        not_stored=[item["content_type"] for item in text.media if "url" not in item],
        asks=text.asks,
        status=text.status,
        segments=text.segments,
        encoding=text.encoding,
        error=text.error,
        reason=explain(text.status, text.error, text.carrier_says),
        client_id=client_id_of(text, user_id),
        created_at=text.created_at,
        sent_at=text.sent_at,
        delivered_at=text.delivered_at,
    )


def offers(tx: Tx, tenant_id: int, agent_id: int) -> list[agent_shapes.Offer]:
    """What the agent is asked to take."""
    found = agent_offers.offered_to(tx, tenant_id, agent_id)
    left = reading.of_chats(tx, tenant_id, agent_id, [offer.chat_id for offer in found])
    return [
        agent_shapes.Offer(
            chat_id=offer.chat_id,
            kind="new",
            queue=offer.queue,
            queue_id=offer.queue_id,
            lang=offer.lang,
            waiting_since=_since(ChatStatus.QUEUED, offer.queued_at, left[offer.chat_id])
            or offer.offered_at,
            offered_at=offer.offered_at,
            expires_at=None,
        )
        for offer in found
    ]


def offer(tx: Tx, tenant_id: int, agent_id: int, chat_id: int) -> agent_shapes.OfferOutcome:
    """What became of the last offer of a chat to the agent: who took it, when it is gone."""
    found = agent_offers.last_offer(tx, tenant_id, agent_id, chat_id)
    if found is None:
        raise NotFound("Offer is not found.")
    return agent_shapes.OfferOutcome(
        chat_id=found.chat_id,
        state=found.state,
        closed_at=found.closed_at,
        chat_status=found.chat_status,
        taken_by=shapes.Named(*found.taken_by) if found.taken_by else None,
    )


def queues(tx: Tx, tenant_id: int, agent_id: int) -> list[agent_shapes.AgentQueue]:
    """The queues that the agent sits on."""
    tree = tenants.tree(tx, tenant_id)
    mine = rows.queues_of(tx, tenant_id, agent_id)
    numbers = rows.numbers_of(tx, tenant_id, mine)
    return [
        agent_shapes.AgentQueue(
            id=queue_id,
            name=tree[queue_id].name,
            menu_path=menu_path(tree, queue_id),
            lang=tree.lang(queue_id),
            outbound_numbers=numbers.get(queue_id, []),
        )
        for queue_id in mine
    ]
