"""What must hold after the traffic: each function names what is wrong, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.traffic import Consumer, Outcome
from domain.reasons import CHAT_ENDED
from domain.statuses import ENDED
from tests.system.record import Chat, Text

Screens = Mapping[str, Sequence[dict[str, Any]]]


def every_story_ended(consumers: Iterable[Consumer]) -> list[str]:
    return [one.stuck for one in consumers if one.stuck]


def nothing_said_is_lost_or_doubled(
    consumers: Iterable[Consumer], inbound: Iterable[Text]
) -> list[str]:
    """Each text that the carrier took from a phone stands in the store once, with its media."""
    said = Counter((one.phone, s.text, s.media) for one in consumers for s in one.said)
    kept = Counter((text.phone, text.text, text.media) for text in inbound)
    lost = [
        f"{phone} said {text!r}: lost {n} times" for (phone, text, _), n in (said - kept).items()
    ]
    more = [
        f"{phone} said {text!r}: doubled {n} times" for (phone, text, _), n in (kept - said).items()
    ]
    return lost + more


def nothing_written_is_lost_doubled_or_swapped(
    outbound: Sequence[Text], screens: Screens
) -> list[str]:
    """Each text of ours that went out is on its phone once; the texts of one chat in order.

    Of what belongs to no chat, answers to commands, only the number counts: nothing makes them
    wait for each other.
    """
    wrong = []
    phones = {text.phone for text in outbound} | screens.keys()
    for phone in sorted(phones):
        written = [text for text in outbound if text.phone == phone and not _kept_back(text)]
        shown = [one["text"] for one in screens.get(phone, ()) if one["direction"] == "to_phone"]
        missing, more = Counter(t.text for t in written), Counter(shown)
        wrong += [f"{phone} misses {text!r} ({n} times)" for text, n in (missing - more).items()]
        wrong += [
            f"{phone} has {text!r} {n} times too often" for text, n in (more - missing).items()
        ]
        chats = [text.text for text in written if text.chat_id is not None]
        loose = {text.text for text in written if text.chat_id is None}
        if [text for text in shown if text not in loose] != chats:
            wrong.append(f"{phone} has the texts of its chats in another order")
    return wrong


def _kept_back(text: Text) -> bool:
    """Not sent on purpose: the consumer said STOP, or has left by EXIT before it went out."""
    return text.status == "blocked" or (text.status, text.error) == ("failed", CHAT_ENDED)


def every_text_came_to_its_end(outbound: Iterable[Text], *, receipts_dropped: bool) -> list[str]:
    good = {"delivered"} | ({"sent"} if receipts_dropped else set())
    return [
        f"text {text.id} ({text.kind}) to {text.phone} is {text.status} ({text.error})"
        for text in outbound
        if text.status not in good and not _kept_back(text)
    ]


def opted_out_phones_got_nothing(outbound: Iterable[Text], screens: Screens) -> list[str]:
    """Behind its confirmation a phone gets nothing that it did not ask for, up to START.

    A text that was in the carrier's hands before may still arrive.
    """
    known = {(text.phone, text.text): text for text in outbound}
    wrong = []
    for phone, shown in screens.items():
        confirmed: Text | None = None
        for one in shown:
            text = known.get((phone, one["text"]))
            if one["direction"] != "to_phone" or text is None:
                continue
            if text.kind == "opt_out":
                confirmed = text
            elif text.kind == "opt_in":
                confirmed = None
            elif text.kind == "help" or confirmed is None:
                continue
            elif text.claimed_at > confirmed.created_at:
                wrong.append(f"{phone} opted out, and got {text.text!r}")
    return wrong


def every_chat_ended_as_it_should(
    consumers: Iterable[Consumer], chats: Sequence[Chat]
) -> list[str]:
    """In the order of each consumer's story; as many chats as the story has.

    Where the time did not suffice for a story, that is wrong enough.
    """
    wrong = []
    for one in (one for one in consumers if one.through):
        found = [_outcome(chat) for chat in chats if chat.phone == one.phone]
        if len(found) != len(one.chats):
            wrong.append(f"{one.phone} ({one.kind}) has {len(found)} chats, not {len(one.chats)}")
        for got, expected in zip(found, one.chats, strict=False):
            if got not in expected:
                wrong.append(f"{one.phone} ({one.kind}): a chat ended as {got}, not {expected}")
    return wrong


def _outcome(chat: Chat) -> Outcome:
    if chat.status not in ENDED:
        return None
    return chat.status, chat.fail_reason, chat.disconnected_by


def every_chat_is_settled_or_live(
    chats: Iterable[Chat], running: Mapping[int, list[str]]
) -> list[str]:
    """An ended chat is settled and has no workflow; a live one has exactly its own."""
    wrong = []
    for chat in chats:
        over = chat.status in ENDED
        if over and not chat.settled:
            wrong.append(f"chat {chat.id} is {chat.status}, and not settled")
        expected = [] if over else [chat.workflow()]
        if running[chat.id] != expected:
            wrong.append(f"chat {chat.id} ({chat.status}) runs as {running[chat.id]}")
    return wrong


def events_have_no_gap(where: str, positions: Sequence[int]) -> list[str]:
    """From the first to the last, each once and in order."""
    if list(positions) == list(range(1, len(positions) + 1)):
        return []
    at = next(n for n, position in enumerate(positions, start=1) if n != position)
    return [f"{where} of events has {positions[at - 1]} where {at} should be"]


def no_agent_had_too_many(most: int, limit: int) -> list[str]:
    return [f"an agent had {most} chats at once, allowed are {limit}"] if most > limit else []


def logs_are_clean(logs: Mapping[str, str]) -> list[str]:
    """No part logged an error: what faults of the carrier cause is expected, and no error."""
    return [
        f"{part} logged: {line[:300]}"
        for part, log in logs.items()
        for line in log.splitlines()
        if '"level": "error"' in line or "Traceback" in line or "ERROR" in line
    ]
