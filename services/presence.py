"""Agents who are gone: out of touch for some minutes, they go Offline (product D).

Their chats go back to their queues, as when they choose Offline themselves.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from domain.config.settings import DEFAULTS
from domain.statuses import AgentStatus
from services import agents
from store import locks, sessions, tenants, users
from store.database import Tx


def heard_of(tx: Tx, token_hashes: Set[str]) -> None:
    """The sessions with these tokens called, or have a stream open."""
    if token_hashes:
        sessions.seen(tx, token_hashes)


def give_up_absent(tx: Tx, tenant_id: int, listening_since: datetime) -> list[int]:
    """Who was not heard of for the tenant's `disconnect_timeout` is Offline from now on.

    `listening_since`: from when on we could have heard of everybody. An outage of ours is not
    taken for everybody's absence: the time counts from its end.
    """
    if not _absent(tx, tenant_id, listening_since):
        return []
    locks.routing(tx, tenant_id)
    # Another time-out may have been applied meanwhile.
    absent = _absent(tx, tenant_id, listening_since)
    for agent_id in absent:
        agents.set_status(tx, tenant_id, agent_id, AgentStatus.OFFLINE)
    return absent


def _absent(tx: Tx, tenant_id: int, listening_since: datetime) -> list[int]:
    minutes = tenants.get(tx, tenant_id).settings.get("disconnect_timeout")
    before = tx.now - timedelta(minutes=minutes or DEFAULTS.disconnect_timeout)
    return [] if listening_since > before else users.unheard_of(tx, tenant_id, before)
