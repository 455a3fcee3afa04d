"""Where the parts are put together: settings are read once, above, and passed on from here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from httpx2 import AsyncClient
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from api.app import create_app
from api.deps import Deps
from api.stream import Notifier
from carrier_accounts import carriers, vouch
from carriers.protocol import Carrier
from console import mount
from domain.process import ChatRef
from services.commit import flush
from settings import Settings
from store import installation
from store.database import Database, WallClock
from store.numbers import Account
from store.outbox import Owed
from sweep import sweeping
from temporal import ids
from temporal.binding import WrongNamespace, bind
from temporal.relay import Relay
from temporal.server import prepare_namespace

log = structlog.get_logger()

RECONNECT_EVERY = 1.0


@dataclass(frozen=True)
class Parts:
    """What every process of the engine is made of."""

    db: Database
    connect: Connection
    relay: Relay
    carrier_of: Callable[[Account], Carrier]

    @staticmethod
    @contextlib.asynccontextmanager
    async def opened(settings: Settings, http: AsyncClient | None) -> AsyncIterator[Parts]:
        """Open the store; Temporal is connected when it is first needed."""
        db = Database(settings.database_url, WallClock(), flush)
        connect = Connection(settings, db)
        relay = Relay(db, connect)
        db.on_commit = lambda owed, _events: relay.deliver(owed)
        try:
            yield Parts(db, connect, relay, carriers(settings, http))
        finally:
            await relay.close()
            await db.close()


def build_app(settings: Settings) -> FastAPI:
    """The HTTP edge with the console; the relay and the sweep run beside it."""
    db = Database(settings.database_url, WallClock(), flush)
    connect = Connection(settings, db)
    relay = Relay(db, connect)
    wake = Notifier()

    def committed(owed: list[Owed], events: bool) -> None:
        relay.deliver(owed)
        if events:
            wake.notify()

    db.on_commit = committed

    async def ready() -> dict[str, str]:
        return {"temporal": await temporal_state(connect)}

    @contextlib.asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        running = asyncio.create_task(relay.run())
        async with sweeping(db):
            yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await relay.close()
        await db.close()

    deps = Deps(
        db=db,
        carriers=carriers(settings, None),
        vouch=partial(vouch, settings),
        ready=ready,
        wake=wake,
        public_base_url=settings.public_base_url,
        chat_link=chat_link(settings),
        secure_cookies=settings.public_base_url.startswith("https://"),
        metrics_allow=settings.metrics_networks,
    )
    app = create_app(deps, beside)
    mount(
        app,
        temporal_ui_url=settings.temporal_ui_url or None,
        simulator_url=settings.simulator_url or None,
        demo=bool(settings.simulator_secret.get_secret_value()),
    )
    return app


def chat_link(settings: Settings) -> Callable[[int, int], str | None]:
    """Where a chat's process is seen in Temporal's UI."""

    def link(chat_id: int, incarnation: int) -> str | None:
        if not settings.temporal_ui_url:
            return None
        workflow = ids.chat_workflow(ChatRef(0, chat_id, incarnation))
        namespace = quote(settings.temporal_namespace, safe="")
        return f"{settings.temporal_ui_url}/namespaces/{namespace}/workflows/{workflow}"

    return link


async def temporal_state(connect: Callable[[], Awaitable[Client]]) -> str:
    """`ok`, or in words that the server is away: the API serves without it."""
    try:
        async with asyncio.timeout(2):
            client = await connect()
            healthy = await client.service_client.check_health(timeout=timedelta(seconds=1))
    except WrongNamespace as error:
        return str(error)
    except (RuntimeError, OSError, RPCError, TimeoutError):
        healthy = False
    return "ok" if healthy else "Temporal is not reachable; what is accepted waits for it."


class Connection:
    """One client per process, connected on first use; raises while the server is away.

    The namespace is prepared, and bound to this database, before anything is sent to it.
    """

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._lock = asyncio.Lock()
        self._client: Client | None = None

    async def __call__(self) -> Client:
        return self._client or await self.prepared()

    async def prepared(self) -> Client:
        """Look whether the namespace still is what we made of it, and make it so again.

        A Temporal that lost its data comes back without search attributes, which chats wait for
        without end, without our retention, and unbound. One that belongs to another database by
        now is refused from here on.
        """
        async with self._lock:
            client = self._client or await Client.connect(
                self._settings.temporal_address,
                namespace=self._settings.temporal_namespace,
                data_converter=pydantic_data_converter,
            )
            try:
                await bind(client, self._claim)
            except WrongNamespace:
                self._client = None
                raise
            await prepare_namespace(client)
            self._client = client
        return client

    async def _claim(self, namespace: str) -> tuple[str, str | None]:
        known = await self._db.write(installation.claim, namespace)
        return known.token, known.namespace


async def connected(connect: Callable[[], Awaitable[Client]], stop: asyncio.Event) -> Client | None:
    """Wait for the server, however long; None when told to stop."""
    while not stop.is_set():
        try:
            return await connect()
        except (RuntimeError, OSError, RPCError) as error:
            log.warning("temporal.not_reachable", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RECONNECT_EVERY)
    return None
