"""`threadline doctor` and `threadline settings`: what this installation is, and what it lacks."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource
from rich.console import Console
from rich.markup import escape
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from carrier_accounts import open_carrier
from carriers.protocol import CarrierAccountRefused
from domain.config.connections import TENANTS_OWN
from domain.health import Breaker, in_words
from settings import Settings
from store import health, installation, migrations, numbers
from store.database import Tx
from store.health import AccountState
from store.installation import Installation
from store.numbers import Account
from temporal.binding import MARK
from temporal.server import (
    RETENTION,
    SEARCH_ATTRIBUTES,
    connect_when_up,
    missing_search_attributes,
    retention_of,
)


@dataclass(frozen=True)
class Finding:
    """`mend` is None where all is well."""

    what: str
    state: str
    mend: str | None = None


Check = Callable[[Settings], Awaitable[list[Finding]]]


async def examine(settings: Settings) -> list[Finding]:
    checks: tuple[Check, ...] = (_python, _database, _temporal, _ports, _carriers)
    return [finding for check in checks for finding in await check(settings)]


def report(findings: list[Finding]) -> bool:
    """Prints one line each, and whether all is well."""
    console = Console(soft_wrap=True, highlight=False)
    for one in findings:
        mark = "[green]ok[/]     " if one.mend is None else "[red]PROBLEM[/]"
        console.print(f"{mark} {escape(one.what)}: {escape(one.state)}")
        if one.mend:
            console.print(f"        {escape(one.mend)}")
    return all(one.mend is None for one in findings)


async def _python(_settings: Settings) -> list[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    mend = None if sys.version_info >= (3, 11) else "Threadline needs Python 3.11 or newer."
    return [Finding("Python", found, mend)]


async def _database(settings: Settings) -> list[Finding]:
    try:
        current, _ = await asyncio.to_thread(_look_into_database, settings.database_url)
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        mend = "Start the database, or correct THREADLINE_DATABASE_URL."
        return [Finding("Database", f"not reachable: {reason}", mend)]
    place = _shown("database_url", settings.database_url)
    if current == migrations.newest():
        return [Finding("Database", f"{place} at schema {current}")]
    state = f"{place} at schema {current or 'none'}, not {migrations.newest()}"
    return [Finding("Database", state, "Run `threadline migrate`.")]


def _look_into_database(database_url: str) -> tuple[str | None, Installation | None]:
    """Its schema, and the Temporal namespace it belongs to; a missing file is not made."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None, None
    with _engine(database_url).connect() as connection:
        current = migrations.current(connection)
        known = installation.read(Tx(connection, datetime.now(UTC))) if current else None
    return current, known


def _engine(database_url: str) -> sa.Engine:
    url = sa.make_url(database_url)
    if url.get_backend_name() != "sqlite":
        url = url.set(drivername="postgresql+psycopg")
    return sa.create_engine(url, poolclass=sa.pool.NullPool)


async def _temporal(settings: Settings) -> list[Finding]:
    address, namespace = settings.temporal_address, settings.temporal_namespace
    try:
        client = await connect_when_up(address, namespace, within=timedelta(seconds=3))
        retention = await retention_of(client)
        missing = await missing_search_attributes(client)
        findings = await _binding(settings, client)
    except (TimeoutError, RPCError) as error:
        mend = "Start it, or correct THREADLINE_TEMPORAL_ADDRESS and THREADLINE_TEMPORAL_NAMESPACE."
        return [Finding("Temporal", str(error).splitlines()[0], mend)]
    prepare = "Run `threadline temporal-ready` with the rights to change the namespace."
    kept = f"closed workflows are kept {retention.days} days"
    state = f"missing: {', '.join(missing)}" if missing else f"all {len(SEARCH_ATTRIBUTES)}"
    return [
        Finding("Temporal", f"namespace {namespace} at {address}"),
        *findings,
        Finding("Retention", kept, None if retention >= RETENTION else prepare),
        Finding("Search attributes", state, prepare if missing else None),
    ]


async def _binding(settings: Settings, client: Client) -> list[Finding]:
    """Whether this database and this namespace belong together: else ids would collide."""
    try:
        _, known = await asyncio.to_thread(_look_into_database, settings.database_url)
    except (sa.exc.SQLAlchemyError, OSError):
        return []  # reported already
    if known is None:
        return [Finding("Namespace's database", "not decided before the first start")]

    told = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    mark = told.namespace_info.data.get(MARK, known.token)
    if (known.namespace or client.namespace, known.token) == (client.namespace, mark):
        return [Finding("Namespace's database", "this one")]
    mend = "Set THREADLINE_TEMPORAL_NAMESPACE or THREADLINE_DATABASE_URL to its counterpart."
    state = f"another one; this database belongs to the namespace {known.namespace}"
    return [Finding("Namespace's database", state, mend)]


async def _ports(settings: Settings) -> list[Finding]:
    """Whether the API answers where the settings say that it is."""
    address = urlsplit(settings.public_base_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address.hostname, port), 3)
    except (OSError, TimeoutError):
        mend = "Start `threadline api`, or correct THREADLINE_PUBLIC_BASE_URL."
        return [Finding("API", f"nothing listens at {settings.public_base_url}", mend)]
    writer.close()
    return [Finding("API", f"listens at {settings.public_base_url}")]


async def _carriers(settings: Settings) -> list[Finding]:
    """Each account with numbers: whether its secrets are here, and whether it takes texts."""
    try:
        found = await asyncio.to_thread(_look_at_carriers, settings.database_url)
    except (sa.exc.SQLAlchemyError, OSError):
        return []  # reported already
    return [_carrier(settings, state, account) for state, account in found]


def _look_at_carriers(database_url: str) -> list[tuple[AccountState, Account]]:
    current, _ = _look_into_database(database_url)
    if current != migrations.newest():
        return []
    with _engine(database_url).connect() as connection:
        tx = Tx(connection, datetime.now(UTC))
        states = [one for one in health.overview(tx) if one.numbers or one.second_for]
        return [(one, numbers.account_by_id(tx, one.id)) for one in states]


def _carrier(settings: Settings, state: AccountState, account: Account) -> Finding:
    what = f"Carrier {state.carrier}/{state.name}"
    waiting = state.queued + state.in_doubt
    told = in_words(state.health) + (f" Texts not sent yet: {waiting}." if waiting else "")
    if state.health.breaker is not Breaker.CLOSED:
        return Finding(
            what, told, "Look at the carrier, and at the account's settings and secrets."
        )
    try:
        open_carrier(account, settings, None)
    except CarrierAccountRefused as error:
        return Finding(what, told, f"From here it cannot be used: {error}.")
    return Finding(what, told)


def settings_lines(settings: Settings) -> list[str]:
    """Each setting with its value and source on a line of its own, what it means on the next: a
    name is never broken, however narrow the terminal is."""
    in_environment = EnvSettingsSource(Settings)()
    in_file = DotEnvSettingsSource(Settings)()
    lines = []
    for name, field in Settings.model_fields.items():
        value = _shown(name, getattr(settings, name))
        source = "default"
        if name in in_environment or name in in_file:
            default = _shown(name, field.get_default(call_default_factory=True))
            where = "environment" if name in in_environment else ".env"
            source = f"{where}; default {default or 'empty'}"
        lines.append(f"THREADLINE_{name.upper()}={value}  ({source})")
        lines.append(f"    {field.description or ''}")
    return lines


def unknown_variables() -> list[str]:
    """THREADLINE_ variables that no setting has: most likely misspelt. Tenants' own are secrets
    that configurations name."""
    known = {f"THREADLINE_{name.upper()}" for name in Settings.model_fields}
    ours = {name for name in os.environ if name.startswith("THREADLINE_")}
    return sorted(name for name in ours - known if not name.startswith(TENANTS_OWN))


def _shown(name: str, value: object) -> str:
    if name == "database_url":
        return sa.make_url(str(value)).render_as_string(hide_password=True)
    return "" if value is None else str(value)
