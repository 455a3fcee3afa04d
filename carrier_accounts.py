"""Carrier accounts opened with their secrets, and what their carriers say of numbers (C4)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import structlog
from httpx2 import AsyncClient

from carriers.http import new_client
from carriers.protocol import (
    Carrier,
    CarrierAccount,
    CarrierAccountRefused,
    NoAnswer,
    Owned,
    Ownership,
)
from carriers.registry import CARRIERS
from domain.config.document import Configuration
from domain.config.problems import Problem
from domain.statuses import NumberStatus
from services.configuration import ToAsk
from services.projection import Known, Said
from settings import Settings
from store.numbers import Account

log = structlog.get_logger()

ASKED_AT_ONCE = 8
"""Numbers; carriers limit how often they are asked."""


def carriers(settings: Settings, http: AsyncClient | None) -> Callable[[Account], Carrier]:
    """The carrier of an account, made anew when the account has changed; without a client it
    reads webhooks only."""
    made: dict[int, tuple[Account, Carrier]] = {}

    def carrier_of(account: Account) -> Carrier:
        known = made.get(account.id)
        if known is None or known[0] != account:
            try:
                known = (account, open_carrier(account, settings, http))
            except CarrierAccountRefused as error:
                at = f"{account.carrier}/{account.name}"
                log.error("carrier.account_refused", account=at, what=error.name, rule=error.rule)
                raise
            made[account.id] = known
        return known[1]

    return carrier_of


def open_carrier(account: Account, settings: Settings, http: AsyncClient | None) -> Carrier:
    """The account's carrier, with its secrets. Raises `CarrierAccountRefused`."""
    secrets = {}
    for name, reference in account.secret_refs.items():
        try:
            secrets[name] = resolve_secret(reference, settings)
        except (LookupError, OSError, UnicodeError):
            raise CarrierAccountRefused(name, f"is not to be had from {reference}") from None
    if account.carrier not in CARRIERS:
        raise CarrierAccountRefused("carrier", f"must be one of {', '.join(CARRIERS)}")
    opened = CarrierAccount(
        id=account.id,
        tenant_id=account.tenant_id,
        carrier=account.carrier,
        name=account.name,
        base_url=account.base_url,
        secrets=secrets,
        settings=account.settings,
    )
    return CARRIERS[account.carrier](opened, client=http)


def resolve_secret(reference: str, settings: Settings) -> str:
    """`env:NAME` or `file:PATH`: secrets stand nowhere in clear."""
    kind, _, name = reference.partition(":")
    if kind == "file":
        return Path(name).read_text().strip()
    if kind != "env":
        raise LookupError(kind)
    own = getattr(settings, name.removeprefix("THREADLINE_").lower(), None)
    return own.get_secret_value() if own is not None else os.environ[name]


async def vouch(settings: Settings, wanted: Configuration, ask: ToAsk) -> Known:
    """What carriers say of a configuration's accounts and numbers."""
    opened, problems = dict[str, Account](), list[Problem]()
    owners = [(number, wanted.numbers[number].account) for number in ask.numbers]
    seconds = [(number, wanted.numbers[number].fallback or "") for number in ask.fallbacks]
    for key in sorted(ask.accounts | {key for _, key in (*owners, *seconds)}):
        account = _checked(settings, wanted, key)
        if isinstance(account, Problem):
            problems.append(account)
        else:
            opened[key] = account
    client, at_once = new_client(), asyncio.Semaphore(ASKED_AT_ONCE)

    async def ask_one(number: str, key: str) -> tuple[str, Said]:
        async with at_once:
            answer = await open_carrier(opened[key], settings, client).owns(number)
        return number, said_of(answer)

    try:
        verified, fallbacks = [
            await asyncio.gather(*(ask_one(*one) for one in some if one[1] in opened))
            for some in (owners, seconds)
        ]
    finally:
        await client.aclose()
    addresses = {key: opened[key].base_url for key in ask.accounts & opened.keys()}
    return Known(dict(verified), addresses, dict(fallbacks), tuple(problems))


def said_of(answer: Ownership) -> Said:
    """What a number is by its carrier's word, and why."""
    match answer:
        case Owned(sms=True):
            return Said(NumberStatus.VERIFIED)
        case NoAnswer(reason):
            return Said(NumberStatus.VERIFYING, f"the carrier cannot be asked: {reason}")
        case Owned():
            return Said(NumberStatus.FAILED, "it cannot send and receive texts")
    return Said(NumberStatus.FAILED, "the account does not own it")


def _checked(settings: Settings, wanted: Configuration, key: str) -> Account | Problem:
    """The account as it would be stored; its carrier can be opened with it."""
    told = wanted.accounts[key]
    known = CARRIERS.get(told.carrier)
    if known is None:
        rule = f"must be one of {', '.join(sorted(CARRIERS))}"
        return Problem(("accounts", key, "carrier"), rule)
    # The simulator listens where the process settings say, on another port each time.
    home = settings.simulator_url if told.carrier == "simulator" else known.home
    references = {name: secret.reference for name, secret in told.secrets.items()}
    account = Account(
        0, 0, told.carrier, wanted.account_name(key), (told.url or home).rstrip("/"),
        told.settings, references,
    )  # fmt: skip
    try:
        open_carrier(account, settings, None)
    except CarrierAccountRefused as refused:
        return Problem(("accounts", key), f"cannot be used: {refused}")
    return account
