"""What Twilio posts, read field by field: texts from phones, and what became of ours.

Twilio adds parameters at any time: only those named here are looked at.
"""

import re
from urllib.parse import parse_qs, urlsplit

from carriers.payload import Payload
from carriers.protocol import InboundMedia, InboundText, Receipt
from domain.commands import Command
from domain.receipts import WHOLE, SegmentStatus

OPTED_OUT = "21610"
REFERENCE = "reference"
_MEDIA = re.compile(r"MediaUrl([0-9]{1,3})")
_LONGEST_URL = 2048
_ANSWERED = {"STOP": Command.OPT_OUT, "START": Command.OPT_IN, "HELP": Command.HELP}
# A status that Twilio gave before it was sent says that Twilio has the text, which is our "sent".
_STATUSES = {
    "accepted": SegmentStatus.SENT,
    "scheduled": SegmentStatus.SENT,
    "queued": SegmentStatus.SENT,
    "sending": SegmentStatus.SENT,
    "sent": SegmentStatus.SENT,
    "delivered": SegmentStatus.DELIVERED,
    "read": SegmentStatus.DELIVERED,
    "undelivered": SegmentStatus.UNDELIVERED,
    "failed": SegmentStatus.FAILED,
    "canceled": SegmentStatus.FAILED,
}


def read_inbound(payload: Payload) -> InboundText:
    """A text from a phone. The MessageSid names it, however often and by whichever of our
    addresses it is delivered."""
    return InboundText(
        provider_id=payload.name("MessageSid"),
        sender=payload.number("From"),
        recipient=payload.number("To"),
        text=payload.text("Body"),
        media=_media(payload),
        answered=_ANSWERED.get(payload.optional_name("OptOutType") or ""),
    )


def read_status(payload: Payload, url: str) -> list[Receipt]:
    """What became of a text of ours; our reference stands in the URL that we gave with it."""
    status = _STATUSES.get(payload.name("MessageStatus").lower())
    if status is None:
        return []  # a status that does not exist yet: the next one tells
    error = payload.optional_code("ErrorCode")
    references = parse_qs(urlsplit(url).query).get(REFERENCE, [])
    receipt = Receipt(
        reference=references[0] if len(references) == 1 else None,
        provider_id=payload.name("MessageSid"),
        segment=WHOLE,
        status=status,
        error=error,
        opted_out=error == OPTED_OUT,
    )
    return [receipt]


def _media(payload: Payload) -> tuple[InboundMedia, ...]:
    """Every item, in order: MediaUrl0, MediaContentType0, MediaUrl1, …"""
    indices = sorted(int(found[1]) for found in map(_MEDIA.fullmatch, payload.names) if found)
    return tuple(_item(payload, index) for index in indices)


def _item(payload: Payload, index: int) -> InboundMedia:
    url = payload.name(f"MediaUrl{index}", longest=_LONGEST_URL)
    if not url.startswith(("http://", "https://")):
        payload.refuse(f"MediaUrl{index}", "must be an HTTP URL")
    named = payload.optional_name(f"MediaContentType{index}")
    return InboundMedia(url, named or "application/octet-stream")
