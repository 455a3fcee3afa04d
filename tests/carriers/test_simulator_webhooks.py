"""The simulated carrier's webhooks: whom we believe, what we read, what we refuse."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from carriers.protocol import (
    WEBHOOK_LIMIT,
    CarrierAccount,
    CarrierAccountRefused,
    InboundMedia,
    InboundText,
    Receipt,
    WebhookRefused,
    WebhookRequest,
)
from carriers.registry import CARRIERS
from carriers.simulator import SimulatorCarrier
from domain.receipts import SegmentStatus

ACCOUNT = CarrierAccount(1, 1, "simulator", "acme", "http://carrier.test/", {"secret": "s3cret"})
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INBOUND: dict[str, Any] = {
    "id": "SM1",
    "from": "+14155550199",
    "to": "+14155550100",
    "text": "Hi 👋",
    "media": [{"url": "http://carrier.test/m/1", "content_type": "image/png", "size": 9}],
}
STATUS: dict[str, Any] = {
    "id": "SM2",
    "reference": "m-7",
    "segment": 1,
    "status": "undelivered",
    "error": "30003",
}


def carrier(secret: str = "s3cret") -> SimulatorCarrier:
    account = CarrierAccount(1, 1, "simulator", "acme", ACCOUNT.base_url, {"secret": secret})
    return SimulatorCarrier(account, now=lambda: NOW)


def signed(body: bytes | Mapping[str, Any], at: datetime = NOW) -> WebhookRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = Webhook(ACCOUNT.secrets["secret"].encode()).sign("wh-1", at, content.decode())
    headers = {
        "webhook-id": "wh-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return WebhookRequest("http://us.test/inbound", headers, content)


def refusal(request: WebhookRequest, read: str = "parse_inbound") -> tuple[int, str]:
    with pytest.raises(WebhookRefused) as refused:
        getattr(carrier(), read)(request)
    return refused.value.status, refused.value.message


def test_the_registry_knows_the_simulator() -> None:
    assert CARRIERS["simulator"](ACCOUNT).name == "simulator"


def test_an_inbound_text_is_read() -> None:
    assert carrier().parse_inbound(signed(INBOUND)) == InboundText(
        "SM1",
        "+14155550199",
        "+14155550100",
        "Hi 👋",
        (InboundMedia("http://carrier.test/m/1", "image/png", 9),),
    )


def test_a_receipt_is_read() -> None:
    [receipt] = carrier().parse_status(signed(STATUS))
    assert receipt == Receipt("m-7", "SM2", 1, SegmentStatus.UNDELIVERED, "30003")


def test_a_short_code_is_a_number() -> None:
    assert carrier().parse_inbound(signed({**INBOUND, "to": "72345"})).recipient == "72345"


def test_escapes_of_a_whole_surrogate_pair_are_one_character() -> None:
    body = json.dumps(INBOUND).encode()
    assert b"\\ud83d\\udc4b" in body
    assert carrier().parse_inbound(signed(body)).text == "Hi 👋"


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "half \ud800", "\udc00", "", "x" * 100_000])
def test_whatever_a_person_wrote_is_read(text: str) -> None:
    assert carrier().parse_inbound(signed({**INBOUND, "text": text})).text == text


BODY = json.dumps(INBOUND).encode()


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_body_with_any_byte_changed_is_not_believed(index: int, change: int) -> None:
    request = signed(BODY)
    body = bytearray(BODY)
    body[index] ^= change
    changed = WebhookRequest(request.url, request.headers, bytes(body))
    assert refusal(changed) == (403, "webhook-signature does not match")


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@given(data=st.data())
def test_a_header_with_any_character_changed_is_not_believed(
    header: str, data: st.DataObject
) -> None:
    request = signed(BODY)
    value = list(request.headers[header])
    index = data.draw(st.integers(0, len(value) - 1))
    value[index] = data.draw(st.characters().filter(lambda other: other != value[index]))
    headers = {**request.headers, header: "".join(value)}
    assert refusal(WebhookRequest(request.url, headers, BODY))[0] == 403


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_an_unsigned_webhook_is_not_believed(header: str) -> None:
    request = signed(INBOUND)
    headers = {name: value for name, value in request.headers.items() if name != header}
    assert refusal(WebhookRequest(request.url, headers, request.body))[0] == 403


def test_another_accounts_signature_is_not_believed() -> None:
    with pytest.raises(WebhookRefused) as refused:
        carrier(secret="another").parse_inbound(signed(INBOUND))
    assert refused.value.status == 403


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365, 60 * 24 * 365])
def test_an_old_or_future_signature_is_not_believed(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert refusal(signed(INBOUND, at)) == (
        403,
        "webhook-timestamp is more than 5 minutes off",
    )


@pytest.mark.parametrize("minutes", [-5, 4, 5])
def test_a_clock_that_is_a_little_off_is_forgiven(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert carrier().parse_inbound(signed(INBOUND, at)).provider_id == "SM1"


def test_one_right_signature_of_several_is_enough() -> None:
    request = signed(INBOUND)
    both = {
        **request.headers,
        "webhook-signature": f"v1,wrong {request.headers['webhook-signature']}",
    }
    assert carrier().parse_inbound(WebhookRequest(request.url, both, request.body))


def test_an_oversized_body_is_refused_before_it_is_read() -> None:
    request = WebhookRequest("http://us.test/inbound", {}, b"x" * (WEBHOOK_LIMIT + 1))
    assert refusal(request) == (413, "body must have at most 1048576 bytes")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "body must be valid JSON"),
        (b"{", "body must be valid JSON"),
        (b'{"id": NaN}', "body must be valid JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "body must be valid JSON"),
        (b"[" * 200_000, "body must be valid JSON"),
        (b"[]", "body must be a JSON object"),
        (b"null", "body must be a JSON object"),
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes, message: str) -> None:
    assert refusal(signed(body)) == (400, message)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("id", None, "id must be a string"),
        ("id", 5, "id must be a string"),
        ("id", "", "id must not be empty"),
        ("id", "x" * 129, "id must have at most 128 characters"),
        ("id", "a\x00b", "id must not contain NUL"),
        ("id", "half \ud800", "id must not contain a lone surrogate"),
        ("from", "+1415555\x000199", "from must not contain NUL"),
        ("to", "+1415555010\udc00", "to must not contain a lone surrogate"),
        ("from", "4155550199", "from must be a number in E.164 or a short code"),
        ("from", "+0155550199", "from must be a number in E.164 or a short code"),
        ("from", "+1415555019٩", "from must be a number in E.164 or a short code"),
        ("to", "+14155550100\n", "to must be a number in E.164 or a short code"),
        ("to", {}, "to must be a string"),
        ("text", None, "text must be a string"),
        ("media", "x", "media must be a list"),
        ("media", [1], "media[0] must be an object"),
        ("media", [{}] * 51, "media must have at most 50 items"),
        ("media", [{"url": "file:///etc"}], "media[0].url must be an HTTP URL"),
        ("media", [{"url": "http://x"}], "media[0].content_type must be a string"),
    ],
)
def test_a_text_of_the_wrong_shape_is_refused_by_field(
    field: str, value: Any, message: str
) -> None:
    assert refusal(signed({**INBOUND, field: value})) == (400, message)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("id", None, "id must be a string"),
        ("reference", 7, "reference must be a string"),
        ("segment", "1", "segment must be a whole number from 0 to 254"),
        ("segment", -1, "segment must be a whole number from 0 to 254"),
        ("segment", True, "segment must be a whole number from 0 to 254"),
        ("segment", 10**30, "segment must be a whole number from 0 to 254"),
        ("status", "lost", "status must be one of sent, delivered, undelivered, failed"),
        ("error", 30003, "error must be a string"),
    ],
)
def test_a_receipt_of_the_wrong_shape_is_refused_by_field(
    field: str, value: Any, message: str
) -> None:
    assert refusal(signed({**STATUS, field: value}), "parse_status") == (400, message)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
        lambda inner: st.one_of(
            st.lists(inner),
            st.dictionaries(st.one_of(st.sampled_from([*INBOUND, *STATUS]), st.text()), inner),
        ),
    )
)
def test_any_signed_json_is_read_or_refused(value: Any) -> None:
    request = signed(json.dumps(value).encode())
    for read in (carrier().parse_inbound, carrier().parse_status):
        with suppress(WebhookRefused):
            read(request)


@pytest.mark.parametrize("secrets", [{}, {"secret": ""}])
def test_an_account_without_a_secret_is_refused_by_name(secrets: dict[str, str]) -> None:
    account = CarrierAccount(1, 1, "simulator", "acme", ACCOUNT.base_url, secrets)
    with pytest.raises(CarrierAccountRefused, match="secret must be given, and not be empty"):
        SimulatorCarrier(account)
