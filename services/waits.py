"""How long chats will probably wait (product D "Estimated wait")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from domain.wait import LATELY, RECENT, estimated_wait
from store import tenants, waits
from store.database import Tx

# How long chats take changes slowly: a process asks the store again after so long.
KEPT = timedelta(minutes=1)


def estimates(tx: Tx, tenant_id: int, waiting: Mapping[int, int]) -> dict[int, timedelta | None]:
    """The estimated wait of each waiting chat, given as chat and queue; None: unknown, as it is
    while the queue is closed. Four queries for any number of chats, none for none."""
    if not waiting:
        return {}
    tree = tenants.tree(tx, tenant_id)
    average = _average(tx, tenant_id)
    agents = waits.active_agents(tx, tenant_id, tenants.get(tx, tenant_id).concurrency_limit)
    places = waits.places(tx, tenant_id, list(waiting))
    return {
        chat_id: estimated_wait(queue_id, places[chat_id], average, agents)
        if chat_id in places and tree.is_open(queue_id, tx.now)
        else None
        for chat_id, queue_id in waiting.items()
    }


def _average(tx: Tx, tenant_id: int) -> timedelta | None:
    key = ("average chat", tenant_id)
    kept = tx.shared.get(key)
    if kept is not None and kept[0] <= tx.now < kept[0] + KEPT:
        known: timedelta | None = kept[1]
        return known
    average = waits.average_chat(tx, tenant_id, tx.now - RECENT)
    if average is None:
        average = waits.average_chat(tx, tenant_id, tx.now - LATELY)
    tx.shared[key] = tx.now, average
    return average
