"""Consumers who ask in free words to stop (product B): what managers see and decide.

An agent decides in the chat (`services.consent`); texts that no agent ever gets wait here.
"""

from __future__ import annotations

from domain.asks import Asks
from domain.consent import Consent
from domain.texts import TextKey
from services import consent, events
from services.errors import NotFound
from store import asks, locks
from store import chats as store_chats
from store import tables as t
from store.asks import Request
from store.consent import Entry
from store.database import Tx
from store.users import User

SHOWN = 200


def waiting(tx: Tx, user: User) -> list[Request]:
    """Who asks to stop and has had no decision yet, the longest wait first."""
    return list(asks.open_requests(tx, user.tenant_id, SHOWN))


def opt_out(tx: Tx, user: User, message_id: int) -> None:
    """The consumer did ask: opt out, with the text as evidence, and confirm it once."""
    locks.routing(tx, user.tenant_id)
    request = _open(tx, user, message_id)
    entry = Entry(
        tenant_id=user.tenant_id,
        number=request.number,
        number_id=request.number_id,
        status=Consent.OPTED_OUT,
        source="manager",
        evidence=request.text,
        actor_type=user.role,
        actor_id=user.id,
        message_id=request.message_id,
    )
    if consent.opt_out(tx, entry, request.consumer_id):
        key, unique = TextKey.OPT_OUT, f"{TextKey.OPT_OUT}:request:{message_id}"
        consent.answer(
            tx, user.tenant_id, request.number_id, request.consumer_id, key, unique, request.lang
        )
    # An opt-out that was entered meanwhile leaves nothing to decide either.
    asks.decide(
        tx, user.tenant_id, request.consumer_id, Asks.STOP_OBEYED, t.messages.c.id == message_id
    )


def dismiss(tx: Tx, user: User, message_id: int) -> None:
    """The consumer asked nothing of the kind."""
    request = _open(tx, user, message_id)
    chat = None
    if request.chat_id is not None:
        chat = store_chats.lock(tx, user.tenant_id, request.chat_id)
    here = t.messages.c.id == message_id
    if asks.decide(tx, user.tenant_id, request.consumer_id, Asks.STOP_DISMISSED, here):
        concerned = [] if chat is None or chat.state.agent_id is None else [chat.state.agent_id]
        events.stop_dismissed(tx, user.tenant_id, request.chat_id, concerned)


def _open(tx: Tx, user: User, message_id: int) -> Request:
    request = asks.open_request(tx, user.tenant_id, message_id)
    if request is None:
        raise NotFound("There is no such request, or it was decided on already.")
    return request
