"""Phone numbers as carriers and clients write them (`product.md` C4, F1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.phones import InvalidNumber, is_short_code, is_valid_e164, mask, parse


@pytest.mark.parametrize(
    "raw",
    [
        "+14155550100",
        "14155550100",
        "4155550100",
        "+1 415 555 0100",
        "+1-415-555-0100",
        "(415) 555-0100",
        "415.555.0100",
        " +1\u00a0415\u00a0555\u00a00100\n",
        "\u202a+14155550100\u202c",
        "+1\u2011415\u2011555\u20110100",
        "tel:+14155550100",
        "\uff0b\uff11\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff10\uff10",
    ],
)
def test_every_way_to_write_a_number_is_the_same_number(raw: str) -> None:
    assert parse(raw) == "+14155550100"


@pytest.mark.parametrize(
    ("raw", "region", "number"),
    [
        ("+447700900123", "US", "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("+49 151 23456789", "US", "+4915123456789"),
        ("011 44 7700 900123", "US", "+447700900123"),
        ("+15005550006", "US", "+15005550006"),
    ],
)
def test_a_number_keeps_its_country_or_takes_the_regions(
    raw: str, region: str, number: str
) -> None:
    assert parse(raw, region) == number


@pytest.mark.parametrize("code", ["911", "50409", "245678", "12345678"])
def test_a_short_code_stays_short(code: str) -> None:
    assert parse(code) == code
    assert is_short_code(code)
    assert not is_valid_e164(code)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "+",
        "12",
        "+12345",
        "123456789",
        "+1415555010",
        "+141555501000",
        "+9991234567890",
        "ACME",
        "1800FLOWERS",
        "+14155550100 x12",
        "+14155550100;ext=12",
        "sip:ana@acme.example",
        "'; DROP TABLE numbers",
        "+1415555\x000100",
        "\ud83d",
        "1" * 400,
    ],
)
def test_what_is_no_number_is_refused_without_being_quoted(raw: str) -> None:
    with pytest.raises(InvalidNumber, match=r"^The phone number is invalid\.$") as refused:
        parse(raw)
    assert refused.value.status == 400


@given(st.text(st.sampled_from("0123456789+-() .x"), max_size=20) | st.text(max_size=30))
def test_whatever_comes_is_a_number_or_refused(raw: str) -> None:
    try:
        number = parse(raw)
    except InvalidNumber:
        return
    assert is_valid_e164(number) or is_short_code(number)
    assert parse(number) == number


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+14155550100", "+•••00"),
        ("+447700900123", "+•••23"),
        ("50409", "•••09"),
        ("911", "•••"),
        ("", "•••"),
    ],
)
def test_a_masked_number_shows_only_its_last_two_digits(number: str, masked: str) -> None:
    assert mask(number) == masked


@pytest.mark.parametrize(
    "text",
    ["14155550100", "+04155550100", "+1", "+1415555010012345", "+1415555010a", "+1415\n", ""],
)
def test_what_is_not_written_as_e164_is_not_valid_e164(text: str) -> None:
    assert not is_valid_e164(text)
