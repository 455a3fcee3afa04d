"""A consumer's text on its way in: what is known of it, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.protocol import InboundMedia
from domain import media
from domain.asks import Asks, asks_to_stop
from domain.commands import Command
from domain.statuses import Author, ChatStatus
from services import events
from store import messages
from store.chats import OpenChat
from store.database import Tx
from store.messages import Draft
from store.numbers import Number


@dataclass(frozen=True)
class Incoming:
    """A text that is ours to keep: who wrote to which number, and what it asks for."""

    number: Number
    consumer_id: int
    active: tuple[int, ChatStatus] | None
    sender: str
    text: str
    media: tuple[dict[str, object], ...]
    command: Command | None
    opted_out: bool
    answered: bool
    provider_key: str


def kept_media(item: InboundMedia) -> dict[str, object]:
    """What stays of a picture or video; of other items only their type, for the thread (A7)."""
    named: dict[str, object] = {"content_type": media.kind(item.content_type)}
    if not media.is_accepted(item.content_type):
        return named
    return named | {"url": item.url} | ({} if item.size is None else {"size": item.size})


def keep_apart(tx: Tx, incoming: Incoming, why: str) -> int:
    """Keep a text that belongs to no chat, for ops to see with the reason."""
    message_id = keep(tx, incoming, None, why)
    events.message_kept(tx, incoming.number.tenant_id, message_id, why)
    return message_id


def keep(tx: Tx, incoming: Incoming, chat: OpenChat | None, why: str | None = None) -> int:
    """Keep the text; who asks in it to stop is shown to a person, who decides (product B)."""
    stop = incoming.command is None and not incoming.opted_out and asks_to_stop(incoming.text)
    draft = Draft(
        tenant_id=incoming.number.tenant_id,
        number_id=incoming.number.id,
        consumer_id=incoming.consumer_id,
        text=incoming.text,
        key=incoming.provider_key,
        kind="text",
        author=Author.END_USER,
        author_id=incoming.consumer_id,
        chat_id=None if chat is None else chat.id,
        seq=None if chat is None else chat.next_seq(),
        media=incoming.media,
        asks=Asks.STOP if stop else None,
        kept_why=why,
    )
    message_id = messages.write_inbound(tx, draft)
    if stop:
        tenant_id = incoming.number.tenant_id
        events.stop_asked(tx, tenant_id, incoming.consumer_id, message_id, chat)
    return message_id
