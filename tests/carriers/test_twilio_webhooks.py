"""Twilio's webhooks as they really look, and what we read in them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.protocol import (
    CarrierAccountRefused,
    InboundMedia,
    InboundText,
    Receipt,
    WebhookRefused,
)
from carriers.registry import CARRIERS
from carriers.twilio import TwilioCarrier
from domain.commands import Command
from domain.receipts import WHOLE, SegmentStatus
from tests.carriers.twilio_account import (
    API_KEY,
    API_SECRET,
    SID,
    STATUS_URL,
    TOKEN,
    account,
    carrier,
    signed,
    signed_json,
)

TWILIO = carrier()
SMS: dict[str, str] = {
    "ToCountry": "US",
    "ToState": "CA",
    "SmsMessageSid": "SM" + "2c" * 16,
    "NumMedia": "0",
    "ToCity": "SAN FRANCISCO",
    "FromZip": "94105",
    "SmsSid": "SM" + "2c" * 16,
    "FromState": "CA",
    "SmsStatus": "received",
    "FromCity": "SAN FRANCISCO",
    "Body": "Where is my order?",
    "FromCountry": "US",
    "To": "+14155550100",
    "ToZip": "94103",
    "NumSegments": "1",
    "MessageSid": "SM" + "2c" * 16,
    "AccountSid": SID,
    "From": "+14155550199",
    "ApiVersion": "2010-04-01",
}
MMS: dict[str, str] = {
    **SMS,
    "MessageSid": "MM" + "3d" * 16,
    "Body": "",
    "NumMedia": "3",
    "MediaUrl0": f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1",
    "MediaContentType0": "image/jpeg",
    "MediaUrl1": f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME2",
    "MediaContentType1": "video/mp4",
    "MediaUrl2": f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME3",
    "MediaContentType2": "text/vcard",
}
STATUS: dict[str, str] = {
    "SmsSid": "SM" + "4e" * 16,
    "SmsStatus": "delivered",
    "MessageStatus": "delivered",
    "To": "+14155550199",
    "MessageSid": "SM" + "4e" * 16,
    "AccountSid": SID,
    "From": "+14155550100",
    "ApiVersion": "2010-04-01",
}
REFERENCED = f"{STATUS_URL}?reference=threadline-7"


def refusal(params: dict[str, Any], read: str = "parse_inbound") -> tuple[int, str]:
    with pytest.raises(WebhookRefused) as refused:
        getattr(TWILIO, read)(signed(params))
    return refused.value.status, refused.value.message


def status_of(**more: str) -> list[Receipt]:
    return TWILIO.parse_status(signed({**STATUS, **more}, REFERENCED))


def test_the_registry_knows_twilio() -> None:
    assert CARRIERS["twilio"](account()).name == "twilio"


def test_a_text_is_read() -> None:
    assert TWILIO.parse_inbound(signed(SMS)) == InboundText(
        SMS["MessageSid"], "+14155550199", "+14155550100", "Where is my order?"
    )


def test_every_media_item_of_a_message_is_read_also_without_words() -> None:
    read = TWILIO.parse_inbound(signed(MMS))
    assert read.text == ""
    assert read.media == tuple(
        InboundMedia(MMS[f"MediaUrl{n}"], MMS[f"MediaContentType{n}"]) for n in range(3)
    )


def test_twelve_items_are_read_in_order_and_an_unnamed_type_is_any() -> None:
    params = {**SMS, **{f"MediaUrl{n}": f"https://m.test/{n}" for n in reversed(range(12))}}
    read = TWILIO.parse_inbound(signed(params))
    assert [item.url for item in read.media] == [f"https://m.test/{n}" for n in range(12)]
    assert {item.content_type for item in read.media} == {"application/octet-stream"}


def test_a_text_to_a_short_code_is_read() -> None:
    assert TWILIO.parse_inbound(signed({**SMS, "To": "72345"})).recipient == "72345"


@pytest.mark.parametrize(
    ("told", "command"),
    [
        ("STOP", Command.OPT_OUT),
        ("START", Command.OPT_IN),
        ("HELP", Command.HELP),
        ("", None),
        ("SOMETHING", None),
    ],
)
def test_a_command_that_twilio_has_answered_itself_is_known_in_any_language(
    told: str, command: Command | None
) -> None:
    params = {**SMS, "Body": "ARRET", "OptOutType": told}
    assert TWILIO.parse_inbound(signed(params)).answered is command


@pytest.mark.parametrize("text", ["a\x00b", "", " lead", "trail ", "\r\n", "x" * 1600, "👋🏽"])
def test_whatever_a_person_wrote_is_read_as_it_is(text: str) -> None:
    assert TWILIO.parse_inbound(signed({**SMS, "Body": text})).text == text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("MessageSid", "", "MessageSid must not be empty"),
        ("MessageSid", "x" * 129, "MessageSid must have at most 128 characters"),
        ("From", "whatsapp:+14155550199", "From must be a number in E.164 or a short code"),
        ("From", "ACME", "From must be a number in E.164 or a short code"),
        ("To", "", "To must be a number in E.164 or a short code"),
        ("MediaUrl0", "file:///etc", "MediaUrl0 must be an HTTP URL"),
        ("MediaUrl0", "", "MediaUrl0 must not be empty"),
    ],
)
def test_a_text_of_the_wrong_shape_is_refused_by_field(
    field: str, value: str, message: str
) -> None:
    assert refusal({**SMS, field: value}) == (400, message)


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "Body"])
def test_a_text_without_what_every_text_has_is_refused(field: str) -> None:
    params = {name: value for name, value in SMS.items() if name != field}
    assert refusal(params) == (400, f"{field} must be a string")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("accepted", SegmentStatus.SENT),
        ("scheduled", SegmentStatus.SENT),
        ("queued", SegmentStatus.SENT),
        ("sending", SegmentStatus.SENT),
        ("sent", SegmentStatus.SENT),
        ("delivered", SegmentStatus.DELIVERED),
        ("read", SegmentStatus.DELIVERED),
        ("undelivered", SegmentStatus.UNDELIVERED),
        ("failed", SegmentStatus.FAILED),
        ("canceled", SegmentStatus.FAILED),
    ],
)
def test_a_status_speaks_for_the_whole_message_and_names_our_text(
    told: str, status: SegmentStatus
) -> None:
    [receipt] = status_of(MessageStatus=told)
    assert receipt == Receipt("threadline-7", STATUS["MessageSid"], WHOLE, status)


def test_an_error_code_is_read_and_a_block_is_a_fact_of_consent() -> None:
    [lost] = status_of(MessageStatus="undelivered", ErrorCode="30003")
    assert (lost.error, lost.opted_out) == ("30003", False)
    [blocked] = status_of(MessageStatus="failed", ErrorCode="21610")
    assert (blocked.error, blocked.opted_out) == ("21610", True)


def test_a_status_of_the_future_is_taken_and_tells_nothing() -> None:
    assert status_of(MessageStatus="teleported") == []


def test_a_status_in_json_is_read() -> None:
    body = '{"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": 30007, "New": [1]}'
    [receipt] = TWILIO.parse_status(signed_json(body, REFERENCED))
    assert receipt == Receipt("threadline-7", "SM1", WHOLE, SegmentStatus.FAILED, "30007")


def test_a_status_without_our_reference_is_found_by_the_sid() -> None:
    [receipt] = TWILIO.parse_status(signed(STATUS, STATUS_URL))
    assert receipt.reference is None


@given(
    st.dictionaries(
        st.one_of(st.sampled_from([*MMS, *STATUS]), st.text(min_size=1)),
        st.text(st.characters(exclude_categories=["Cs"])),
    )
)
def test_any_signed_form_is_read_or_refused(params: dict[str, str]) -> None:
    params = {name: value for name, value in params.items() if name.isprintable()}
    for read in (TWILIO.parse_inbound, TWILIO.parse_status):
        with suppress(WebhookRefused):
            read(signed(params))


@pytest.mark.parametrize(
    ("settings", "secrets", "message"),
    [
        ({"account_sid": "AC1"}, None, "account_sid must be AC and 32 hexadecimal digits"),
        ({"account_sid": ""}, None, "account_sid must be AC and 32 hexadecimal digits"),
        ({"api_key_sid": "x"}, None, "api_key_sid must be SK and 32 hexadecimal digits"),
        ({"api_key_sid": API_KEY}, None, "api_key_secret is needed with api_key_sid"),
        ({"messaging_service_sid": "x"}, None, "messaging_service_sid must be MG"),
        ({"acount_sid": "x"}, None, "acount_sid is no setting of Twilio"),
        ({}, {"auth_tokn": TOKEN}, "auth_tokn is no secret of Twilio"),
        ({}, {"auth_token": ""}, "auth_token must not be empty"),
        ({}, {"shared_key:1": "x"}, "auth_token is needed, unless"),
        (
            {"api_key_sid": API_KEY},
            {"api_key_secret": API_SECRET},
            "auth_token is needed, unless",
        ),
    ],
)
def test_an_account_that_cannot_work_is_refused_by_name(
    settings: dict[str, str], secrets: dict[str, str] | None, message: str
) -> None:
    with pytest.raises(CarrierAccountRefused) as refused:
        TwilioCarrier(account(settings=settings, secrets=secrets))
    assert str(refused.value).startswith(message)
