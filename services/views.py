"""The read side: what an agent sees of chats, threads, offers and queues."""

from __future__ import annotations

from domain.reasons import explain
from domain.statuses import Role
from services import shapes
from services.agents import show
from services.chat_views import Link, chats, menu_path
from services.errors import NotFound
from services.replies import client_id_of
from store import chats as store_chats
from store import messages as store_messages
from store import tenants, users
from store import views as rows
from store.database import Tx


def agent(tx: Tx, tenant_id: int, agent_id: int) -> shapes.Agent:
    """The agent's own view."""
    user = users.get(tx, tenant_id, agent_id)
    if user is None:
        raise NotFound("Agent is not found.")
    shown = show(tx, tenant_id, agent_id)
    return shapes.Agent(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        status=shown.status,
        status_since=shown.status_since,
        concurrency=shown.concurrency,
    )


def open_chats(tx: Tx, tenant_id: int, agent_id: int, link: Link) -> list[shapes.Chat]:
    """The chats that the agent is connected to."""
    return chats(tx, tenant_id, store_chats.of_agent(tx, tenant_id, agent_id), link)


def chat(tx: Tx, tenant_id: int, chat_id: int, link: Link) -> shapes.Chat:
    """One chat, whoever asks: the caller has checked."""
    found = chats(tx, tenant_id, [chat_id], link)
    if not found:
        raise NotFound("Chat is not found.")
    return found[0]


def chat_with_thread(
    tx: Tx, tenant_id: int, user_id: int, chat_id: int, link: Link
) -> shapes.ChatWithThread:
    """One chat with its messages, if this user may see it."""
    check_may_see(tx, tenant_id, user_id, chat_id)
    shown = chat(tx, tenant_id, chat_id, link)
    fields = {name: getattr(shown, name) for name in shapes.Chat.__dataclass_fields__}
    texts = [message(text, user_id) for text in store_messages.of_chat(tx, tenant_id, chat_id)]
    return shapes.ChatWithThread(**fields, messages=texts, contact_candidates=[])


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


def offers(tx: Tx, tenant_id: int, agent_id: int) -> list[shapes.Offer]:
    """What the agent is asked to take."""
    return [
        shapes.Offer(
            chat_id=offer.chat_id,
            kind="new",
            queue=offer.queue,
            queue_id=offer.queue_id,
            lang=offer.lang,
            offered_at=offer.offered_at,
            expires_at=None,
        )
        for offer in rows.offered_to(tx, tenant_id, agent_id)
    ]


def queues(tx: Tx, tenant_id: int, agent_id: int) -> list[shapes.AgentQueue]:
    """The queues that the agent sits on."""
    tree = tenants.tree(tx, tenant_id)
    mine = rows.queues_of(tx, tenant_id, agent_id)
    numbers = rows.numbers_of(tx, tenant_id, mine)
    return [
        shapes.AgentQueue(
            id=queue_id,
            name=tree[queue_id].name,
            menu_path=menu_path(tree, queue_id),
            lang=tree.lang(queue_id),
            outbound_numbers=numbers.get(queue_id, []),
        )
        for queue_id in mine
    ]
