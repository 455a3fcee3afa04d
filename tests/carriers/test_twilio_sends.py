"""How we speak to Twilio, and how its answers are judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from carriers.protocol import (
    Accepted,
    Busy,
    Found,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    NotOwned,
    OutboundText,
    Owned,
    Ownership,
    Rejected,
    SendResult,
    Unsupported,
)
from carriers.twilio import TwilioCarrier
from tests.carriers.twilio_account import SID, STATUS_URL, account

TEXT = OutboundText(7, "threadline-7", "+14155550100", "+14155550199", "Hi 👋 & = +", STATUS_URL)
SINCE = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
DOUBT = InDoubtText(
    "threadline-7", TEXT.sender, TEXT.recipient, "hi", SINCE, frozenset({"SMknown"})
)
Handler = Callable[[httpx2.Request], httpx2.Response]


def answering(status: int, body: Any = None, **headers: str) -> Handler:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx2.Response(status, content=content, headers=headers)


def failing(error: type[Exception]) -> Handler:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise error("told")

    return fail


def refusing(status: int, code: int, message: str = "no") -> Handler:
    return answering(status, {"code": code, "message": message, "status": status})


async def sent(handler: Handler) -> SendResult:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await TwilioCarrier(account(), client).send(TEXT)


async def looked_up(handler: Handler, text: InDoubtText = DOUBT) -> LookupResult:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await TwilioCarrier(account(), client).look_up(text)


async def owned(handler: Handler, number: str = TEXT.sender) -> Ownership:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await TwilioCarrier(account(), client).owns(number)


@pytest.mark.parametrize(
    ("handler", "result"),
    [
        (answering(201, {"sid": "SM9", "num_segments": "2"}), Accepted("SM9", 2)),
        (answering(201, {"sid": "SM9", "num_segments": "0"}), Accepted("SM9")),
        (answering(201, {"sid": "SM9"}), Accepted("SM9")),
        (answering(201, {}), NoAnswer("an answer without a sid")),
        (answering(200, b"<html>"), NoAnswer("an answer without a sid")),
        (refusing(400, 21610), Rejected("21610", "no", opted_out=True)),
        (refusing(400, 21614), Rejected("21614", "no")),
        (refusing(400, 21211, "not a number"), Rejected("21211", "not a number")),
        (refusing(403, 21408), Rejected("21408", "no")),
        (refusing(404, 21617), Rejected("21617", "no")),
        (answering(422, b"?"), Rejected("422", "")),
        (refusing(429, 20429), Busy(None, "HTTP 429", throttled=True)),
        (
            answering(429, {}, **{"retry-after": "7"}),
            Busy(timedelta(seconds=7), "HTTP 429", throttled=True),
        ),
        (refusing(503, 20503), Busy(None, "HTTP 503")),
        (refusing(401, 20003), Busy(None, "HTTP 401, error 20003")),
        (refusing(403, 20005), Busy(None, "HTTP 403, error 20005")),
        (refusing(404, 20404), Busy(None, "HTTP 404, error 20404")),
        (answering(404, b"<html>"), Busy(None, "HTTP 404, error 404")),
        (answering(302, None, location="http://x"), Busy(None, "HTTP 302, error 302")),
        (answering(408, {}), NoAnswer("HTTP 408")),
        (refusing(500, 20500), NoAnswer("HTTP 500")),
        (answering(502, {}), NoAnswer("HTTP 502")),
        (answering(504, {}), NoAnswer("HTTP 504")),
        (failing(httpx2.ConnectError), Busy()),
        (failing(httpx2.ReadTimeout), NoAnswer("ReadTimeout")),
        (failing(httpx2.RemoteProtocolError), NoAnswer("RemoteProtocolError")),
    ],
)
async def test_a_text_is_sent_again_only_if_it_was_surely_not_taken(
    handler: Handler, result: SendResult
) -> None:
    assert await sent(handler) == result


def message(sid: str, body: str = "hi", made: datetime | str = SINCE, **more: Any) -> Any:
    told = made if isinstance(made, str) else made.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return {"sid": sid, "body": body, "date_created": told, "direction": "outbound-api"} | more


def listing(*messages: Any, more: str | None = None) -> Handler:
    return answering(200, {"messages": list(messages), "next_page_uri": more})


@pytest.mark.parametrize(
    ("handler", "result"),
    [
        (listing(message("SM9", num_segments="2")), Found("SM9", 2)),
        (listing(message("SM9", made=SINCE - timedelta(seconds=20))), Found("SM9")),
        (listing(), NotFound()),
        (listing(message("SMknown")), NotFound()),
        (listing(message("SM9", made=SINCE - timedelta(minutes=1))), NotFound()),
        (listing(message("SM9", direction="inbound")), NotFound()),
        (listing(message("SMknown"), message("SM9"), 1, {}), Found("SM9")),
        # Perhaps ours with other characters, perhaps another program's: nobody knows.
        (listing(message("SM9", body="other")), Unsupported()),
        (listing(message("SM9"), message("SM8")), Unsupported()),
        (listing(message("SM9", body="other", made="?")), Unsupported()),
        (listing(more="/page/2"), Unsupported()),
        (answering(200, {}), NoAnswer("HTTP 200")),
        (answering(200, b"<html>"), NoAnswer("HTTP 200")),
        (refusing(404, 20404), NoAnswer("HTTP 404")),
        (refusing(503, 20503), NoAnswer("HTTP 503")),
        (failing(httpx2.ConnectError), NoAnswer("no connection")),
        (failing(httpx2.ReadTimeout), NoAnswer("ReadTimeout")),
    ],
)
async def test_the_list_of_messages_tells_what_became_of_a_text_only_where_it_is_clear(
    handler: Handler, result: LookupResult
) -> None:
    assert await looked_up(handler) == result


def numbers(**capabilities: bool) -> Handler:
    item = {"phone_number": TEXT.sender, "capabilities": capabilities}
    return answering(200, {"incoming_phone_numbers": [{"phone_number": "+1415555010"}, item]})


@pytest.mark.parametrize(
    ("handler", "result"),
    [
        (numbers(sms=True, mms=True, voice=False), Owned(sms=True)),
        (numbers(SMS=True), Owned(sms=True)),
        (numbers(voice=True, sms=False), Owned(sms=False)),
        (numbers(), Owned(sms=False)),
        (answering(200, {"incoming_phone_numbers": []}), NotOwned()),
        # The filter also finds numbers that only contain ours.
        (
            answering(200, {"incoming_phone_numbers": [{"phone_number": f"{TEXT.sender}1"}]}),
            NotOwned(),
        ),
        (refusing(401, 20003), NoAnswer("HTTP 401, error 20003")),
        (answering(200, b"<html>"), NoAnswer("HTTP 200")),
        (failing(httpx2.ConnectError), NoAnswer("no connection")),
        (failing(httpx2.ReadTimeout), NoAnswer("ReadTimeout")),
    ],
)
async def test_the_account_owns_a_number_only_if_twilio_says_so(
    handler: Handler, result: Ownership
) -> None:
    assert await owned(handler) == result


async def test_a_short_code_is_looked_for_among_the_short_codes() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json={"short_codes": [{"short_code": "72345"}]})

    assert await owned(answer, "72345") == Owned(sms=True)
    assert asked == [
        f"https://api.twilio.com/2010-04-01/Accounts/{SID}/SMS/ShortCodes.json?ShortCode=72345"
    ]


async def test_two_texts_with_the_same_words_are_told_apart_by_what_is_known() -> None:
    both = listing(message("SM2"), message("SM1"))
    assert await looked_up(both, replace(DOUBT, known=frozenset({"SM1"}))) == Found("SM2")
