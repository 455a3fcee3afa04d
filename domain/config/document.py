"""The shape of a tenant's configuration file (product C6): one declaration for all who read it.

Everything with a life of its own hangs under a *key* that the author chooses and keeps: renaming a
queue is changing its `name`, and never deleting it. What refers to something names its key. The
order of queues in the file is the order of the menu.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from domain.config.connections import Account, Crm, Webhook
from domain.config.forms import (
    Email,
    Key,
    Language,
    Name,
    Subdomain,
    SupportNumber,
    Word,
    Wording,
)
from domain.config.settings import LATER, QueueSettings, Settings, Strict
from domain.statuses import OptOutReplies, Role


class NumberUse(StrEnum):
    """A number serves chats or calls, never both (product C4)."""

    CHAT = "chat"
    IN_CALL = "in_call"


class Number(Strict):
    """A support number (product C4)."""

    label: Annotated[str, Field(max_length=100, description="Shown to people.")] = ""
    account: Annotated[Key, Field(description="The carrier account that owns it.")]
    fallback: Annotated[
        Key | None,
        Field(description="A second account that owns it, for when the first is out of order."),
    ] = None
    use: Annotated[
        NumberUse, Field(description="For chats or for calls.", json_schema_extra=LATER)
    ] = NumberUse.CHAT
    queue: Annotated[
        Key | None, Field(description="Where its incoming texts begin; none: they are only kept.")
    ] = None
    outbound: Annotated[
        tuple[Key, ...],
        Field(
            description="Queues whose agents may text consumers from it.", json_schema_extra=LATER
        ),
    ] = ()
    segments_per_second: Annotated[
        int, Field(ge=1, le=10_000, description="The carrier's sending limit.")
    ] = 10
    segments_per_day: Annotated[
        int | None,
        Field(
            ge=1,
            le=2**31 - 1,
            description="The carrier's daily limit, if it has one.",
            json_schema_extra=LATER,
        ),
    ] = None
    optout_replies: Annotated[
        OptOutReplies, Field(description="Who confirms STOP and answers HELP.")
    ] = OptOutReplies.ENGINE


class Holiday(Strict):
    """A day that is not as others."""

    # The years that expressions of opening hours can name, and the day after.
    day: Annotated[date, Field(ge=date(1900, 1, 2), le=date(9998, 12, 31))]
    name: str = ""
    open: Annotated[str | None, Field(description="Such as 10:00-12:00; left out: closed.")] = None


class Hours(Strict):
    """Opening hours that queues refer to, in a time zone of their own."""

    zone: Annotated[str, Field(description="An IANA zone, such as America/New_York.")]
    open: Annotated[
        str, Field(description="As OpenStreetMap writes it: Mo-Fr 09:00-17:00; Sa 10:00-14:00")
    ]
    holidays: tuple[Holiday, ...] = ()


class Queue(Strict):
    """A node of the menu tree; agents sit on leaves (product C5)."""

    name: Name
    language: Annotated[Language | None, Field(description="Inherited by all below.")] = None
    hidden: Annotated[bool, Field(description="Not in the menu.")] = False
    keywords: Annotated[tuple[Word, ...], Field(description="Jump straight here.")] = ()
    greeting: Annotated[Wording | None, Field(description="Instead of the tenant's.")] = None
    after_hours: Annotated[
        Wording | None, Field(description="Instead of the tenant's, when closed.")
    ] = None
    hours: Annotated[Key | None, Field(description="Inherited by all below; none: always.")] = None
    substitute: Annotated[
        Key | None, Field(description="The leaf that gets this one's chats when it is deleted.")
    ] = None
    agents: Annotated[tuple[Key, ...], Field(description="Keys of users; leaves only.")] = ()
    teams: Annotated[tuple[Key, ...], Field(description="Keys of teams; leaves only.")] = ()
    settings: QueueSettings = QueueSettings()
    queues: Annotated[
        dict[Key, Queue], Field(default_factory=dict, description="In the menu's order.")
    ]


class User(Strict):
    """Somebody who logs in. Passwords are not configuration: each sets an own one."""

    name: Name
    email: Email
    role: Role = Role.AGENT
    concurrency_limit: Annotated[
        int | None, Field(ge=1, le=100, description="Instead of the tenant's.")
    ] = None


class Team(Strict):
    """Agents who are put on queues together."""

    name: Name
    members: tuple[Key, ...] = ()


class Commands(Strict):
    """The two words that a tenant may choose (product B)."""

    back: Annotated[tuple[Word, ...], Field(min_length=1)] = ("BACK",)
    exit: Annotated[tuple[Word, ...], Field(min_length=1)] = ("EXIT",)


class Shortcut(Strict):
    """A ready-made answer for agents (product C1)."""

    category: Annotated[str, Field(max_length=100)] = ""
    keyword: Annotated[Word, Field(description="What an agent types to find it.")]
    text: Annotated[dict[Language, Wording], Field(min_length=1, description="By language.")]
    opt_in: Annotated[bool, Field(description="Offered first for outbound chats.")] = False


class Configuration(Strict):
    """A tenant's whole configuration."""

    tenant: Annotated[Subdomain, Field(description="The subdomain; it cannot be changed.")]
    name: Annotated[Name, Field(description="The company, as consumers read it.")]
    language: Annotated[Language, Field(description="Of system texts, unless a queue says.")] = "en"
    settings: Settings = Settings()
    texts: Annotated[
        dict[Language, dict[str, Wording]],
        Field(default_factory=dict, description="Own wordings of system texts, by language."),
    ]
    silent: Annotated[
        tuple[str, ...], Field(description="System texts that are switched off.")
    ] = ()
    commands: Commands = Commands()
    hours: Annotated[dict[Key, Hours], Field(default_factory=dict)]
    accounts: Annotated[dict[Key, Account], Field(default_factory=dict)]
    users: Annotated[dict[Key, User], Field(default_factory=dict)]
    teams: Annotated[dict[Key, Team], Field(default_factory=dict)]
    queues: Annotated[dict[Key, Queue], Field(default_factory=dict)]
    numbers: Annotated[dict[SupportNumber, Number], Field(default_factory=dict)]
    shortcuts: Annotated[dict[Key, Shortcut], Field(default_factory=dict)]
    webhooks: Annotated[dict[Key, Webhook], Field(default_factory=dict, json_schema_extra=LATER)]
    crm: Annotated[Crm | None, Field(json_schema_extra=LATER)] = None

    def account_name(self, key: str) -> str:
        """An account's name in the addresses of its webhooks; unique among all tenants."""
        return self.accounts[key].name or f"{self.tenant}-{key}"

    def walk(self) -> Iterator[tuple[tuple[str, ...], Queue]]:
        """Every queue with its path of keys from the top, parents before children."""
        yield from _walk(self.queues, ())


def _walk(
    queues: dict[str, Queue], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Queue]]:
    for key, queue in queues.items():
        path = (*above, key)
        yield path, queue
        yield from _walk(queue.queues, path)


def as_data(configuration: Configuration) -> dict[str, Any]:
    """The configuration as plain data, without what is left at its default."""
    data: dict[str, Any] = configuration.model_dump(mode="json", exclude_defaults=True)
    return data
