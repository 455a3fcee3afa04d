"""Others judge what we say: Twilio's own package, and Twilio's specification where it is."""

from __future__ import annotations

import ast
import asyncio
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from requests import Request as WireRequest
from requests import Session
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response as PackageResponse
from twilio.rest import Client

from carriers.http import new_client
from carriers.protocol import Accepted, InDoubtText, OutboundText, Rejected
from carriers.twilio import TwilioCarrier
from tests.carriers.fake_twilio import FakeTwilio, Seen, serving, specification
from tests.carriers.twilio_account import API_KEY, API_SECRET, SID, STATUS_URL, TOKEN, account

ROOT = Path(__file__).parents[2]
SERVICE = "MG" + "5e" * 16
TEXT = OutboundText(7, "threadline-7", "+14155550100", "+14155550199", "Hi 👋 & = +", STATUS_URL)
# Seconds; only ends what will never come.
PATIENCE = 60
CALLBACK = f"{STATUS_URL}?reference=threadline-7"


class Redirected(HttpClient):  # type: ignore[misc]
    """The package's requests, prepared as it does, sent to the fake instead of to Twilio."""

    def __init__(self, fake: FakeTwilio) -> None:
        super().__init__(None, False, PATIENCE)
        self._fake = fake

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> PackageResponse:
        url = url.replace("https://api.twilio.com", self._fake.url)
        wire = WireRequest(method, url, params=params, data=data, headers=headers, auth=auth)
        with Session() as session:
            answer = session.send(wire.prepare(), timeout=PATIENCE)
        return PackageResponse(answer.status_code, answer.text)


def essence(seen: Seen) -> tuple[Any, ...]:
    """What counts of a request; who made it, and by which library, does not."""
    kept = {name: seen.headers.get(name) for name in ("authorization", "content-type")}
    return seen.method, seen.path, seen.query, kept, seen.body


async def by_us(fake: FakeTwilio, text: OutboundText = TEXT, **how: Any) -> Any:
    client = new_client()
    try:
        return await TwilioCarrier(account(fake.url, **how), client).send(text)
    finally:
        await client.aclose()


async def by_package(fake: FakeTwilio, user: str = SID, password: str = TOKEN, **more: str) -> Any:
    client = Client(user, password, SID, http_client=Redirected(fake))
    told = {"to": TEXT.recipient, "from_": TEXT.sender, "status_callback": CALLBACK}
    return await asyncio.to_thread(client.messages.create, body=TEXT.text, **told, **more)


@pytest.mark.parametrize(
    ("how", "user", "password", "more"),
    [
        ({}, SID, TOKEN, {}),
        (
            {"settings": {"messaging_service_sid": SERVICE}},
            SID,
            TOKEN,
            {"messaging_service_sid": SERVICE},
        ),
        (
            {
                "settings": {"api_key_sid": API_KEY},
                "secrets": {"api_key_secret": API_SECRET, "auth_token": TOKEN},
            },
            API_KEY,
            API_SECRET,
            {},
        ),
    ],
)
async def test_our_request_is_the_one_that_the_package_sends(
    how: dict[str, Any], user: str, password: str, more: dict[str, str]
) -> None:
    async with serving(FakeTwilio(user=user, password=password)) as fake:
        message = await by_package(fake, user, password, **more)
        taken = await by_us(fake, **how)
    assert message.sid
    assert isinstance(taken, Accepted)
    theirs, ours = fake.seen
    assert essence(ours) == essence(theirs)


async def test_the_package_reads_the_fakes_refusals_as_we_do() -> None:
    """So the fake refuses as Twilio does."""
    refusal = {"code": 21610, "message": "unsubscribed", "more_info": "x", "status": 400}
    async with serving(FakeTwilio(answers=[(400, refusal)] * 2)) as fake:
        with pytest.raises(TwilioRestException) as refused:
            await by_package(fake)
        assert (refused.value.status, refused.value.code) == (400, 21610)
        assert await by_us(fake) == Rejected("21610", "unsubscribed", opted_out=True)


class Judge:
    """Twilio's specification, asked whether a request and its answer are as written there."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._openapi = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))

    def check(self, seen: Seen, answer: bytes, status: int) -> None:
        request = MockRequest(
            "https://api.twilio.com",
            seen.method.lower(),
            seen.path,
            args=dict(parse_qsl(seen.query)),
            data=seen.body,
            headers=seen.headers,
            content_type=seen.headers.get("content-type", "application/json"),
        )
        self._openapi.validate_request(request)
        response = MockResponse(answer, status_code=status, content_type="application/json")
        self._openapi.validate_response(request, response)
        operation = self._operation(seen)
        unknown = {name for name, _ in parse_qsl(seen.query)} - self._parameters(operation)
        assert not unknown, f"Twilio knows no parameter {unknown}"
        if seen.body:
            content = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
            unknown = {name for name, _ in seen.form} - content["schema"]["properties"].keys()
            assert not unknown, f"Twilio knows no field {unknown}"

    def _operation(self, seen: Seen) -> dict[str, Any]:
        path = seen.path.replace(SID, "{AccountSid}")
        found: dict[str, Any] = self._document["paths"][path][seen.method.lower()]
        return found

    def _parameters(self, operation: dict[str, Any]) -> set[str]:
        return {one["name"] for one in operation["parameters"] if one["in"] == "query"}


async def test_requests_and_answers_are_as_twilios_specification_says() -> None:
    """The fake's answers too: else all tests that stand on it would stand on nothing.

    Where the specification does not lie beside the checkout, the package alone has judged, which
    a warning says.
    """
    seen: list[tuple[Seen, bytes, int]] = []
    client = new_client()
    async with serving(FakeTwilio(numbers={TEXT.sender: {"sms": True}})) as fake:

        async def noted(response: Any) -> None:
            seen.append((fake.seen[-1], await response.aread(), response.status_code))

        client.event_hooks = {"response": [noted]}
        carrier = TwilioCarrier(
            account(fake.url, settings={"messaging_service_sid": SERVICE}), client
        )
        await carrier.send(TEXT)
        doubt = InDoubtText("x", TEXT.sender, TEXT.recipient, TEXT.text, fake.now())
        await carrier.look_up(doubt)
        await carrier.owns(TEXT.sender)
        await carrier.owns("72345")
    await client.aclose()
    paths = [
        urlsplit(one.path).path.removeprefix(f"/2010-04-01/Accounts/{SID}/") for one, _, _ in seen
    ]
    assert paths == [
        "Messages.json",
        "Messages.json",
        "IncomingPhoneNumbers.json",
        "SMS/ShortCodes.json",
    ]
    document = specification()
    if document is None:
        warnings.warn("not judged by Twilio's specification: it is not here", stacklevel=1)
        return
    judge = Judge(document)
    for one, answer, status in seen:
        judge.check(one, answer, status)


def test_the_package_is_never_imported_at_run_time() -> None:
    """Its own retries could send a text twice (architecture, Libraries chosen)."""
    assert "\ntwilio==" not in (ROOT / "requirements.lock").read_text()
    for file in ROOT.rglob("*.py"):
        if not {".venv", "tests", ".ci"} & set(file.relative_to(ROOT).parts):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                assert not any(name.split(".")[0] == "twilio" for name in names), file
