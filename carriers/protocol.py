"""What the engine asks of a carrier, and the four ways in which a send can end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from domain.commands import Command
from domain.receipts import SegmentStatus

WEBHOOK_LIMIT = 1024 * 1024
"""Bytes of a webhook's body; above it 413. The HTTP edge stops reading at the same number."""


@dataclass(frozen=True)
class CarrierAccount:
    """One tenant's account with one carrier; `carrier` is its name in the registry.

    Which settings and secrets there are is the carrier's affair: `CarrierAccountRefused` names
    what is missing or wrong.
    """

    id: int
    tenant_id: int
    carrier: str
    name: str
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)


class CarrierAccountRefused(Exception):
    """A setting or secret of an account that its carrier cannot work with; `rule` says why."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name} {rule}")
        self.name = name
        self.rule = rule


@dataclass(frozen=True)
class OutboundText:
    """One text to hand over. `reference` is ours; the carrier repeats it in receipts."""

    message_id: int
    reference: str
    sender: str
    recipient: str
    text: str
    status_url: str


@dataclass(frozen=True)
class Accepted:
    """The carrier took the text. `segments` is its own count, where it says one."""

    provider_id: str
    segments: int | None = None


@dataclass(frozen=True)
class Rejected:
    """Refused for good: never retried. `reason`: the carrier's own words, empty without any.

    `opted_out`: the carrier's own block, a consent fact.
    """

    code: str
    reason: str
    opted_out: bool = False


@dataclass(frozen=True)
class Busy:
    """Surely not taken (connection refused, 429, 503): the same text may be sent again.

    `throttled`: the carrier is well and asks us to be slower; no sign of trouble.
    """

    retry_after: timedelta | None = None
    reason: str = "no connection"
    throttled: bool = False


@dataclass(frozen=True)
class NoAnswer:
    """Perhaps taken (time-out, connection lost, 500, garbage): never sent again blindly."""

    reason: str


SendResult = Accepted | Rejected | Busy | NoAnswer


@dataclass(frozen=True)
class InDoubtText:
    """A text that was handed over at `since`, and whose answer never came.

    `known` are the carrier's ids of our other texts to this phone: none of them is this one.
    """

    reference: str
    sender: str
    recipient: str
    text: str
    since: datetime
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """The carrier has the text in doubt."""

    provider_id: str
    segments: int | None = None


@dataclass(frozen=True)
class NotFound:
    """The carrier has no such text, at this moment."""


@dataclass(frozen=True)
class Unsupported:
    """The carrier cannot tell: only a receipt can."""


LookupResult = Found | NotFound | NoAnswer | Unsupported


@dataclass(frozen=True)
class Owned:
    """The account owns the number; `sms`: and it can send and receive texts."""

    sms: bool


@dataclass(frozen=True)
class NotOwned:
    """The account does not own the number."""


Ownership = Owned | NotOwned | NoAnswer


@dataclass(frozen=True)
class InboundMedia:
    """A picture or video, still at the carrier. `size` in bytes where the carrier says it."""

    url: str
    content_type: str
    size: int | None = None


@dataclass(frozen=True)
class InboundText:
    """A text from a phone. `provider_id` is the key of deduplication within the account.

    `text` is as the carrier gave it: it may hold NUL and halves of surrogate pairs. `answered`:
    the carrier itself recognised this command of consent, and has answered it (product B).
    """

    provider_id: str
    sender: str
    recipient: str
    text: str
    media: tuple[InboundMedia, ...] = ()
    answered: Command | None = None


@dataclass(frozen=True)
class Receipt:
    """What happened to one segment (counted from 0) of a text that we sent, or to all: `WHOLE`.

    `opted_out`: it was the carrier's own block that stopped the text.
    """

    reference: str | None
    provider_id: str
    segment: int
    status: SegmentStatus
    error: str | None = None
    opted_out: bool = False


@dataclass(frozen=True)
class WebhookRequest:
    """A webhook as it came: the public URL, header names in lower case, the exact bytes."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class WebhookRefused(Exception):
    """A webhook that is not believed (403), not understood (400) or too large (413)."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Acknowledgement:
    """What a carrier is answered when its webhook was taken: 204 without a body, else 200."""

    body: str = ""
    content_type: str = ""


class Carrier(Protocol):
    """One account with one carrier. Sends never raise for what a carrier does.

    `looks_up_after`: from then on, counted from the hand-over, a text that is not found was
    surely never taken.
    """

    name: str
    looks_up_after: timedelta
    inbound_acknowledgement: Acknowledgement

    async def send(self, text: OutboundText) -> SendResult:
        """Hand over one text, in one HTTP request, without retrying."""
        ...

    async def look_up(self, text: InDoubtText) -> LookupResult:
        """Ask whether the carrier took a text whose answer never came."""
        ...

    async def owns(self, number: str) -> Ownership:
        """Ask whether the account owns a number, and whether that can do SMS (product C4)."""
        ...

    def parse_inbound(self, request: WebhookRequest) -> InboundText:
        """Verify the signature, then read the text; raises WebhookRefused."""
        ...

    def parse_status(self, request: WebhookRequest) -> list[Receipt]:
        """Verify the signature, then read the receipts; raises WebhookRefused."""
        ...
