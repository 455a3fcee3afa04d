"""The whole product as its own processes, on either database, with a company in it."""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from benchmarks.carrier import Carrier
from benchmarks.company import CHATS_PER_AGENT, Company
from benchmarks.machine import cpu_seconds, tree_seconds
from benchmarks.wire import Client
from tests.postgres import command, newest_server
from tests.system.product import Product, running

# Processor seconds a second: Temporal's own housekeeping takes less.
AT_REST = 0.2


@dataclass(frozen=True)
class Cpu:
    """Processor seconds of each part; those of PostgreSQL stand by themselves."""

    temporal: float
    worker: float
    api: float
    postgres: float

    def since(self, before: Cpu, pairs: int) -> Cpu:
        """Seconds per pair between two looks."""
        return Cpu(
            (self.temporal - before.temporal) / pairs,
            (self.worker - before.worker) / pairs,
            (self.api - before.api) / pairs,
            (self.postgres - before.postgres) / pairs,
        )


@dataclass(frozen=True)
class Engine:
    """A running product, its company, and the carrier that all its texts go through."""

    product: Product
    company: Company
    carrier: Carrier
    api: Client
    postmaster: int | None

    def cpu(self) -> Cpu:
        """What each part has taken so far."""
        postgres = 0.0 if self.postmaster is None else tree_seconds(self.postmaster)
        temporal, worker, api = (
            cpu_seconds(self.product.pid(part)) for part in ("temporal", "worker", "api")
        )
        return Cpu(temporal, worker, api, postgres)

    async def at_rest(self, within: float = 900) -> None:
        """Wait until Temporal and the worker are done with all that they were told."""
        async with asyncio.timeout(within):
            busy = True
            while busy:
                before = self.cpu()
                await asyncio.sleep(1)
                spent = self.cpu().since(before, 1)
                busy = spent.temporal + spent.worker > AT_REST


@dataclass(frozen=True)
class Store:
    """Where a product keeps its data; without an address in a SQLite file of its own."""

    name: str
    url: sa.URL | None = None
    postmaster: int | None = None
    # One that all benchmarks share; without it each starts its own, so that none feels another.
    product: Product | None = None


@contextmanager
def stores(database: str) -> Iterator[Store]:
    """A database server, where one is needed; each product gets an empty database of it."""
    if database == "sqlite":
        yield Store(f"SQLite {sqlite3.sqlite_version}")
        return
    with newest_server() as server:
        pid = int((Path(server.pgdata) / "postmaster.pid").read_text().split()[0])
        url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield Store(f"PostgreSQL {_version(url)}", url, pid)


def _version(server: sa.URL) -> str:
    engine = sa.create_engine(server)
    with engine.connect() as connection:
        version = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    engine.dispose()
    return version.split()[0]


_numbers = itertools.count()


def empty_database(store: Store, folder: Path) -> str:
    """The address of a database that is nobody's yet."""
    if store.url is None:
        return f"sqlite:///{folder / 'threadline.db'}"
    name = f"bench_{next(_numbers)}"
    command(store.url, f"CREATE DATABASE {name}")
    return store.url.set(drivername="postgresql", database=name).render_as_string(False)


@asynccontextmanager
async def product(store: Store) -> AsyncIterator[Product]:
    """The whole product, ended with the block."""
    if store.product is not None:
        yield store.product
        return
    with TemporaryDirectory(prefix="threadline-bench-") as folder:
        options = ("--no-demo", "--database-url", empty_database(store, Path(folder)))
        async with running(Path(folder, "data"), *options) as started:
            yield started


@asynccontextmanager
async def engine(
    store: Store, agents: int = 10, chats_per_agent: int = CHATS_PER_AGENT
) -> AsyncIterator[Engine]:
    """A product with a new company of so many agents, and a carrier of its own."""
    async with product(store) as started:
        secret = json.loads((started.data / "demo.json").read_text())["simulator_secret"]
        name = f"bench{next(_numbers)}"
        api = Client(started.told["base_url"])
        carrier = Carrier(api, name, secret)
        await carrier.start()
        url = started.told["database_url"]
        async with Company.opened(url, name, carrier.url, agents, chats_per_agent) as company:
            yield Engine(started, company, carrier, api, store.postmaster)
            await carrier.close()
        api.close()
