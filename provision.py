"""What the command line writes into the store itself: credentials, carriers, the demo tenant."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from carrier_accounts import open_carrier
from carriers.http import new_client
from carriers.protocol import NoAnswer, NotOwned, Owned, Ownership
from carriers.registry import CARRIERS
from domain.statuses import NumberStatus
from services import accounts, auth, clients, demo
from services.accounts import NumberSettings
from services.commit import flush
from services.errors import InvalidField, NotFound
from settings import Settings
from store import health, tenants
from store.configurations import Actor
from store.database import Database, Tx, WallClock
from store.health import AccountState
from store.numbers import Account


@dataclass(frozen=True)
class Verified:
    """What came of asking the carrier; `why` is empty where all is well, and `second` where
    there is no second account, or its carrier vouches for the number, too."""

    number: str
    status: NumberStatus
    why: str
    second: str = ""


@dataclass(frozen=True)
class Second:
    """A second account that owns a number, by its carrier and name; without a name: none."""

    carrier: str
    name: str | None


async def create_credential(settings: Settings, subdomain: str, name: str) -> str:
    """A new API credential; its token, which is shown only now."""
    token = auth.new_token()

    def create(tx: Tx) -> None:
        actor = Actor(source="command", name=getpass.getuser())
        clients.create(tx, _tenant_id(tx, subdomain), name, token, actor)

    async with open_store(settings) as db:
        await db.write(create)
    return token


async def connect_account(
    settings: Settings,
    subdomain: str,
    carrier: str,
    name: str,
    base_url: str | None,
    told: dict[str, str],
    secret_refs: dict[str, str],
) -> dict[str, str]:
    """Make or change a carrier account; the addresses to enter at the carrier, by what for.

    Raises `CarrierAccountRefused` for a setting or secret that the carrier cannot work with,
    before anything is written.
    """
    if carrier not in CARRIERS:
        raise InvalidField("carrier", f"must be one of {', '.join(CARRIERS)}")
    at = (base_url or CARRIERS[carrier].home).rstrip("/")
    wanted = Account(0, 0, carrier, name, at, told, secret_refs)
    open_carrier(wanted, settings, None)

    def connect(tx: Tx) -> Account:
        return accounts.connect(tx, replace(wanted, tenant_id=_tenant_id(tx, subdomain)))

    async with open_store(settings) as db:
        account = await db.write(connect)
    url = f"{settings.public_base_url}/carriers/{account.carrier}/{account.name}"
    return {"inbound": f"{url}/inbound", "status": f"{url}/status"}


async def set_up_number(
    settings: Settings,
    subdomain: str,
    number: str,
    carrier: str,
    account: str,
    wanted: NumberSettings,
    queue: str | None,
    second: Second | None = None,
) -> Verified:
    """Enter a number, have its carriers vouch for it, and give it to a queue."""

    def add(tx: Tx) -> tuple[int, int, str, Account]:
        tenant_id = _tenant_id(tx, subdomain)
        added = accounts.add_number(tx, tenant_id, number, carrier, account, wanted)
        return (
            tenant_id,
            added.id,
            added.number,
            accounts.begin_verification(tx, tenant_id, added.id),
        )

    async with open_store(settings) as db:
        tenant_id, number_id, written, asked = await db.write(add)
        answer = await _ask(settings, asked, written)
        status = await db.write(accounts.end_verification, tenant_id, number_id, asked.id, answer)
        if queue is not None and status is NumberStatus.VERIFIED:
            await db.write(accounts.assign, tenant_id, number_id, queue)
        told = ""
        if second:
            told = await _set_up_second(settings, db, tenant_id, number_id, written, second)
    return Verified(written, status, _why(status, answer), told)


async def _set_up_second(
    settings: Settings, db: Database, tenant_id: int, number_id: int, number: str, second: Second
) -> str:
    """Have the second account's carrier vouch for the number, too; why it does not."""
    if second.name is None:
        await db.write(accounts.set_fallback, tenant_id, number_id, None)
        return ""
    asked = await db.read(
        accounts.second_account, tenant_id, number_id, second.carrier, second.name
    )
    answer = await _ask(settings, asked, number)
    if answer == Owned(sms=True):
        await db.write(accounts.set_fallback, tenant_id, number_id, asked.id)
        return ""
    return _why(NumberStatus.FAILED, answer)


async def _ask(settings: Settings, account: Account, number: str) -> Ownership:
    client = new_client()
    try:
        return await open_carrier(account, settings, client).owns(number)
    finally:
        await client.aclose()


def _why(status: NumberStatus, answer: Ownership) -> str:
    match answer:
        case NoAnswer(reason):
            return f"the carrier cannot be asked: {reason}"
        case NotOwned():
            return "the account does not own it"
    return "" if status is NumberStatus.VERIFIED else "it cannot send and receive texts"


async def carrier_states(settings: Settings, subdomain: str | None) -> list[AccountState]:
    """How each carrier account does, of one tenant or of all."""

    def look(tx: Tx) -> list[AccountState]:
        if subdomain is not None:
            _tenant_id(tx, subdomain)
        return [one for one in health.overview(tx) if subdomain in (None, one.tenant)]

    async with open_store(settings) as db:
        return await db.read(look)


def _tenant_id(tx: Tx, subdomain: str) -> int:
    tenant = tenants.by_subdomain(tx, subdomain)
    if tenant is None:
        raise NotFound(f"There is no tenant {subdomain}.")
    return tenant.id


async def seed_demo(settings: Settings, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Make the demo tenant from the data directory's secrets; what `dev.json` tells of it."""
    passwords: dict[str, str] = known["users"]
    wanted = demo.DemoSecrets(
        token_hash=auth.token_hash(known["api_token"]),
        password_hashes={email: auth.hash_password(passwords[email]) for email in demo.emails()},
        simulator_url=settings.simulator_url,
    )
    async with open_store(settings) as db:
        tenant = await db.write(demo.ensure, wanted)
    people = [user | {"password": passwords[user["email"]]} for user in tenant["users"]]
    return [tenant | {"api_token": known["api_token"], "users": people}]


@contextlib.asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Database]:
    db = Database(settings.database_url, WallClock(), flush)
    try:
        yield db
    finally:
        await db.close()
