"""An agent writes: the text is queued in the transaction that the agent's click waits for."""

from __future__ import annotations

from domain.asks import Asks, is_opt_in_request
from domain.chat import decide
from domain.facts import AgentWrote
from domain.plaintext import clean_text
from domain.segments import AGENT_MAX
from domain.statuses import ENDED, Author, Priority
from services import chats as chat_service
from services.errors import ChatEnded, ConsumerOptedOut, InvalidField, NotFound, NotYourChat
from services.switches import check_sms
from store import chats, messages, recipients
from store.asks import opt_in_wordings
from store.database import Tx
from store.messages import Draft, Message

CLIENT_ID_MAX = 100


def reply(
    tx: Tx, tenant_id: int, agent_id: int, chat_id: int, text: str, client_id: str
) -> tuple[Message, bool]:
    """Queue the agent's text. The same `client_id` again gives the first message, and False."""
    body = _checked(clean_text(text))
    if not 1 <= len(client_id) <= CLIENT_ID_MAX:
        raise InvalidField("client_id", f"must have 1 to {CLIENT_ID_MAX} characters")
    chat = chats.lock(tx, tenant_id, chat_id)
    if chat is None:
        raise NotFound("Chat is not found.")
    key = _key(chat_id, agent_id, clean_text(client_id))
    first = messages.by_key(tx, tenant_id, key)
    if first is not None:
        return first, False
    if chat.state.status in ENDED:
        raise ChatEnded
    if chat.state.agent_id != agent_id:
        raise NotYourChat
    check_sms(tx, tenant_id)
    if recipients.get(tx, tenant_id, chat.consumer_id, chat.number_id).opted_out:
        raise ConsumerOptedOut
    wordings = opt_in_wordings(tx, tenant_id)
    draft = Draft(
        tenant_id=tenant_id,
        number_id=chat.number_id,
        consumer_id=chat.consumer_id,
        text=body,
        key=key,
        kind="reply",
        author=Author.AGENT,
        author_id=agent_id,
        chat_id=chat.id,
        seq=chat.next_seq(),
        priority=Priority.REPLY,
        asks=Asks.OPT_IN if is_opt_in_request(body, wordings) else None,
    )
    message_id = messages.write_outbound(tx, draft)
    chat.sends.append(message_id)
    known = chat_service.world(tx, tenant_id, with_tree=False)
    chat.state = decide(chat.state, AgentWrote(tx.now), known).state
    return messages.get(tx, tenant_id, message_id), True


def _key(chat_id: int, agent_id: int, client_id: str) -> str:
    return f"reply:{chat_id}:{agent_id}:{client_id}"


def client_id_of(message: Message, agent_id: int) -> str | None:
    """The name that this agent's program gave to its own text; None for all other messages."""
    if message.chat_id is None or message.author_id != agent_id:
        return None
    own = _key(message.chat_id, agent_id, "")
    return message.key.removeprefix(own) if message.key.startswith(own) else None


def _checked(text: str) -> str:
    if not text.strip():
        raise InvalidField("text", "is required")
    if len(text) > AGENT_MAX:
        raise InvalidField("text", f"exceeds {AGENT_MAX} characters (by {len(text) - AGENT_MAX})")
    return text
