"""What a chat's process asks of the store, as activities: each is one transaction."""

from __future__ import annotations

from temporalio import activity

from domain.process import ChatRef, LoadedChat, NextRouting, SettleChat, TenantRef
from services import process, routing
from store.database import Database


class ChatActivities:
    """Bound to one database; idempotent by the state that they find."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name="load_chat")
    async def load_chat(self, ref: ChatRef) -> LoadedChat:
        """The chat as it stands, and all it owes."""
        return await self._db.read(process.load, ref)

    @activity.defn(name="ring_alarm")
    async def ring_alarm(self, ref: ChatRef) -> LoadedChat:
        """End the chat if its deadline has come."""
        return await self._db.write(process.ring, ref)

    @activity.defn(name="settle_chat")
    async def settle_chat(self, wanted: SettleChat) -> LoadedChat:
        """Mark the ended chat as settled, if nothing is owed."""
        return await self._db.write(process.settle, wanted)

    @activity.defn(name="route")
    async def route(self, tenant: TenantRef) -> NextRouting:
        """Match what may be matched by now."""
        return await self._db.write(routing.ring, tenant.tenant_id)
