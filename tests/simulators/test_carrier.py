"""The simulated carrier does what a carrier does: texts, receipts, look-up, repeats."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from carriers.protocol import Accepted, Found, NoAnswer, NotFound, NotOwned, Owned, Rejected
from tests.simulators.world import SUPPORT, Engine, Program, doubt, eventually

_NAMES = {"from": "sender", "to": "recipient"}
Numbers = Callable[[], str]


async def test_a_phones_text_reaches_the_engine_signed(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    provider_id = await carrier.text(phone, "Hi, ünïcode 👋🏽")
    await eventually(lambda: engine.texts(phone))
    request = next(one for one in engine.requests if phone.encode() in one.body)
    inbound = carrier.carrier().parse_inbound(request)
    assert request.url.endswith("/carriers/simulator/acme/inbound")
    assert (inbound.provider_id, inbound.sender, inbound.recipient, inbound.text) == (
        provider_id,
        phone,
        SUPPORT,
        "Hi, ünïcode 👋🏽",
    )


async def test_an_engine_that_fails_is_asked_again_and_later_texts_wait_behind(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    engine.answers[:] = [503, 500]
    for text in ("one", "two", "three"):
        await carrier.text(phone, text)
    await eventually(lambda: len(engine.texts(phone)) == 5)
    assert engine.texts(phone) == ["one", "one", "one", "two", "three"]


@pytest.mark.parametrize("status", [400, 404])
async def test_a_text_that_the_engine_refuses_for_good_does_not_hold_the_pair(
    carrier: Program, engine: Engine, number: Numbers, status: int
) -> None:
    phone = number()
    engine.answers[:] = [status] * 5
    await carrier.text(phone, "refused")
    await carrier.text(phone, "next")
    await eventually(lambda: engine.texts(phone)[-1:] == ["next"])
    assert engine.texts(phone) == ["refused"] * 5 + ["next"]
    statuses = [one["status"] for one in await carrier.phone(phone)]
    assert statuses[0] == "refused"


async def test_a_text_that_the_engine_does_not_believe_is_repeated_until_it_does(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    engine.answers[:] = [403] * 5
    await carrier.text(phone, "kept")
    await eventually(lambda: not engine.answers and engine.texts(phone) == ["kept"] * 6)

    async def delivered() -> bool:
        return [one["status"] for one in await carrier.phone(phone)] == ["delivered"]

    await eventually(delivered)


async def test_the_same_id_again_repeats_the_first_text(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    first = await carrier.text(phone, "once", id=f"mine-{phone}")
    again = await carrier.text(phone, "something else", id=f"mine-{phone}")
    await eventually(lambda: len(engine.texts(phone)) == 2)
    one, two = [body for body in engine.bodies("inbound") if body["from"] == phone]
    assert first == again == one["id"]
    assert one == two
    assert len(await carrier.phone(phone)) == 1


async def test_a_text_to_a_phone_arrives_and_its_receipts_come_per_segment(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    sent = await carrier.carrier().send(carrier.outbound(phone, "é" * 161, f"r{phone}"))
    assert isinstance(sent, Accepted)
    assert sent.segments == 2
    await eventually(lambda: len(engine.bodies("status", id=sent.provider_id)) == 4)
    receipts = engine.bodies("status", reference=f"r{phone}")
    assert [(one["status"], one["segment"]) for one in receipts] == [
        ("sent", 0),
        ("sent", 1),
        ("delivered", 0),
        ("delivered", 1),
    ]
    message = (await carrier.phone(phone))[0]
    assert message["direction"] == "to_phone"
    assert (message["from"], message["to"], message["segments"]) == (SUPPORT, phone, 2)


async def test_a_reference_used_twice_is_two_texts_as_at_a_real_carrier(
    carrier: Program, number: Numbers
) -> None:
    phone = number()
    for _ in range(2):
        await carrier.carrier().send(carrier.outbound(phone, "hello", f"twice{phone}"))
    assert await carrier.received(phone) == ["hello", "hello"]


async def test_a_text_is_found_by_our_reference(carrier: Program, number: Numbers) -> None:
    phone = number()
    sent = await carrier.carrier().send(carrier.outbound(phone, reference=f"f{phone}"))
    assert isinstance(sent, Accepted)
    found = await carrier.carrier().look_up(doubt(f"f{phone}", SUPPORT, phone))
    assert found == Found(sent.provider_id, 1)
    assert await carrier.carrier().look_up(doubt(f"f{phone}", SUPPORT, number())) == NotFound()
    assert await carrier.carrier().look_up(doubt(f"f{phone}", "+14155550101", phone)) == NotFound()
    assert await carrier.carrier().look_up(doubt("never sent", SUPPORT, phone)) == NotFound()


async def test_every_picture_of_a_text_can_be_fetched(
    carrier: Program, engine: Engine, number: Numbers
) -> None:
    phone = number()
    pictures = {"image/png": b"\x89PNG one", "image/gif": b"GIF89a two"}
    media = [
        {"content_type": kind, "base64": base64.b64encode(content).decode()}
        for kind, content in pictures.items()
    ]
    await carrier.text(phone, "", media=media)
    await eventually(lambda: engine.texts(phone))
    request = next(one for one in engine.requests if phone.encode() in one.body)
    named = carrier.carrier().parse_inbound(request).media
    fetched = {one.content_type: (await carrier.http.get(one.url)).content for one in named}
    assert fetched == pictures
    assert [one.size for one in named] == [8, 10]


@pytest.mark.parametrize("text", ["\ud800 half", "nul \x00 inside", "🏽" * 5000, "x" * 10_000])
async def test_a_phone_may_send_what_no_text_should_hold(
    carrier: Program, engine: Engine, number: Numbers, text: str
) -> None:
    phone = number()
    await carrier.text(phone, text)
    await eventually(lambda: engine.texts(phone))
    assert engine.texts(phone) == [text]
    assert [one["text"] for one in await carrier.phone(phone)] == [text]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to": SUPPORT, "text": "x"}, "from"),
        ({"from": "4155550199", "to": SUPPORT, "text": "x"}, "from"),
        ({"from": "+14155550199", "to": "support", "text": "x"}, "to"),
        ({"from": "+14155550199", "to": SUPPORT}, "text"),
        ({"from": "+14155550199", "to": SUPPORT, "text": 5}, "text"),
        ({"from": "+14155550199", "to": SUPPORT, "text": "x", "id": "ü"}, "id"),
        ({"from": "+14155550199", "to": SUPPORT, "text": "x", "media": {}}, "media"),
        (
            {
                "from": "+14155550199",
                "to": SUPPORT,
                "text": "",
                "media": [{"content_type": "image/png", "base64": "§"}],
            },
            "media[0].base64",
        ),
    ],
)
async def test_a_malformed_text_is_refused_by_field(
    carrier: Program, body: dict[str, object], field: str
) -> None:
    answer = await carrier.post(body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["message"].startswith(field)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_object_is_refused(carrier: Program, content: bytes) -> None:
    answer = await carrier.http.post(f"{carrier.url}/simulator/api/v1/messages", content=content)
    assert answer.status_code == 400
    assert "body" in answer.json()["message"]


@pytest.mark.parametrize("field", ["reference", "from", "to", "text", "status_url"])
async def test_a_malformed_send_is_refused_for_good(carrier: Program, field: str) -> None:
    changed: dict[str, Any] = {_NAMES.get(field, field): "\x00"}
    given = replace(carrier.outbound("+14155550199"), **changed)
    result = await carrier.carrier().send(given)
    if field == "text":
        assert isinstance(result, Accepted)
    else:
        assert isinstance(result, Rejected)
        assert result.reason.startswith(field)


async def test_a_phone_lists_both_directions_in_order_and_on_from_a_known_one(
    carrier: Program, number: Numbers
) -> None:
    phone = number()
    await carrier.text(phone, "one")
    await carrier.carrier().send(carrier.outbound(phone, "two"))
    await carrier.text(phone, "three")
    messages = await carrier.phone(phone)
    assert [(one["text"], one["direction"]) for one in messages] == [
        ("one", "from_phone"),
        ("two", "to_phone"),
        ("three", "from_phone"),
    ]
    url = f"{carrier.url}/simulator/api/v1/phones/{phone}/messages?after={messages[0]['seq']}"
    later = await carrier.http.get(url)
    assert [one["text"] for one in later.json()] == ["two", "three"]
    known = await carrier.http.get(f"{carrier.url}/simulator/api/v1/phones")
    assert phone in known.json()["phones"]


async def test_the_engines_api_wants_the_token(carrier: Program) -> None:
    answer = await carrier.http.post(f"{carrier.url}/carrier/v1/messages/search", json={})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "url", ["http://h:65536/", "http://[/", "ftp://h/", "//h", "http://h/\u00fc", "http://h/a b"]
)
async def test_an_address_that_cannot_be_posted_to_is_refused(carrier: Program, url: str) -> None:
    result = await carrier.carrier().send(replace(carrier.outbound("+14155550199"), status_url=url))
    assert isinstance(result, Rejected)
    assert result.reason == "status_url must be an HTTP URL"


async def test_an_unknown_path_is_answered_as_an_error(carrier: Program) -> None:
    answer = await carrier.http.get(f"{carrier.url}/nothing")
    assert answer.status_code == 404
    assert answer.json() == {"message": "Not Found"}


async def test_the_carrier_owns_every_possible_number(carrier: Program) -> None:
    for mine in (SUPPORT, "72345"):
        assert await carrier.carrier().owns(mine) == Owned(sms=True)
    assert await carrier.carrier().owns("+1") == NotOwned()
    await carrier.faults(outage=True)
    assert isinstance(await carrier.carrier().owns(SUPPORT), NoAnswer)
