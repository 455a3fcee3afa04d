"""Sending one text to its carrier: at most one try at a time, never a blind second text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from carriers.protocol import (
    Accepted,
    Busy,
    Carrier,
    CarrierAccountRefused,
    Found,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    OutboundText,
    Rejected,
    SendResult,
    Unsupported,
)
from domain.health import LONGEST_TOLD_PAUSE
from domain.process import SendOutcome, SendText, SentText
from services import claims, sends
from services.claims import HandOver, InDoubt, NotDue, OutOfOrder, Settled, Superseded
from store import sends as texts
from store.database import Database
from store.numbers import Account

# A carrier that is busy is asked again within this time, whatever it says; one that asks us to be
# slower is believed for longer.
LONGEST_PAUSE = timedelta(seconds=20)
# No tenant has this id: the text is gone, and its process ends.
NOBODY = 0
DOUBT_PAUSE = timedelta(seconds=2)


class SendActivities:
    """Bound to one database and the carriers of its accounts."""

    def __init__(
        self, db: Database, carrier_of: Callable[[Account], Carrier], public_base_url: str
    ) -> None:
        self._db = db
        self._carrier_of = carrier_of
        self._base_url = public_base_url.rstrip("/")

    @activity.defn(name="send_text")
    async def send_text(self, send: SendText) -> SentText:
        """Claim, hand over, record. What cannot be decided now ends the try and is retried."""
        incarnation = None if send.chat is None else send.chat.incarnation
        tenant_id = await self._tenant_of(send)
        claim = await self._db.write(claims.claim, tenant_id, send.message_id, incarnation)
        match claim:
            case Settled():
                return _done(claim)
            case Superseded():
                return SentText(SendOutcome.SUPERSEDED)
            case NotDue(wait, why):
                raise _later(why, wait)
            case OutOfOrder(wait):
                raise _later("the carrier account is out of order", wait)
            case HandOver():
                return await self._hand_over(claim)
            case InDoubt():
                return await self._resolve(claim)

    async def _tenant_of(self, send: SendText) -> int:
        if send.chat is not None:
            return send.chat.tenant_id
        found = send.tenant_id or await self._db.read(texts.tenant_of, send.message_id)
        return found or NOBODY

    async def _hand_over(self, text: HandOver) -> SentText:
        tenant_id = text.account.tenant_id
        if await self._db.clock.now() - text.claimed_at > claims.FRESH:
            await self._db.write(sends.not_taken, tenant_id, text.message_id, text.attempt)
            raise _later("the claim waited too long for the store", timedelta(0))
        answer = await self._send(text)
        match answer:
            case Accepted():
                settled = await self._db.write(sends.accepted, tenant_id, text.message_id, answer)
                return _done(settled)
            case Rejected():
                settled = await self._db.write(sends.rejected, tenant_id, text.message_id, answer)
                return _done(settled)
            case Busy():
                pause = await self._db.write(sends.busy, text, answer)
                longest = LONGEST_TOLD_PAUSE if answer.throttled else LONGEST_PAUSE
                pause = None if pause is None else min(pause, longest)
                raise _later(f"the carrier takes nothing now: {answer.reason}", pause)
            case NoAnswer(reason):
                await self._db.write(sends.unanswered, text, answer, text.claimed_at)
                raise _later(f"no answer from the carrier: {reason}", DOUBT_PAUSE)

    async def _resolve(self, doubt: InDoubt) -> SentText:
        """An earlier try ended without an answer: ask the carrier, or wait for the receipt."""
        text, tenant_id = doubt.hand_over, doubt.hand_over.account.tenant_id
        if not doubt.askable:
            return _done(await self._db.write(sends.give_up, tenant_id, text.message_id))
        asked_at = await self._db.clock.now()
        found, patience = await self._look_up(doubt)
        now = await self._db.clock.now()
        match found:
            case Found():
                settled = await self._db.write(sends.accepted, tenant_id, text.message_id, found)
                return _done(settled)
            case NotFound():
                if now - doubt.since < patience:
                    raise _later("the carrier does not know the text yet", DOUBT_PAUSE)
                await self._db.write(sends.not_taken, tenant_id, text.message_id, text.attempt)
                raise _later("the carrier never got the text", timedelta(0))
            case Unsupported():
                if now - doubt.since < sends.RECEIPT_PATIENCE:
                    raise _later("waiting for the receipt", DOUBT_PAUSE)
                settled = await self._db.write(sends.give_up, tenant_id, text.message_id)
                return _done(settled)
            case NoAnswer(reason):
                await self._db.write(sends.unanswered, text, found, asked_at)
                if doubt.overdue:
                    return _done(await self._db.write(sends.give_up, tenant_id, text.message_id))
                raise _later(f"the carrier cannot be asked: {reason}", None)

    async def _send(self, text: HandOver) -> SendResult:
        try:
            carrier = self._carrier_of(text.account)
        except CarrierAccountRefused as error:
            return Busy(reason=f"{error.name} is missing or wrong")
        return await carrier.send(self._outbound(text))

    async def _look_up(self, doubt: InDoubt) -> tuple[LookupResult, timedelta]:
        """What the carrier says of the text, and from what age on its No is believed."""
        text = doubt.hand_over
        asked = InDoubtText(
            reference=text.reference,
            sender=text.sender,
            recipient=text.recipient,
            text=text.text,
            since=doubt.since,
            known=doubt.known,
        )
        try:
            carrier = self._carrier_of(text.account)
        except CarrierAccountRefused as error:
            return NoAnswer(f"{error.name} is missing or wrong"), sends.GRACE
        return await carrier.look_up(asked), max(sends.GRACE, carrier.looks_up_after)

    def _outbound(self, text: HandOver) -> OutboundText:
        account = text.account
        return OutboundText(
            message_id=text.message_id,
            reference=text.reference,
            sender=text.sender,
            recipient=text.recipient,
            text=text.text,
            status_url=f"{self._base_url}/carriers/{account.carrier}/{account.name}/status",
        )


def _done(settled: Settled) -> SentText:
    return SentText(SendOutcome.DONE, settled.deadline_at, settled.ptr)


def _later(why: str, wait: timedelta | None) -> ApplicationError:
    """End this try; Temporal starts the next one. Without `wait` by the policy's back-off."""
    pause = None if wait is None else max(wait, timedelta(milliseconds=1))
    benign = ApplicationErrorCategory.BENIGN
    return ApplicationError(why, type="later", next_retry_delay=pause, category=benign)
