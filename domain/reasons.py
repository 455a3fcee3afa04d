"""Why a text did not arrive, and what an agent can do about it: every such sentence is here.

Codes of ours are words; codes of carriers are numbers, Twilio's and Telnyx's as their public
lists of error codes explain them. The two lists do not overlap, so a code needs no carrier.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.statuses import MessageStatus

OPTED_OUT = "opted_out"
CHAT_ENDED = "chat_ended"
NO_ANSWER = "no_answer"
NUMBER_GONE = "number_gone"


@dataclass(frozen=True)
class Reason:
    """What happened and what the agent can do; `carrier_says` are the carrier's own words."""

    what: str
    advice: str
    carrier_says: str | None = None


_LATER = "Try again later, or reach the consumer another way."
_OTHER_WAY = "Texting will not work here: reach the consumer another way."
_OPS = "Tell your administrator: the number or the account needs a repair."
_REWORD = "Write it in other words, without short links or advertising, and send it again."
_START = "Only the consumer can change that, by texting START."

_REASONS: dict[str, tuple[str, str]] = {
    OPTED_OUT: ("The consumer has opted out, so it was not sent.", _START),
    CHAT_ENDED: ("The chat ended before it could be sent.", "It may be said in a new chat."),
    NUMBER_GONE: (
        "Our number was given up before it could be sent.",
        "Reach the consumer another way, or from another of our numbers.",
    ),
    NO_ANSWER: (
        "The carrier never answered: it may have arrived, or not.",
        "Ask the consumer before you send it again.",
    ),
    "21211": ("The carrier does not know this as a phone number.", _OTHER_WAY),
    "21408": ("The carrier does not allow us to text this country.", _OPS),
    "21606": ("The carrier does not let our number send texts.", _OPS),
    "21610": ("The consumer has opted out at the carrier.", _START),
    "21611": (
        "Too many texts of our number wait at the carrier.",
        "Send it again in some minutes.",
    ),
    "21612": ("The carrier knows no way from our number to this one.", _OPS),
    "21614": ("This number cannot receive texts: it is no mobile phone.", _OTHER_WAY),
    "21617": ("The text is too long for the carrier.", "Send it in shorter parts."),
    "30001": (
        "Too many texts of our number wait at the carrier.",
        "Send it again in some minutes.",
    ),
    "30002": ("Our account with the carrier is suspended.", _OPS),
    "30003": ("The phone could not be reached: it is off or has no signal.", _LATER),
    "30004": ("The consumer's network blocks our texts.", _OTHER_WAY),
    "30005": ("The number does not exist, or not any more.", _OTHER_WAY),
    "30006": ("A landline, or a network that takes no texts from us.", _OTHER_WAY),
    "30007": ("The carrier took it for spam and filtered it.", _REWORD),
    "30008": ("The carrier could not deliver it, and gives no reason.", _LATER),
    "30010": ("It would have cost more than our account allows.", _OPS),
    "30017": ("The consumer's network is congested.", "Send it again in some minutes."),
    "30022": (
        "We have sent more than our number may in this time.",
        "Send it again in some minutes.",
    ),
    "30023": ("We have sent all that our number may today.", "Send it again tomorrow."),
    "30024": ("The consumer's network does not know our number as a sender.", _OPS),
    "30032": ("Our toll-free number is not verified with the carrier.", _OPS),
    "30034": ("Our number is not registered for texts to this network.", _OPS),
    "30036": ("It could not be delivered in time, and is out of date now.", _LATER),
    "30410": ("The consumer's network did not answer the carrier.", _LATER),
    "40001": ("This number cannot receive texts: it is no mobile phone.", _OTHER_WAY),
    "40002": ("The carrier took it for spam and filtered it.", _REWORD),
    "40003": ("The carrier took it for spam and filtered it.", _REWORD),
    "40004": ("The consumer's network refused it.", _LATER),
    "40005": ("It could not be delivered in time, and is out of date now.", _LATER),
    "40008": ("The carrier could not deliver it, and gives no reason.", _LATER),
    "40010": ("Our number is not registered for texts to this network.", _OPS),
    "40300": ("The consumer has opted out at the carrier.", _START),
}

_IN_TROUBLE: dict[MessageStatus, tuple[str, str]] = {
    MessageStatus.BLOCKED: _REASONS[OPTED_OUT],
    MessageStatus.FAILED: ("The carrier refused it.", _LATER),
    MessageStatus.UNDELIVERED: ("The carrier could not deliver it.", _LATER),
    MessageStatus.UNKNOWN: _REASONS[NO_ANSWER],
}
_OURS = (OPTED_OUT, CHAT_ENDED, NUMBER_GONE, NO_ANSWER)


def explain(
    status: MessageStatus, error: str | None, carrier_says: str | None = None
) -> Reason | None:
    """The reason of a text in trouble; None for one that is on its way or has arrived.

    A code that is not listed is told as it is, so that it can be looked up.
    """
    if status not in _IN_TROUBLE:
        return None
    known = _REASONS.get(error or "")
    what, advice = known or _IN_TROUBLE[status]
    if error is not None and known is None:
        what = f"{what.removesuffix('.')} (code {error})."
    return Reason(what, advice, None if error in _OURS else carrier_says)
