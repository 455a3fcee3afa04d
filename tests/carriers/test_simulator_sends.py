"""How the simulated carrier's answers are judged: taken, refused, surely not taken, unknown."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from carriers.protocol import (
    Accepted,
    Busy,
    CarrierAccount,
    Found,
    InDoubtText,
    LookupResult,
    NoAnswer,
    NotFound,
    OutboundText,
    Owned,
    Rejected,
    SendResult,
    Unsupported,
)
from carriers.simulator import SimulatorCarrier

ACCOUNT = CarrierAccount(1, 1, "simulator", "acme", "http://carrier.test/", {"secret": "s3cret"})
TEXT = OutboundText(7, "m-7", "+14155550100", "+14155550199", "hi", "http://us.test/status")
DOUBT = InDoubtText("m-7", TEXT.sender, TEXT.recipient, "hi", datetime(2026, 3, 1, tzinfo=UTC))

Handler = Callable[[httpx2.Request], httpx2.Response]


async def sent(handler: Handler) -> SendResult:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await SimulatorCarrier(ACCOUNT, client).send(TEXT)


async def looked_up(handler: Handler) -> LookupResult:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        return await SimulatorCarrier(ACCOUNT, client).look_up(DOUBT)


def answering(status: int, body: Any = None, **headers: str) -> Handler:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx2.Response(status, content=content, headers=headers)


def failing(error: type[Exception]) -> Handler:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise error("told")

    return fail


async def test_a_send_says_who_we_are_and_where_receipts_go() -> None:
    requests: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(201, json={"id": "SM9", "segments": 1})

    assert await sent(take) == Accepted("SM9", 1)
    [request] = requests
    assert str(request.url) == "http://carrier.test/carrier/v1/messages"
    assert request.headers["authorization"].startswith("Bearer ")
    assert ACCOUNT.secrets["secret"] not in request.headers["authorization"]
    assert json.loads(request.content) == {
        "reference": "m-7",
        "from": "+14155550100",
        "to": "+14155550199",
        "text": "hi",
        "status_url": "http://us.test/status",
    }


@pytest.mark.parametrize(
    ("handler", "result"),
    [
        (answering(201, {"id": "SM9"}), Accepted("SM9")),
        (answering(200, {"id": "SM9", "segments": "two"}), Accepted("SM9")),
        (answering(201, {}), NoAnswer("an answer without an id")),
        (answering(201, b"<html>"), NoAnswer("an answer without an id")),
        (answering(201, []), NoAnswer("an answer without an id")),
        (answering(400, {"code": "30006", "message": "no"}), Rejected("30006", "no")),
        (answering(400, {"code": "21610", "message": "no"}), Rejected("21610", "no", True)),
        (answering(400, {"code": 40300, "message": "no"}), Rejected("40300", "no", True)),
        (answering(422, b"?"), Rejected("422", "")),
        (answering(429, None), Busy(None, "HTTP 429", throttled=True)),
        (
            answering(429, None, **{"retry-after": "7"}),
            Busy(timedelta(seconds=7), "HTTP 429", throttled=True),
        ),
        (answering(503, None, **{"retry-after": "soon"}), Busy(None, "HTTP 503")),
        (answering(503, None, **{"retry-after": "9" * 99}), Busy(timedelta(hours=1), "HTTP 503")),
        (answering(401, {}), Busy(None, "HTTP 401")),
        (answering(404, {}), Busy(None, "HTTP 404")),
        (answering(302, None, location="http://x"), Busy(None, "HTTP 302")),
        (answering(408, {}), NoAnswer("HTTP 408")),
        (answering(500, {}), NoAnswer("HTTP 500")),
        (answering(502, {}), NoAnswer("HTTP 502")),
        (answering(504, {}), NoAnswer("HTTP 504")),
        (failing(httpx2.ConnectError), Busy()),
        (failing(httpx2.ConnectTimeout), Busy()),
        (failing(httpx2.PoolTimeout), Busy()),
        (failing(httpx2.ReadTimeout), NoAnswer("ReadTimeout")),
        (failing(httpx2.ReadError), NoAnswer("ReadError")),
        (failing(httpx2.WriteError), NoAnswer("WriteError")),
        (failing(httpx2.RemoteProtocolError), NoAnswer("RemoteProtocolError")),
    ],
)
async def test_a_text_is_sent_again_only_if_it_was_surely_not_taken(
    handler: Handler, result: SendResult
) -> None:
    assert await sent(handler) == result


@pytest.mark.parametrize(
    ("handler", "result"),
    [
        (answering(200, {"messages": [{"id": "SM9", "segments": 2}]}), Found("SM9", 2)),
        (answering(200, {"messages": []}), NotFound()),
        (answering(200, {"messages": [{}]}), NoAnswer("an answer without an id")),
        (answering(200, {"messages": [1]}), NoAnswer("an answer without an id")),
        (answering(200, b"<html>"), NoAnswer("HTTP 200")),
        (answering(404, {"code": "unsupported"}), Unsupported()),
        (answering(404, {}), NoAnswer("HTTP 404")),
        (answering(503, {}), NoAnswer("HTTP 503")),
        (failing(httpx2.ConnectError), NoAnswer("no connection")),
        (failing(httpx2.ReadTimeout), NoAnswer("ReadTimeout")),
    ],
)
async def test_only_a_clear_answer_says_that_a_text_was_not_taken(
    handler: Handler, result: LookupResult
) -> None:
    assert await looked_up(handler) == result


async def test_no_question_puts_a_phone_number_into_an_address() -> None:
    asked: list[str] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json={"messages": [], "sms": True})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(note)) as client:
        carrier = SimulatorCarrier(ACCOUNT, client)
        assert await carrier.look_up(DOUBT) == NotFound()
        assert await carrier.owns("+14155550100") == Owned(sms=True)
    paths = [url.removeprefix("http://carrier.test/carrier/v1/") for url in asked]
    assert paths == ["messages/search", "numbers/search"]
