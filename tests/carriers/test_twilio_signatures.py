"""Whom we believe to be Twilio: what the `twilio` package signs, and not a byte more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from carriers.protocol import WEBHOOK_LIMIT, WebhookRefused, WebhookRequest
from carriers.twilio import TwilioCarrier
from tests.carriers.twilio_account import (
    API_KEY,
    API_SECRET,
    INBOUND_URL,
    SETTINGS_HEADER,
    SHARED_ID,
    SHARED_SECRET,
    TOKEN,
    account,
    carrier,
    shared,
    signed,
    signed_json,
)

SMS: dict[str, str] = {
    "ToCountry": "US",
    "ToState": "CA",
    "MessageSid": "SM" + "2c" * 16,
    "NumMedia": "0",
    "Body": "Hi 👋 & = 100% + é",
    "From": "+14155550199",
    "To": "+14155550100",
    "ApiVersion": "2010-04-01",
}
JSON_BODY = json.dumps(SMS)
BOTH = carrier(**{f"shared_key:{SHARED_ID}": SHARED_SECRET})
SHARED: dict[str, Any] = {"secret": SHARED_SECRET, "algorithm": "HMAC_SHA256", "headers": shared()}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
forms = st.dictionaries(texts.filter(bool), texts, max_size=6)


def refusal(request: WebhookRequest, by: TwilioCarrier = BOTH) -> tuple[int, str]:
    with pytest.raises(WebhookRefused) as refused:
        by.parse_inbound(request)
    return refused.value.status, refused.value.message


def believed(request: WebhookRequest, by: TwilioCarrier = BOTH) -> bool:
    """Whether the signature is accepted, whatever is read afterwards."""
    try:
        by.parse_inbound(request)
    except WebhookRefused as refused:
        return refused.status != 403
    return True


@given(forms)
def test_whatever_form_the_package_signs_is_believed_with_parameters_never_seen_before(
    more: dict[str, str],
) -> None:
    request = signed({**more, **SMS})
    assert BOTH.parse_inbound(request).text == SMS["Body"]
    assert believed(signed(more))


@given(st.dictionaries(texts, st.one_of(st.none(), st.integers(), texts)))
def test_whatever_json_the_package_signs_is_believed(more: dict[str, Any]) -> None:
    request = signed_json(json.dumps({**more, **SMS}))
    assert BOTH.parse_inbound(request).text == SMS["Body"]


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256"])
def test_what_is_signed_with_a_shared_key_is_believed(algorithm: str) -> None:
    how: dict[str, Any] = {
        "secret": SHARED_SECRET,
        "algorithm": algorithm,
        "headers": shared(algorithm),
    }
    assert BOTH.parse_inbound(signed(SMS, **how)).text == SMS["Body"]
    assert BOTH.parse_inbound(signed_json(JSON_BODY, **how)).text == SMS["Body"]


def test_while_keys_are_rotated_both_are_believed() -> None:
    rotating = carrier(**{f"shared_key:{SHARED_ID}": SHARED_SECRET, "shared_key:new": "another"})
    new = signed(SMS, secret="another", algorithm="HMAC_SHA256", headers=shared(key="new"))
    assert believed(new, rotating)
    assert believed(signed(SMS, **SHARED), rotating)
    assert believed(signed(SMS), rotating)


def test_an_account_without_auth_token_believes_its_shared_keys_alone() -> None:
    key = {"api_key_sid": API_KEY}
    secrets = {"api_key_secret": API_SECRET, f"shared_key:{SHARED_ID}": SHARED_SECRET}
    without = TwilioCarrier(account(settings=key, secrets=secrets))
    assert believed(signed(SMS, **SHARED), without)
    assert refusal(signed(SMS), without)[0] == 403
    # Not even one that is signed with nothing.
    assert refusal(signed(SMS, secret=""), without)[0] == 403


@pytest.mark.parametrize(
    "settings",
    [
        "key=another,algorithm=HMAC_SHA256",
        f"key={SHARED_ID},algorithm=HMAC_MD5",
        f"key={SHARED_ID}",
        "algorithm=HMAC_SHA256",
        ",",
        "x",
    ],
)
def test_a_shared_key_or_algorithm_that_is_not_the_accounts_is_not_believed(settings: str) -> None:
    request = signed(SMS, secret=SHARED_SECRET, algorithm="HMAC_SHA256")
    headers = {**request.headers, SETTINGS_HEADER: settings}
    assert refusal(replace(request, headers=headers))[0] == 403


def test_the_auth_token_does_not_stand_in_for_a_shared_key() -> None:
    assert refusal(signed(SMS, secret=TOKEN, algorithm="HMAC_SHA256", headers=shared()))[0] == 403
    assert refusal(signed(SMS, secret=SHARED_SECRET))[0] == 403


@pytest.mark.parametrize(
    ("called", "signed_as"),
    [
        ("https://a.test/in", "https://a.test/in"),
        ("https://a.test/in", "https://a.test:443/in"),
        ("https://a.test:8443/in", "https://a.test:8443/in"),
        ("https://a.test:8443/in", "https://a.test/in"),
        ("http://a.test/in?x=1&y=%20", "http://a.test:80/in?x=1&y=%20"),
        ("http://a.test:8080/in?x=1", "http://a.test/in?x=1"),
    ],
)
def test_twilio_may_sign_the_url_with_its_port_and_without(called: str, signed_as: str) -> None:
    request = signed(SMS, called, signed_url=signed_as)
    validator = RequestValidator(TOKEN)
    assert validator.validate(called, SMS, request.headers["x-twilio-signature"])
    assert believed(request)


@pytest.mark.parametrize(
    "url",
    [
        INBOUND_URL.replace("https", "http"),
        INBOUND_URL.replace("threadline", "evil"),
        INBOUND_URL.replace("acme", "globex"),
        INBOUND_URL.replace("inbound", "status"),
        f"{INBOUND_URL}/",
        f"{INBOUND_URL}?x=1",
        INBOUND_URL.replace("threadline.test", "threadline.test:8443"),
    ],
)
def test_a_signature_for_another_url_is_not_believed(url: str) -> None:
    request = signed(SMS, signed_url=url, url=INBOUND_URL)
    if url.endswith(":8443/carriers/twilio/acme/inbound"):
        # A port that we are not called at is another address.
        assert not RequestValidator(TOKEN).validate(
            INBOUND_URL, SMS, request.headers["x-twilio-signature"]
        )
    assert refusal(request) == (403, "x-twilio-signature does not match")


FORM = signed(SMS)
FORM_SHARED = signed(SMS, **SHARED)
AS_JSON = signed_json(JSON_BODY, f"{INBOUND_URL}?x=1")


@pytest.mark.parametrize("request_", [FORM, FORM_SHARED, AS_JSON])
@given(data=st.data())
def test_a_body_with_any_byte_changed_is_not_believed(
    request_: WebhookRequest, data: st.DataObject
) -> None:
    body = bytearray(request_.body)
    index = data.draw(st.integers(0, len(body) - 1))
    body[index] ^= data.draw(st.integers(1, 255))
    assert refusal(replace(request_, body=bytes(body)))[0] == 403


def test_no_single_byte_of_a_form_can_change_unseen() -> None:
    """Every byte, every value: also another way to write the same, as %2b for %2B."""
    request = signed({"Body": "é+ =&", "From": "+1"})
    for index in range(len(request.body)):
        for value in range(256):
            if value != request.body[index]:
                body = request.body[:index] + bytes([value]) + request.body[index + 1 :]
                assert refusal(replace(request, body=body))[0] == 403, (index, value)


@pytest.mark.parametrize("request_", [FORM, FORM_SHARED, AS_JSON])
@given(data=st.data())
def test_a_url_with_any_character_changed_is_not_believed(
    request_: WebhookRequest, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(request_.url) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    assume(other != request_.url[index])
    url = request_.url[:index] + other + request_.url[index + 1 :]
    scheme, rest = url.split(":", 1) if ":" in url else ("", url)
    # "HTTPS:" is "https:": the same address, and signed alike.
    assume(f"{scheme.lower()}:{rest}" != request_.url)
    try:
        assert refusal(replace(request_, url=url))[0] == 403
    except ValueError:
        assert other in "[]:@", url  # no URL at all; PUBLIC_BASE_URL cannot be such


@pytest.mark.parametrize("header", ["x-twilio-signature", SETTINGS_HEADER])
@given(data=st.data())
def test_a_header_with_any_character_changed_is_not_believed(
    header: str, data: st.DataObject
) -> None:
    value = list(FORM_SHARED.headers[header])
    index = data.draw(st.integers(0, len(value) - 1))
    value[index] = data.draw(st.characters().filter(lambda other: other != value[index]))
    headers = {**FORM_SHARED.headers, header: "".join(value)}
    assert refusal(replace(FORM_SHARED, headers=headers))[0] == 403


def test_an_unsigned_webhook_is_not_believed() -> None:
    for request in (FORM, FORM_SHARED, AS_JSON):
        headers = {n: v for n, v in request.headers.items() if n != "x-twilio-signature"}
        assert refusal(replace(request, headers=headers))[0] == 403


def test_the_content_type_cannot_pass_one_kind_of_body_off_as_the_other() -> None:
    """It is not signed: the URL tells how the body is."""
    as_json = {**FORM.headers, "content-type": "application/json"}
    assert BOTH.parse_inbound(replace(FORM, headers=as_json)).text == SMS["Body"]
    for body in (b"", FORM.body):
        as_form = {**AS_JSON.headers, "content-type": "application/x-www-form-urlencoded"}
        assert refusal(replace(AS_JSON, headers=as_form, body=body))[0] == 403


@pytest.mark.parametrize(
    "body", [b"Body=a b", b"Body", b"=a", b"Body=a&&To=b", b"Body=%2b", b"Body=\xff", b"B=%FF"]
)
def test_a_form_that_twilio_would_not_write_is_not_believed(body: bytes) -> None:
    params = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    signature = signed(params).headers
    assert refusal(WebhookRequest(INBOUND_URL, signature, body))[0] == 403


def test_a_parameter_that_stands_twice_is_not_guessed_at() -> None:
    pairs = [*SMS.items(), ("Body", "another")]

    class Multi(dict[str, str]):
        def getall(self, name: str) -> list[str]:
            return [value for key, value in pairs if key == name]

    request = signed(Multi(pairs))
    twice = replace(request, body=urlencode(pairs).encode())
    assert refusal(twice) == (400, "Body must be a string")


def test_an_oversized_body_is_refused_before_it_is_read() -> None:
    request = WebhookRequest(INBOUND_URL, {}, b"x" * (WEBHOOK_LIMIT + 1))
    assert refusal(request)[0] == 413
