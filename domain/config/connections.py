"""Whom a company is connected with: carriers, receivers of events, a CRM; secrets by reference."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from domain.config.forms import Key, Url
from domain.config.settings import Strict
from domain.event_types import EventType

TENANTS_OWN = "THREADLINE_TENANT_"


def own_variables(subdomain: str) -> str:
    """How the variables begin that a tenant's administrator may name.

    A `-` stands as `__` there, and no further `_` follows, so that no variable is two tenants':
    those of `acme-b` begin with `THREADLINE_TENANT_ACME__B_`, which `acme` may not name.
    """
    return f"{TENANTS_OWN}{subdomain.upper().replace('-', '__')}_"


class TranscriptForm(StrEnum):
    """How a chat's transcript stands in the CRM (product E3)."""

    COMMENT = "comment"
    ATTACHMENT = "attachment"
    BOTH = "both"


class Secret(Strict):
    """Where a secret is; never the secret itself. Exactly one of the two."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["env"]}, {"required": ["file"]}]}
    )

    env: Annotated[str | None, Field(description="A variable of the processes' environment.")] = (
        None
    )
    file: Annotated[str | None, Field(description="An absolute path that they can read.")] = None

    def belongs_to(self, subdomain: str) -> bool:
        """Whether it is a variable of that tenant's own."""
        own = own_variables(subdomain)
        return self.env is not None and self.env.startswith(own) and self.env[len(own) :][:1] != "_"

    @property
    def reference(self) -> str:
        """As the store keeps it: `env:NAME` or `file:PATH`."""
        return f"env:{self.env}" if self.env is not None else f"file:{self.file}"


class Account(Strict):
    """An account with a carrier; which settings and secrets there are is the carrier's affair."""

    carrier: Annotated[str, Field(description="Its name in the registry of carriers.")]
    name: Annotated[
        Key | None,
        Field(description="In the addresses of its webhooks; else the tenant and the key."),
    ] = None
    url: Annotated[Url | None, Field(description="The carrier's API, where it has no own.")] = None
    settings: Annotated[
        dict[str, str], Field(default_factory=dict, description="By the carrier's names.")
    ]
    secrets: Annotated[
        dict[str, Secret], Field(default_factory=dict, description="By the carrier's names.")
    ]


class Webhook(Strict):
    """Where events are posted, signed as standardwebhooks.com says (product F4)."""

    url: Url
    secret: Secret
    events: Annotated[tuple[EventType, ...], Field(description="Types; none: all.")] = ()


class Crm(Strict):
    """The CRM in which contacts are looked up and chats recorded (product E): one per tenant."""

    kind: Annotated[
        Key,
        Field(description="Which CRM it is, by name. The kinds come with the modules for them."),
    ]
    url: Annotated[Url, Field(description="Where it is.")]
    secret: Annotated[Secret, Field(description="Where our credentials for it are.")]
    transcript: Annotated[
        TranscriptForm, Field(description="How a chat's transcript is put on the record.")
    ] = TranscriptForm.COMMENT
    record_unanswered: Annotated[
        bool, Field(description="A chat that nobody answered gets a record, too.")
    ] = False
