"""Consumers who ask in free words to stop (product B): what managers see and decide.

An agent decides in the chat; texts that no agent ever gets wait for a manager. Who dismisses a
request stands in the audit log, who obeys it in the ledger.
"""

from __future__ import annotations

import sqlalchemy as sa

from domain.asks import Asks
from domain.config.plan import Verb
from domain.consent import Consent
from domain.texts import TextKey
from services import audit, consent, events
from services.audit import Call
from services.errors import NotFound
from store import asks, locks, users
from store import chats as store_chats
from store import tables as t
from store.asks import Request
from store.configurations import Noted
from store.consent import Entry
from store.database import Tx
from store.users import User


def waiting(tx: Tx, user: User, page: int, per: int) -> tuple[list[Request], int]:
    """A page of who asks to stop and has had no decision yet, the longest wait first, and how many
    there are."""
    return asks.open_requests(tx, user.tenant_id, page, per)


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


def dismiss(tx: Tx, user: User, message_id: int, call: Call) -> None:
    """A manager found that the consumer asked nothing of the kind."""
    request = _open(tx, user, message_id)
    agent_id = None
    if request.chat_id is not None:
        chat = store_chats.lock(tx, user.tenant_id, request.chat_id)
        agent_id = None if chat is None else chat.state.agent_id
    here = t.messages.c.id == message_id
    if _dismiss(tx, user, call, request.consumer_id, here):
        told = [] if agent_id is None else [agent_id]
        events.stop_dismissed(tx, user.tenant_id, request.chat_id, told)


def dismiss_in_chat(tx: Tx, tenant_id: int, agent_id: int, chat_id: int, call: Call) -> None:
    """The agent has read the texts of the chat: the consumer did not ask to stop. Nothing to
    decide: as well. Raises `NotFound`, `NotYourChat`."""
    chat = consent.chat_of_agent(tx, tenant_id, agent_id, chat_id)
    agent = users.get(tx, tenant_id, agent_id)
    assert agent is not None
    if _dismiss(tx, agent, call, chat.consumer_id, t.messages.c.chat_id == chat_id):
        events.stop_dismissed(tx, tenant_id, chat_id, [agent_id])


def _dismiss(
    tx: Tx, by: User, call: Call, consumer_id: int, where: sa.ColumnElement[bool]
) -> list[int]:
    """Decide, and note who did: it is no entry of the ledger, and must be answered for as one."""
    decided = asks.decide(tx, by.tenant_id, consumer_id, Asks.STOP_DISMISSED, where)
    changed = [("decision", "none yet", "not a request")]
    for message_id in decided:
        kind, key = Noted.STOP_REQUEST, str(message_id)
        audit.note(tx, by.tenant_id, call.by(by), Verb.CHANGE, kind, key, changed)
    return decided


def _open(tx: Tx, user: User, message_id: int) -> Request:
    request = asks.open_request(tx, user.tenant_id, message_id)
    if request is None:
        raise NotFound("There is no such request, or it was decided on already.")
    return request
