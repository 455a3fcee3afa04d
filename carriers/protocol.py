"""What the engine asks of a carrier, and the four ways in which a send can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.receipts import SegmentStatus

WEBHOOK_LIMIT = 1024 * 1024
"""Bytes of a webhook's body; above it 413. The HTTP edge stops reading at the same number."""


@dataclass(frozen=True)
class CarrierAccount:
    """One tenant's account with one carrier; `carrier` is its name in the registry."""

    id: int
    tenant_id: int
    carrier: str
    name: str
    base_url: str
    secret: str


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
    """Surely not taken (connection refused, 429, 503): the same text may be sent again."""

    retry_after: timedelta | None = None


@dataclass(frozen=True)
class NoAnswer:
    """Perhaps taken (time-out, connection lost, 500, garbage): never sent again blindly."""

    reason: str


SendResult = Accepted | Rejected | Busy | NoAnswer


@dataclass(frozen=True)
class Found:
    """The carrier has a text under our reference."""

    provider_id: str
    segments: int | None = None


@dataclass(frozen=True)
class NotFound:
    """The carrier surely has no text under our reference, at this moment."""


@dataclass(frozen=True)
class Unsupported:
    """This carrier cannot be asked by our reference: only a receipt can tell."""


LookupResult = Found | NotFound | NoAnswer | Unsupported


@dataclass(frozen=True)
class InboundMedia:
    """A picture or video, still at the carrier. `size` in bytes where the carrier says it."""

    url: str
    content_type: str
    size: int | None = None


@dataclass(frozen=True)
class InboundText:
    """A text from a phone. `provider_id` is the key of deduplication within the account.

    `text` is as the carrier gave it: it may hold NUL and halves of surrogate pairs.
    """

    provider_id: str
    sender: str
    recipient: str
    text: str
    media: tuple[InboundMedia, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What happened to one segment (counted from 0) of a text that we sent."""

    reference: str | None
    provider_id: str
    segment: int
    status: SegmentStatus
    error: str | None = None


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


class Carrier(Protocol):
    """One account with one carrier. Sends never raise for what a carrier does."""

    name: str
    can_look_up: bool

    async def send(self, text: OutboundText) -> SendResult:
        """Hand over one text, in one HTTP request, without retrying."""
        ...

    async def look_up(self, reference: str, sender: str, recipient: str) -> LookupResult:
        """Ask whether the carrier took the text with our reference."""
        ...

    def parse_inbound(self, request: WebhookRequest) -> InboundText:
        """Verify the signature, then read the text; raises WebhookRefused."""
        ...

    def parse_status(self, request: WebhookRequest) -> list[Receipt]:
        """Verify the signature, then read the receipts; raises WebhookRefused."""
        ...
