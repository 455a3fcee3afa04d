"""What `threadline apply` and `export` do around the transaction: ask carriers, then hand over."""

from __future__ import annotations

from dataclasses import dataclass

from carrier_accounts import vouch
from domain.config.document import Configuration
from domain.config.file import Places, write
from domain.config.origins import SettingOrigin
from domain.config.problems import Refused
from provision import open_store
from services import configuration
from services.configuration import Draft, Planned
from services.projection import Known
from settings import Settings
from store.configurations import Actor


@dataclass(frozen=True)
class Proposal:
    """A checked configuration, what it would change, and what carriers said of its numbers."""

    draft: Draft
    known: Known
    planned: Planned


async def propose(settings: Settings, wanted: Configuration, places: Places) -> Proposal:
    """Ask carriers for what is new, and plan. Raises `Refused` with places."""
    try:
        async with open_store(settings) as db:
            draft = await db.read(configuration.draft, wanted)
            known = await vouch(settings, wanted, await db.read(configuration.to_ask, draft))
            return Proposal(draft, known, await db.read(configuration.plan, draft, known))
    except Refused as refused:
        raise Refused([places.locate(problem) for problem in refused.problems]) from None


async def apply(settings: Settings, proposal: Proposal, actor: Actor) -> Planned:
    """Make it so, if nobody else applied anything since it was planned."""
    async with open_store(settings) as db:
        return await db.write(configuration.apply, proposal.draft, actor, proposal.known)


async def export(settings: Settings, subdomain: str, version: int | None) -> str:
    """The configuration as a file."""
    async with open_store(settings) as db:
        found = await db.read(configuration.export, subdomain, version)
    return write(found.document)


async def origins(settings: Settings, subdomain: str, queue: str | None) -> list[SettingOrigin]:
    """Each setting that holds, for the tenant or on a queue, and where it comes from."""
    async with open_store(settings) as db:
        held = await db.read(configuration.export, subdomain)
    return configuration.origins(held, queue)
