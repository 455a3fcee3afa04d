"""What an agent sees of the consumer behind a chat: earlier chats, and consent."""

from __future__ import annotations

from services import agent_shapes, shapes
from services.chat_views import Link, chats
from services.views import check_may_see
from store import consent, consumers, lines
from store.database import Tx

# So much of a consumer's consent is shown; what is older is in the export.
HISTORY_SHOWN = 50


def earlier_chats(
    tx: Tx, tenant_id: int, user_id: int, chat_id: int, before: int | None, most: int, link: Link
) -> tuple[list[shapes.Chat], int]:
    """A page of the consumer's chats before this one, the newest first, whoever had them; and
    how many there are in all. Who may see a chat may see these."""
    check_may_see(tx, tenant_id, user_id, chat_id)
    ids, total = consumers.earlier_chats(tx, tenant_id, chat_id, before, most)
    return chats(tx, tenant_id, ids, link)[::-1], total


def consent_of(tx: Tx, tenant_id: int, user_id: int, chat_id: int) -> agent_shapes.Consent:
    """What the ledger says of the chat's consumer."""
    check_may_see(tx, tenant_id, user_id, chat_id)
    number, number_id = consumers.numbers_of_chat(tx, tenant_id, chat_id)
    said = consent.stands(tx, tenant_id, number, lines.of_number(tx, tenant_id, number_id))
    state = None if said is None else said.status
    entries = consent.history(tx, tenant_id, number, HISTORY_SHOWN)
    history = [agent_shapes.ConsentEntry(**vars(entry)) for entry in entries]
    return agent_shapes.Consent(number, state, history)
