"""The shortcuts that an agent may put into a text (product C1)."""

from __future__ import annotations

from domain.shortcuts import VARIABLES, filled, in_order, wording_of
from domain.statuses import Direction
from domain.variables import Values, Variable
from services import agent_shapes
from services.views import check_may_see
from store import chats, tenants, users
from store.chats import OpenChat
from store.database import Tx
from store.shortcuts import shortcuts as known


def shortcuts(
    tx: Tx, tenant_id: int, agent_id: int, chat_id: int | None
) -> list[agent_shapes.Shortcut]:
    """For a chat: in its language, filled in, and what asks for consent first where we began it.
    Without one: in the company's language, with the variables as they stand."""
    chat = None
    if chat_id is not None:
        check_may_see(tx, tenant_id, agent_id, chat_id)
        chat = chats.seen(tx, tenant_id, chat_id)
    default = tenants.get(tx, tenant_id).default_lang
    lang = default if chat is None else chat.state.lang
    outbound = chat is not None and chat.state.direction is Direction.OUTBOUND
    values = None if chat is None else _values(tx, chat, agent_id)
    found = []
    for one in in_order(known(tx, tenant_id), outbound=outbound):
        spoken, wording = wording_of(one, lang, default)
        text = wording if values is None else filled(wording, values)
        found.append(
            agent_shapes.Shortcut(one.key, one.category, one.keyword, spoken, text, one.opt_in)
        )
    return found


def _values(tx: Tx, chat: OpenChat, agent_id: int) -> Values:
    """What the variables stand for; nobody knows a consumer's name yet (A2)."""
    company = tenants.get(tx, chat.tenant_id).name
    queue = tenants.tree(tx, chat.tenant_id).get(chat.state.queue_id)
    agent = users.get(tx, chat.tenant_id, agent_id)
    told = {
        Variable.COMPANY_NAME: company,
        # A chat outlives its queue.
        Variable.QUEUE_NAME: company if queue is None else queue.name,
        Variable.AGENT_NAME: company if agent is None else agent.name,
        Variable.END_USER: None,
    }
    assert told.keys() == VARIABLES
    return told
