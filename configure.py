"""What `threadline apply` and `export` do around the transaction: ask carriers, then hand over."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.http import new_client
from carriers.protocol import CarrierAccountRefused, NoAnswer, Owned
from carriers.registry import CARRIERS
from domain.config.document import Account, Configuration
from domain.config.file import Places, write
from domain.config.problems import Problem, Refused
from domain.statuses import NumberStatus
from provision import open_store
from services import configuration
from services.configuration import Planned
from services.projection import Known
from settings import Settings
from store import numbers
from store.configurations import Actor
from temporal.plugin import open_carrier


@dataclass(frozen=True)
class Proposal:
    """A checked configuration, what it would change, and what carriers said of its numbers."""

    wanted: Configuration
    known: Known
    planned: Planned


async def propose(settings: Settings, wanted: Configuration, places: Places) -> Proposal:
    """Ask carriers for numbers that are new, and plan. Raises `Refused` with places."""
    try:
        addresses = _addresses(settings, wanted)
        async with open_store(settings) as db:
            asked = await db.read(configuration.unverified, wanted)
            verified = {number: await _ask(settings, wanted, number) for number in asked}
            known = Known(verified, addresses)
            return Proposal(wanted, known, await db.read(configuration.plan, wanted, known))
    except Refused as refused:
        raise Refused([places.locate(problem) for problem in refused.problems]) from None


async def apply(settings: Settings, proposal: Proposal, actor: Actor) -> Planned:
    """Make it so, if nobody else applied anything since it was planned."""
    base = proposal.planned.base
    async with open_store(settings) as db:
        return await db.write(configuration.apply, proposal.wanted, base, actor, proposal.known)


async def export(settings: Settings, subdomain: str, version: int | None) -> str:
    """The configuration as a file."""
    async with open_store(settings) as db:
        found = await db.read(configuration.export, subdomain, version)
    return write(found.document)


def _addresses(settings: Settings, wanted: Configuration) -> dict[str, str]:
    """The carriers' addresses by account; each account is one that its carrier can work with."""
    problems: list[Problem] = []
    addresses = {}
    for key, account in wanted.accounts.items():
        path = ("accounts", key)
        carrier = CARRIERS.get(account.carrier)
        if carrier is None:
            rule = f"must be one of {', '.join(sorted(CARRIERS))}"
            problems.append(Problem((*path, "carrier"), rule))
            continue
        addresses[key] = (account.url or carrier.home).rstrip("/")
        if not addresses[key]:
            problems.append(Problem((*path, "url"), "is missing: this carrier has none of its own"))
            continue
        try:
            open_carrier(_stored(wanted, key, account, addresses[key]), settings, None)
        except CarrierAccountRefused as refused:
            problems.append(Problem(path, f"cannot be used: {refused}"))
    if problems:
        raise Refused(problems)
    return addresses


def _stored(wanted: Configuration, key: str, account: Account, url: str) -> numbers.Account:
    references = {name: secret.reference for name, secret in account.secrets.items()}
    name = account.name or f"{wanted.tenant}-{key}"
    return numbers.Account(0, 0, account.carrier, name, url, account.settings, references)


async def _ask(settings: Settings, wanted: Configuration, number: str) -> NumberStatus:
    """Whether the carrier vouches for a number (product C4)."""
    key = wanted.numbers[number].account
    if key not in wanted.accounts:
        return NumberStatus.UNVERIFIED
    account = wanted.accounts[key]
    url = (account.url or CARRIERS[account.carrier].home).rstrip("/")
    client = new_client()
    try:
        carrier = open_carrier(_stored(wanted, key, account, url), settings, client)
        answer = await carrier.owns(number)
    finally:
        await client.aclose()
    match answer:
        case Owned(sms=True):
            return NumberStatus.VERIFIED
        case NoAnswer():
            return NumberStatus.VERIFYING
    return NumberStatus.FAILED
