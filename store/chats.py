"""Chats: read, locked for a decision, and written back once when the transaction completes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from domain.decisions import ChatState
from domain.process import ChatRef, ChatView
from domain.routing import WaitingBecause
from domain.timers import ends_at
from store import chat_states
from store import tables as t
from store.database import AnyRow, Tx

c = t.chats.c


@dataclass
class OpenChat:
    """A chat under its row lock. `changed` chats get one pointer when the transaction ends."""

    id: int
    tenant_id: int
    number_id: int
    consumer_id: int
    state: ChatState
    deadline_at: datetime | None
    ptr: int
    seq: int
    incarnation: int
    created_at: datetime
    settled_at: datetime | None = None
    waiting_because: str | None = None
    # Every timer that runs, as last reckoned; `deadline_at` is the earliest of them.
    deadlines: dict[str, datetime] = field(default_factory=dict)
    # Offered to the preferred agent alone until then.
    held_until: datetime | None = None
    # The preferred agent before this transaction: another one may take the chat in it.
    had_by: int | None = None
    changed: bool = False
    sends: list[int] = field(default_factory=list)

    def next_seq(self) -> int:
        """The next message number of this chat; only valid under its lock."""
        self.seq += 1
        self.changed = True
        return self.seq

    @property
    def ends_at(self) -> datetime | None:
        """When it ends by itself."""
        return ends_at(self.deadlines)

    @property
    def ref(self) -> ChatRef:
        """Names the chat's process."""
        return ChatRef(self.tenant_id, self.id, self.incarnation)

    def view(self) -> ChatView:
        """What the chat's process is told."""
        return ChatView(
            ptr=self.ptr,
            status=self.state.status,
            queue_id=self.state.queue_id,
            agent_id=self.state.agent_id,
            deadline_at=self.deadline_at,
            waiting_because=self.waiting_because,
        )


_COLUMNS = (
    c.id,
    c.tenant_id,
    c.number_id,
    c.consumer_id,
    c.deadline_at,
    c.created_at,
    c.settled_at,
    c.waiting_because,
    c.deadlines,
    c.held_until,
    c.ptr,
    c.seq,
    c.incarnation,
    *chat_states.COLUMNS,
)

_READ = sa.select(*_COLUMNS).where(
    c.id == bindparam("chat_id"), c.tenant_id == bindparam("tenant_id")
)
_LOCK = _READ.with_for_update(key_share=True)
_OF_CONSUMER = (
    sa.select(c.id)
    .where(
        c.tenant_id == bindparam("tenant_id"),
        # By pairs: their index has the number first.
        c.number_id.in_(sa.select(t.numbers.c.id).where(t.numbers.c.tenant_id == c.tenant_id)),
        c.consumer_id == bindparam("consumer_id"),
        sa.text(f"chats.{t.ACTIVE_CHAT}"),
    )
    .order_by(c.id)
)
_OF_AGENT = (
    sa.select(c.id)
    .where(
        c.tenant_id == bindparam("tenant_id"),
        c.agent_id == bindparam("agent_id"),
        sa.text(t.ASSIGNED_CHAT),
    )
    .order_by(c.id)
)
_INSERT = sa.insert(t.chats).returning(c.id)
_WRITE = sa.update(t.chats).where(
    c.tenant_id == bindparam("of_tenant"), c.id == bindparam("chat_id")
)


def lock(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat | None:
    """The chat under its row lock, the same object for the whole transaction."""
    if chat_id in tx.open_chats:
        opened: OpenChat = tx.open_chats[chat_id]
        return opened if opened.tenant_id == tenant_id else None
    row = tx.conn.execute(_LOCK, {"chat_id": chat_id, "tenant_id": tenant_id}).one_or_none()
    if row is None:
        return None
    tx.open_chats[chat_id] = opened = _open(row)
    return opened


def read(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat | None:
    """The chat as it stands, without a lock; nothing may be decided from it alone."""
    row = tx.conn.execute(_READ, {"chat_id": chat_id, "tenant_id": tenant_id}).one_or_none()
    return None if row is None else _open(row)


def seen(tx: Tx, tenant_id: int, chat_id: int) -> OpenChat:
    """The chat, which must exist, as this transaction knows it: locked, or else read once."""
    opened: OpenChat | None = tx.open_chats.get(chat_id) or tx.memo.get(("chat", chat_id))
    if opened is None:
        tx.memo["chat", chat_id] = opened = read(tx, tenant_id, chat_id)
    assert opened is not None
    return opened


def active_of_consumer(tx: Tx, tenant_id: int, consumer_id: int) -> list[int]:
    """Every active chat of a consumer with the tenant, by id: the order in which they lock."""
    consumer = {"tenant_id": tenant_id, "consumer_id": consumer_id}
    return list(tx.conn.execute(_OF_CONSUMER, consumer).scalars())


def of_agent(tx: Tx, tenant_id: int, agent_id: int) -> list[int]:
    """The chats that an agent is connected to, by id."""
    agent = {"tenant_id": tenant_id, "agent_id": agent_id}
    return list(tx.conn.execute(_OF_AGENT, agent).scalars())


def dismissed_of_agent(tx: Tx, tenant_id: int, agent_id: int) -> list[int]:
    """The dismissed chats that an agent had last, by id."""
    query = sa.select(c.id).where(
        c.tenant_id == tenant_id, c.preferred_agent_id == agent_id, sa.text(t.DISMISSED_CHAT)
    )
    return list(tx.conn.execute(query.order_by(c.id)).scalars())


def waiting_on(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> list[int]:
    """The chats that wait on these queues, by id."""
    query = sa.select(c.id).where(
        c.tenant_id == tenant_id, c.queue_id.in_(queue_ids), sa.text(t.WAITING_CHAT)
    )
    return list(tx.conn.execute(query.order_by(c.id)).scalars())


def waiting_closed(tx: Tx, tenant_id: int, queue_ids: Sequence[int]) -> list[int]:
    """Of the chats that wait on these queues those that were said to wait for an opening."""
    query = sa.select(c.id).where(
        c.tenant_id == tenant_id,
        c.queue_id.in_(queue_ids),
        c.waiting_because.startswith(WaitingBecause.CLOSED),
        sa.text(t.WAITING_CHAT),
    )
    return list(tx.conn.execute(query.order_by(c.id)).scalars()) if queue_ids else []


def insert(tx: Tx, tenant_id: int, number_id: int, consumer_id: int, state: ChatState) -> OpenChat:
    """A new chat of the pair, locked by this transaction."""
    values = chat_states.values(state) | {
        "tenant_id": tenant_id,
        "number_id": number_id,
        "consumer_id": consumer_id,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    chat_id = tx.conn.execute(_INSERT, values).scalar_one()
    tx.open_chats[chat_id] = opened = OpenChat(
        id=chat_id,
        tenant_id=tenant_id,
        number_id=number_id,
        consumer_id=consumer_id,
        state=state,
        deadline_at=None,
        ptr=0,
        seq=0,
        incarnation=1,
        created_at=tx.now,
        changed=True,
    )
    return opened


def write(tx: Tx, chat: OpenChat) -> None:
    """Write a locked chat back; called once per changed chat, when the transaction completes."""
    values = chat_states.values(chat.state) | {
        "deadline_at": chat.deadline_at,
        "deadlines": chat.deadlines,
        "held_until": chat.held_until,
        "updated_at": tx.now,
        "settled_at": chat.settled_at,
        "waiting_because": chat.waiting_because,
        "ptr": chat.ptr,
        "seq": chat.seq,
    }
    tx.conn.execute(_WRITE, values | {"of_tenant": chat.tenant_id, "chat_id": chat.id})


def _open(row: AnyRow) -> OpenChat:
    return OpenChat(
        id=row.id,
        tenant_id=row.tenant_id,
        number_id=row.number_id,
        consumer_id=row.consumer_id,
        state=chat_states.of_row(row),
        deadline_at=row.deadline_at,
        ptr=row.ptr,
        seq=row.seq,
        incarnation=row.incarnation,
        created_at=row.created_at,
        settled_at=row.settled_at,
        waiting_because=row.waiting_because,
        deadlines=row.deadlines,
        held_until=row.held_until,
        had_by=row.preferred_agent_id,
    )
