"""Builders: a company, its queues, numbers and agents, and consumers who text it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from carriers.protocol import InboundText
from domain.hours import Schedule
from domain.statuses import AgentStatus, ChatStatus, NumberStatus, Role
from services import agents, dismissal, intake, replies
from services.intake import Received
from store import chats, messages, numbers
from store import tables as t
from store.chats import OpenChat
from store.database import Database, Tx
from store.messages import Message
from store.numbers import Account

MENU_NUMBER = "+14155550100"
VIP_NUMBER = "+14155550101"
PHONE = "+14155550111"


@dataclass
class World:
    """Ids by name, and the verbs that tests speak in."""

    db: Database
    tenant_id: int
    account: Account
    queues: dict[str, int]
    agents: dict[str, int]
    numbers: dict[str, int]
    # How far a STOP reaches, as tests have set it.
    scope: str = "tenant"
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    def seen_through(self, db: Database) -> World:
        """The same company, as another process works with it."""
        return replace(self, db=db)

    async def text(
        self, text: str, *, sender: str = PHONE, to: str = MENU_NUMBER, id: str | None = None
    ) -> Received:
        """A consumer's text arrives from the carrier."""
        provider_id = id or f"{self.tenant_id}-{next(self._ids)}"
        inbound = InboundText(provider_id, sender, to, text)
        return await self.db.write(intake.receive, self.account, inbound)

    async def status(self, agent: str, status: AgentStatus = AgentStatus.AVAILABLE) -> None:
        await self.db.write(agents.set_status, self.tenant_id, self.agents[agent], status)

    async def configure(self, **settings: Any) -> None:
        """Change the tenant's settings."""
        mine = t.tenants.c.id == self.tenant_id
        await self.db.write(
            lambda tx: tx.conn.execute(sa.update(t.tenants).where(mine).values(settings=settings))
        )

    async def accept(self, agent: str, chat_id: int) -> OpenChat:
        return await self.db.write(agents.accept_offer, self.tenant_id, self.agents[agent], chat_id)

    async def decline(self, agent: str, chat_id: int) -> OpenChat:
        return await self.db.write(
            agents.decline_offer, self.tenant_id, self.agents[agent], chat_id
        )

    async def end(self, agent: str, chat_id: int) -> OpenChat:
        return await self.db.write(agents.end_chat, self.tenant_id, self.agents[agent], chat_id)

    async def dismiss(self, agent: str, chat_id: int) -> OpenChat:
        return await self.db.write(dismissal.dismiss, self.tenant_id, self.agents[agent], chat_id)

    async def resume(self, chat_id: int, agent: str | None = None) -> OpenChat:
        """By this agent, or by an API client."""
        if agent is None:
            return await self.db.write(dismissal.resume, self.tenant_id, chat_id)
        return await self.db.write(
            dismissal.resume_by_agent, self.tenant_id, self.agents[agent], chat_id
        )

    async def hours(self, queue: str, expression: str, zone: str = "UTC") -> None:
        """Give a queue opening hours."""
        hours = Schedule(zone, expression).as_data()
        its = t.queues.c.id == self.queues[queue]
        await self.db.write(
            lambda tx: tx.conn.execute(sa.update(t.queues).where(its).values(hours=hours))
        )

    async def silent_chat(self, agent: str = "ana", sender: str = PHONE) -> int:
        """A chat in Orders whose consumer has not answered the agent; all texts are sent."""
        chat_id = await self.connected_chat(agent, sender)
        await self.reply(agent, chat_id, "How can I help?")
        await self.all_sent()
        return chat_id

    async def all_sent(self) -> None:
        """What was queued has gone out."""
        owed = t.messages.c.status.in_(("queued", "sending"))
        sent = sa.update(t.messages).where(owed).values(status="sent")
        await self.db.write(lambda tx: tx.conn.execute(sent))

    async def reply(self, agent: str, chat_id: int, text: str, client_id: str = "") -> Message:
        message, _ = await self.db.write(
            replies.reply,
            self.tenant_id,
            self.agents[agent],
            chat_id,
            text,
            client_id or f"client-{next(self._ids)}",
        )
        return message

    async def waiting_chat(self, sender: str = PHONE) -> int:
        """A chat that waits in Orders."""
        opened = await self.text("Hello", sender=sender)
        await self.text("1", sender=sender)
        assert opened.chat_id is not None
        return opened.chat_id

    async def connected_chat(self, agent: str = "ana", sender: str = PHONE) -> int:
        """A chat in Orders that the agent has accepted."""
        await self.status(agent)
        chat_id = await self.waiting_chat(sender)
        await self.accept(agent, chat_id)
        return chat_id

    async def chat(self, chat_id: int) -> OpenChat:
        chat = await self.db.read(chats.read, self.tenant_id, chat_id)
        assert chat is not None
        return chat

    async def chat_status(self, chat_id: int) -> ChatStatus:
        return (await self.chat(chat_id)).state.status

    async def thread(self, chat_id: int) -> list[Message]:
        return await self.db.read(messages.of_chat, self.tenant_id, chat_id)

    async def timers(self, **minutes: int) -> None:
        """The tenant's own timers, in minutes."""
        settings = minutes
        await self.db.write(
            lambda tx: tx.conn.execute(
                sa.update(t.tenants)
                .where(t.tenants.c.id == self.tenant_id)
                .values(settings=settings)
            )
        )

    async def rows(self, query: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        return await self.db.read(lambda tx: list(tx.conn.execute(query)))

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """The data of all events of a type, in order."""
        query = sa.select(t.events.c.data).where(t.events.c.type == kind)
        return [row.data for row in await self.rows(query.order_by(t.events.c.position))]

    async def offers(self, agent: str) -> list[int]:
        """The chats that the agent is being asked to take."""
        o = t.offers.c
        query = sa.select(o.chat_id).where(o.agent_id == self.agents[agent], o.state == "pending")
        return [row.chat_id for row in await self.rows(query.order_by(o.chat_id))]

    async def sent_without_chat(self) -> list[Message]:
        """Answers to commands: texts of ours that stand in no chat."""
        m = t.messages.c
        query = sa.select(m.id).where(m.chat_id.is_(None), m.direction == "outbound")
        found = await self.rows(query.order_by(m.id))
        return [await self.db.read(messages.get, self.tenant_id, row.id) for row in found]


async def build(db: Database, subdomain: str = "acme", agents: int = 0) -> World:
    """Make the company; `agents` adds so many more beside Ana, Ben and Caro."""
    return await db.write(_build, db, subdomain, agents)


def _insert(tx: Tx, table: sa.Table, **values: Any) -> int:
    inserted = tx.conn.execute(sa.insert(table).values(**values).returning(table.c.id))
    return int(inserted.scalar_one())


def _build(tx: Tx, db: Database, subdomain: str, more: int) -> World:
    tenant = _insert(tx, t.tenants, subdomain=subdomain, name="Acme Outfitters", created_at=tx.now)
    _insert(tx, t.event_positions, tenant_id=tenant)
    root = _insert(tx, t.queues, tenant_id=tenant, name="Support", keywords=[])
    queues = {"Support": root}
    for position, (name, keywords) in enumerate(
        [("Orders", []), ("Returns", []), ("Billing", ["pay"])]
    ):
        queues[name] = _insert(
            tx,
            t.queues,
            tenant_id=tenant,
            parent_id=root,
            position=position,
            name=name,
            keywords=keywords,
        )
    queues["VIP"] = _insert(tx, t.queues, tenant_id=tenant, name="VIP", hidden=True, keywords=[])
    account = _insert(
        tx,
        t.carrier_accounts,
        tenant_id=tenant,
        carrier="simulator",
        name=subdomain,
        base_url="http://127.0.0.1:1",
        secret_refs={"secret": "env:THREADLINE_SIMULATOR_SECRET"},
    )
    offset = 0 if subdomain == "acme" else tenant * 10
    ours = {}
    for number, queue in ((MENU_NUMBER, "Support"), (VIP_NUMBER, "VIP")):
        own = f"+{int(number) + offset}"
        ours[own] = _insert(
            tx,
            t.numbers,
            tenant_id=tenant,
            number=own,
            account_id=account,
            status=NumberStatus.VERIFIED,
            queue_id=queues[queue],
            segments_per_second=1_000_000_000,
        )
    people = {}
    for name in ["ana", "ben", "caro", *(f"agent{n}" for n in range(more))]:
        people[name] = user = _insert(
            tx,
            t.users,
            tenant_id=tenant,
            role=Role.AGENT,
            name=name.title(),
            email=f"{name}@{subdomain}.example",
            password_hash="",
            status_since=tx.now,
        )
        for queue in ("Orders", "Returns", "Billing", "VIP"):
            _insert(tx, t.queue_agents, tenant_id=tenant, queue_id=queues[queue], user_id=user)
    return World(db, tenant, numbers.account_by_id(tx, account), queues, people, ours)
