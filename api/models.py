"""The bodies that clients send. Strict types, unknown fields ignored, every string storable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from domain.plaintext import clean_text
from services import agent_shapes

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _cleaned(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _storable(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise ValueError("must not contain NUL or half a surrogate pair")
    return value


# What people write is cleaned; what names something is refused, so that two names never merge.
FreeText = Annotated[str, BeforeValidator(_cleaned)]
Name = Annotated[str, AfterValidator(_storable)]

# What lies outside cannot be turned into UTC, in some zones.
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
At = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST, description="ISO-8601, with a zone.")]

ChatId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of a chat.")]
OfChat = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Filled in for this chat.")]
# Message numbers are 32-bit integers in the store.
AfterSeq = Annotated[int, Query(ge=0, le=2**31 - 1, description="Only messages behind this one.")]

BeforeSeq = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Only messages before this one.")
]
Newest = Annotated[int | None, Query(ge=1, le=200, description="Only so many, the newest.")]
BeforeChat = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older chats.")]
Per = Annotated[int, Query(ge=1, le=100, description="How many on a page.")]
# Together they stay below the largest number of a message.
Page = Annotated[int, Query(ge=1, le=2 * 10**7, description="Which page, from 1.")]


class Body(BaseModel):
    """What every body is: strict types, unknown fields ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class LoginRequest(Body):
    """Who wants to log in; `tenant` is the subdomain."""

    tenant: Annotated[Name, Field(min_length=1, max_length=100)]
    email: Annotated[Name, Field(min_length=1, max_length=320)]
    # Bounded, because hashing takes longer the longer it is.
    password: Annotated[Name, Field(min_length=1, max_length=1000)]


# Long rather than strange (NIST SP 800-63B); bounded, because hashing takes longer the longer.
NewPassword = Annotated[Name, Field(min_length=12, max_length=1000)]


class PasswordRequest(Body):
    """The present password, and another one."""

    current: Annotated[Name, Field(min_length=1, max_length=1000)]
    new: NewPassword


class StatusRequest(Body):
    """The status that the agent chooses."""

    status: Annotated[Name, Field(max_length=50)]


class ReadRequest(Body):
    """The last message that the agent has read."""

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]


class MessageRequest(Body):
    """A text to the consumer; the same `client_id` again gives the first message."""

    text: FreeText
    client_id: Annotated[Name, Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Me(agent_shapes.Agent):
    """The agent who is logged in; the token for `X-CSRF-Token` where a cookie is used."""

    csrf_token: str


@dataclass(frozen=True)
class LoginAnswer:
    """A session of 12 hours. The same token stands in the cookie."""

    token: str
    csrf_token: str
    agent: agent_shapes.Agent
