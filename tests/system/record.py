"""What the store says, read from outside while the product runs, and what must hold in it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.process import ChatRef
from services import routing
from services.commit import flush
from store import tenants
from store.database import Database, Tx, WallClock
from temporal import ids


@dataclass(frozen=True)
class Chat:
    """A chat as it stands."""

    id: int
    phone: str
    status: str
    settled: bool
    incarnation: int
    fail_reason: str | None
    disconnected_by: str

    def workflow(self, incarnation: int | None = None) -> str:
        return ids.chat_workflow(ChatRef(0, self.id, incarnation or self.incarnation))


@dataclass(frozen=True)
class Text:
    """A text; `phone` is the consumer's. Their order is that in which they were written.

    `media`: how many pictures. Times are as the database gives them, good for comparing.
    """

    id: int
    phone: str
    chat_id: int | None
    direction: str
    kind: str
    text: str
    status: str
    error: str | None
    media: int
    created_at: Any
    claimed_at: Any


_CHATS = """SELECT c.id, u.number AS phone, c.status, c.settled_at IS NOT NULL AS settled,
 c.incarnation, c.fail_reason, c.disconnected_by
 FROM chats c JOIN consumers u ON u.id = c.consumer_id ORDER BY c.id"""
_TEXTS = """SELECT m.id, u.number AS phone, m.chat_id, m.direction, m.kind, m.text, m.status,
 m.error, m.media, m.created_at, m.claimed_at
 FROM messages m JOIN consumers u ON u.id = m.consumer_id ORDER BY m.id"""
_EVENTS = "SELECT position, type, chat_id, data FROM events ORDER BY position"


class _InVain(Exception):
    """Undoes the transaction that raises it."""

    def __init__(self, offers: int) -> None:
        super().__init__(offers)
        self.offers = offers


def _sweep_in_vain(tx: Tx) -> None:
    raise _InVain(sum(routing.sweep(tx, tenant_id) for tenant_id in tenants.ids(tx)))


class Record:
    """The store of a running product. It is only read."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        url = sa.make_url(database_url)
        if url.get_backend_name() == "sqlite":
            url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
        else:
            url = url.set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(url, poolclass=sa.pool.NullPool)

    def _rows(self, query: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(query)).all())

    def chats(self) -> list[Chat]:
        return [
            Chat(**(row._asdict() | {"settled": bool(row.settled)})) for row in self._rows(_CHATS)
        ]

    def texts(self, direction: str) -> list[Text]:
        rows = [row for row in self._rows(_TEXTS) if row.direction == direction]
        return [Text(**(row._asdict() | {"media": len(_json(row.media))})) for row in rows]

    def owed(self) -> int:
        """Signals that are still to be delivered."""
        return int(self._rows("SELECT count(*) FROM outbox")[0][0])

    def events(self) -> Counter[str]:
        """How many events of each type."""
        return Counter(row.type for row in self._rows(_EVENTS))

    def inbox(self) -> list[str]:
        """What carriers have sent, by their ids."""
        return [row.provider_id for row in self._rows("SELECT provider_id FROM inbox")]

    async def missing_offers(self) -> int:
        """How many offers the routing sweep would have to add now; nothing is written."""
        db = Database(self._url, WallClock(), flush)
        try:
            await db.write(_sweep_in_vain)
        except _InVain as found:
            return found.offers
        finally:
            await db.close()
        raise AssertionError("the sweep was not undone")

    def positions(self) -> list[int]:
        """Where the events of the log stand in it."""
        return [row.position for row in self._rows(_EVENTS)]

    def assert_events_have_no_gap(self) -> None:
        last = self._rows("SELECT position FROM event_positions")[0].position

        assert self.positions() == list(range(1, last + 1))

    def most_chats_at_once(self) -> int:
        """The highest load of any agent at any position of the event log."""
        agent_of: dict[int, int | None] = {}
        most = 0
        for row in self._rows(_EVENTS):
            if row.type != "chat.changed":
                continue
            data = _json(row.data)
            connected = data["status"] == "assigned"
            agent_of[row.chat_id] = data["agent_ids"][0] if connected else None
            loads = Counter(agent for agent in agent_of.values() if agent is not None)
            most = max(most, *loads.values(), 0)
        return most


def _json(value: Any) -> Any:
    """PostgreSQL gives JSON as what it is, SQLite as text."""
    return json.loads(value) if isinstance(value, str) else value


async def is_running(temporal: Client, workflow: str) -> bool:
    try:
        told = await temporal.get_workflow_handle(workflow).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return told.status is WorkflowExecutionStatus.RUNNING


async def running_of(temporal: Client, chat: Chat) -> list[str]:
    """The chat's workflows that run, whatever their incarnation."""
    names = [chat.workflow(number) for number in range(1, chat.incarnation + 2)]
    return [name for name in names if await is_running(temporal, name)]
