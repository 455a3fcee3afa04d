"""A number that is given up: its chats end, and nothing leaves from it any more.

Nobody can opt out on a number whose texts do not reach us (product B), and it may be another
tenant's soon. One that comes back begins anew: nothing is left of what ran on it.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.facts import NumberGone
from domain.reasons import NUMBER_GONE
from domain.statuses import MessageStatus
from services import chats, events
from store import chats as store_chats
from store import objects, unsent
from store import tables as t
from store.database import Tx


def give_up(tx: Tx, tenant_id: int, given_up: Sequence[str]) -> None:
    """End what runs on these numbers, and let them go. Needs the routing lock.

    Chats, then texts, then the numbers: a claim has locked its text when it locks the number.
    """
    if not given_up:
        return
    n, c = t.numbers.c, t.chats.c
    mine = sa.select(n.id).where(n.tenant_id == tenant_id, n.number.in_(given_up))
    ids = list(tx.conn.execute(mine.order_by(n.id)).scalars())
    running = sa.select(c.id).where(
        c.tenant_id == tenant_id, c.number_id.in_(ids), sa.text(t.ACTIVE_CHAT)
    )
    for chat_id in tx.conn.execute(running.order_by(c.id)).scalars().all():
        chat = store_chats.lock(tx, tenant_id, chat_id)
        assert chat is not None
        chats.record(tx, chat, NumberGone(tx.now))
    _fail_queued(tx, tenant_id, ids)
    gone = {"queue_id": None, "removed_at": tx.now}
    objects.change(tx, t.numbers, tenant_id, [gone | {"of_id": one} for one in ids])


def _fail_queued(tx: Tx, tenant_id: int, number_ids: list[int]) -> None:
    """Texts of ended chats, and those without a chat, are not sent any more either."""
    theirs = t.messages.c.number_id.in_(number_ids)
    status = MessageStatus.FAILED
    for text in unsent.give_up(tx, tenant_id, status, NUMBER_GONE, theirs):
        events.given_up(tx, tenant_id, text, status)
