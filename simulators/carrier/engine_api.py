"""The carrier's API for the engine: send a text, look it up, fetch media.

What is searched for stands in the body: addresses are logged, and show no numbers.
"""

import asyncio
import hashlib
import hmac
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from simulators.carrier.carrier import Carrier
from simulators.carrier.messages import media_content, messages_by_reference, take_from_engine
from simulators.carrier.wire import (
    Refusal,
    answer,
    is_number,
    read_engine_text,
    read_object,
    read_question,
    read_search,
)


class LostAnswer(Response):
    """Closes the connection without a byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"]["simulator.connection"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def engine_routes(carrier: Carrier) -> APIRouter:
    router = APIRouter(prefix="/carrier/v1")
    token = hmac.new(carrier.secret.encode(), b"carrier-api", hashlib.sha256).hexdigest()
    expected = f"Bearer {token}".encode()

    def admit(request: Request) -> None:
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, expected):
            raise Refusal(401, "The token is wrong.")
        if carrier.faults.outage:
            raise Refusal(503, "The carrier is out of order.")

    @router.post("/messages")
    async def send(request: Request) -> Response:
        admit(request)
        text = read_engine_text(await read_object(request))
        faults = carrier.faults
        if code := faults.reject.get(text.phone):
            await asyncio.sleep(faults.latency)
            raise Refusal(400, "The carrier rejects this text.", code=code)
        message_id, count, owed = await carrier.database.run(
            lambda connection: take_from_engine(connection, text, faults)
        )
        carrier.webhooks.post(owed)
        await asyncio.sleep(faults.latency)
        if faults.happens("lose_answer"):
            return LostAnswer()
        return answer({"id": message_id, "segments": count}, 201)

    @router.post("/messages/search")
    async def look_up(request: Request) -> Response:
        admit(request)
        if not carrier.faults.lookup:
            raise Refusal(404, "This carrier cannot search by reference.", code="unsupported")
        reference, sender, recipient = read_search(await read_object(request))
        found: list[dict[str, Any]] = await carrier.database.run(
            lambda connection: messages_by_reference(connection, reference, sender, recipient)
        )
        await asyncio.sleep(carrier.faults.latency)
        return answer({"messages": found})

    @router.post("/numbers/search")
    async def numbers(request: Request) -> Response:
        """Every possible number is ours, so that any can be tried."""
        admit(request)
        number = read_question(await read_object(request))
        if not is_number(number):
            raise Refusal(404, "This carrier has no such number.", code="not_owned")
        return answer({"number": number, "sms": True})

    @router.get("/media/{media_id}")
    async def media(media_id: str) -> Response:
        found = await carrier.database.run(lambda connection: media_content(connection, media_id))
        if found is None:
            raise Refusal(404, "There is no such media.")
        content_type, content = found
        # A picture may be SVG, and a phone may send HTML: neither may run as a page of ours.
        headers = {"content-security-policy": "default-src 'none'; sandbox"}
        return Response(content, media_type=content_type, headers=headers)

    return router
