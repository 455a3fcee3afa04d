"""How many chats an agent has and may have, and what that says of the agent's status."""

from __future__ import annotations

from dataclasses import dataclass

from domain.statuses import TAKING_CHATS, AgentStatus
from services import events
from services.errors import NotFound
from store import tenants, users
from store.database import Tx
from store.users import User


@dataclass(frozen=True)
class Concurrency:
    """How many chats an agent has and may have."""

    current: int
    limit: int


def load_changed(tx: Tx, tenant_id: int, agent_id: int) -> None:
    """An agent joined or left a chat: of those who take chats In-chat while there are any, and
    Available after the last. The others stay what they are; their load has changed as well."""
    user = lock(tx, tenant_id, agent_id)
    status = taking_status(tx, user) if user.status in TAKING_CHATS else user.status
    if status is not user.status:
        users.set_status(tx, user, status)
    events.agent_changed(tx, tenant_id, agent_id, status)


def taking_status(tx: Tx, user: User) -> AgentStatus:
    """What an agent who takes chats is: In-chat while there are any."""
    busy = users.load(tx, user.tenant_id, user.id) > 0
    return AgentStatus.IN_CHAT if busy else AgentStatus.AVAILABLE


def limit(tx: Tx, user: User) -> int:
    """How many chats the agent may have: an own number, else the tenant's."""
    own = user.concurrency_limit
    return tenants.get(tx, user.tenant_id).concurrency_limit if own is None else own


def lock(tx: Tx, tenant_id: int, agent_id: int) -> User:
    """The agent under the row lock. Raises `NotFound`."""
    user = users.lock(tx, tenant_id, agent_id)
    if user is None:
        raise NotFound("Agent is not found.")
    return user
