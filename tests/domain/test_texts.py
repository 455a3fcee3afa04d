"""The catalogue of system texts (`product.md` A2, A3, A5, D)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import API_MAX, Encoding, count
from domain.texts import (
    CATALOGUE,
    CompanyNotNamed,
    EmptyText,
    TextKey,
    check,
    render,
)
from domain.variables import TextRefused, TooLong, UnknownVariable, ValueMissing, Variable, fill
from domain.wordings import BUILT_IN

ACME: dict[Variable, str | None] = {
    Variable.COMPANY_NAME: "Acme Outfitters",
    Variable.END_USER: "Dana",
    Variable.QUEUE_NAME: "Orders",
    Variable.EWT_MINUTES: "12",
    Variable.NEXT_REOPEN_HOUR: "Mon 9:00 AM",
    Variable.TIME_UNTIL_DISMISSAL: "5 minutes",
    Variable.CHOICE_NUMBER: "1",
}


def test_every_key_has_its_text() -> None:
    assert set(CATALOGUE) == set(TextKey)


@pytest.mark.parametrize("lang", BUILT_IN)
@pytest.mark.parametrize("key", TextKey)
def test_a_built_in_wording_is_valid_plain_and_one_segment(key: TextKey, lang: str) -> None:
    check(key, BUILT_IN[lang][key], "Acme Outfitters")
    counted = count(render(key, lang, ACME))
    assert (counted.encoding, counted.segments) == (Encoding.GSM_7, 1)


def test_english_and_spanish_have_each_text_in_words_of_their_own() -> None:
    assert set(BUILT_IN) == {"en", "es"}
    for wordings in BUILT_IN.values():
        assert set(wordings) == set(TextKey)
    assert all(BUILT_IN["en"][key] != BUILT_IN["es"][key] for key in TextKey)


@pytest.mark.parametrize("key", TextKey)
def test_nothing_of_a_variable_is_left_in_a_rendered_text(key: TextKey) -> None:
    assert "@{" not in render(key, "en", ACME)


@pytest.mark.parametrize(
    ("lang", "rates"), [("en", "Msg & data rates may apply"), ("es", "Pueden aplicarse tarifas")]
)
def test_the_greeting_names_the_company_and_carries_the_opt_in_wording(
    lang: str, rates: str
) -> None:
    greeting = render(TextKey.GREETING, lang, ACME)

    for wording in ("Acme Outfitters", rates, "STOP", "HELP"):
        assert wording in greeting


@pytest.mark.parametrize("lang", BUILT_IN)
def test_who_opts_out_is_told_by_whom_and_how_to_come_back(lang: str) -> None:
    confirmation = render(TextKey.OPT_OUT, lang, ACME)

    assert confirmation.startswith("Acme Outfitters")
    assert "START" in confirmation


SIGNED = [TextKey.OPT_OUT, TextKey.OPT_IN, TextKey.HELP]


@pytest.mark.parametrize("key", SIGNED)
@pytest.mark.parametrize("wording", ["@{COMPANY_NAME}: OK", "This is ACME, ok"])
def test_consent_and_help_name_the_company_in_whatever_words(key: TextKey, wording: str) -> None:
    check(key, wording, "Acme")
    with pytest.raises(CompanyNotNamed, match=f"{key} text must name Acme: say @{{COMPANY_NAME}}"):
        check(key, "OK, bye", "Acme")


def test_a_text_fits_a_message_as_it_is_written_and_with_its_variables_filled_in() -> None:
    at_most, company = "x" * (API_MAX - 40), "@{COMPANY_NAME}"
    check(TextKey.GREETING, at_most + company, "A" * 40)
    for wording, name in ((at_most + company, "A" * 41), (at_most + "x" * 26 + company, "A")):
        with pytest.raises(TooLong, match=r"at most 1600 characters.*\(by 1 too many\)"):
            check(TextKey.GREETING, wording, name)


@pytest.mark.parametrize("key", SIGNED)
def test_consent_and_help_need_nothing_but_the_company(key: TextKey) -> None:
    text = render(key, "en", {Variable.COMPANY_NAME: "Acme Outfitters"})

    assert text.startswith("Acme Outfitters")


def test_only_the_texts_marked_so_can_be_switched_off() -> None:
    assert {key for key, text in CATALOGUE.items() if text.switchable} == {
        TextKey.GREETING,
        TextKey.CHOICE_CONFIRMED,
        TextKey.AFTER_HOURS,
        TextKey.DISMISSAL_NOTICE,
        TextKey.EXPIRED,
        TextKey.ENDED,
        TextKey.DO_NOT_REPLY,
        TextKey.CLOSING,
        TextKey.AFTER_CALL,
    }


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hello. We answer in @{EWT_minutes} min. Bye.", "Hello. Bye."),
        ("Hello! About @{EWT_minutes} min. from now! Bye?", "Hello! Bye?"),
        ("Next opening: @{NEXT_REOPEN_HOUR}.", ""),
        ("Closed\nOpen @{NEXT_REOPEN_HOUR}\nBye", "Closed\nBye"),
        (
            "\u00bfSigue? Pausa en @{TIME_UNTIL_DISMISSAL}. \u00a1Gracias!",
            "\u00bfSigue? \u00a1Gracias!",
        ),
        ("Costs 1.50 in @{EWT_minutes}. Ok", "Ok"),
    ],
)
def test_a_sentence_that_speaks_of_an_unknown_time_is_left_out(template: str, said: str) -> None:
    assert fill(template, {}) == said


def test_what_is_known_is_said() -> None:
    assert fill("Wait: @{EWT_minutes} min.", {Variable.EWT_MINUTES: "12"}) == "Wait: 12 min."


@pytest.mark.parametrize("lang", BUILT_IN)
def test_after_hours_without_a_next_opening_still_says_that_we_are_closed(lang: str) -> None:
    said = render(TextKey.AFTER_HOURS, lang, {})
    assert ("closed" in said) or ("cerrados" in said)
    assert ":" not in said


@pytest.mark.parametrize(
    ("key", "template", "rule"),
    [
        (TextKey.MENU, "Text @{CHOICE_NUMBER}", "must say @{QUEUE_NAME}"),
        (TextKey.MENU, "For @{QUEUE_NAME}", "must say @{CHOICE_NUMBER}"),
        (TextKey.MENU_MORE, "There are more", "must say @{CHOICE_NUMBER}"),
    ],
)
def test_a_menu_that_nobody_could_answer_is_refused(key: TextKey, template: str, rule: str) -> None:
    with pytest.raises(TextRefused, match=re.escape(rule)):
        check(key, template, "Acme")


@pytest.mark.parametrize(
    ("lang", "default_lang", "expected"),
    [
        ("fr-CA", "de", "canadien"),
        ("fr", "de", "français"),
        ("fr-CH", "de", "français"),
        ("it", "de", "deutsch"),
        ("it", "de-AT", "deutsch"),
        ("it", "pt", "our english"),
        ("en", "de", "our english"),
    ],
)
def test_a_wording_falls_back_to_the_default_language_then_to_english(
    lang: str, default_lang: str, expected: str
) -> None:
    overrides = {
        "fr-CA": {"ended": "canadien"},
        "fr": {"ended": "français"},
        "de": {"ended": "deutsch", "expired": "abgelaufen"},
        "en": {"ended": "our english"},
    }

    assert render(TextKey.ENDED, lang, {}, overrides, default_lang) == expected


def test_without_any_override_the_built_in_english_is_sent() -> None:
    values = {Variable.COMPANY_NAME: "Acme"}

    assert render(TextKey.HELP, "xx", values, {}, "yy") == render(TextKey.HELP, "en", values)


@pytest.mark.parametrize("own", [None, ""])
def test_a_tenant_without_a_wording_of_its_own_gets_the_built_in_one(own: str | None) -> None:
    overrides = {"en": {"help": own}}

    assert render(TextKey.HELP, "en", ACME, overrides) == render(TextKey.HELP, "en", ACME)


@pytest.mark.parametrize("name", [None, "", "  \n"])
def test_a_consumer_without_a_name_is_customer(name: str | None) -> None:
    assert fill("Hi @{END_USER}!", {Variable.END_USER: name}) == "Hi Customer!"
    assert fill("Hi @{END_USER}!", {}) == "Hi Customer!"


def test_a_value_stays_on_its_line() -> None:
    assert fill("Hi @{END_USER}!", {Variable.END_USER: " Dana\r\n Reed "}) == "Hi Dana Reed!"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("This is @{COMPANY_NAME}. Hello.", "This is Acme Inc. Hello."),
        ("This is @{COMPANY_NAME}, hello", "This is Acme Inc., hello"),
        ("This is @{COMPANY_NAME}", "This is Acme Inc."),
    ],
)
def test_a_value_that_ends_with_a_full_stop_ends_its_sentence_with_one(
    template: str, said: str
) -> None:
    assert fill(template, {Variable.COMPANY_NAME: "Acme Inc."}) == said


@given(st.text())
def test_a_value_is_never_read_as_a_template(name: str) -> None:
    value = f"x{name}@{{COMPANY_NAME}}"

    filled = fill("@{END_USER}", {Variable.END_USER: value, Variable.COMPANY_NAME: "Acme"})

    assert filled == " ".join(value.split())


def test_a_text_without_a_needed_value_is_not_sent() -> None:
    with pytest.raises(ValueMissing):
        render(TextKey.HELP, "en", {})


@pytest.mark.parametrize(
    ("key", "template", "name"),
    [
        (TextKey.GREETING, "Hi @{FIRST_NAME}", "FIRST_NAME"),
        (TextKey.GREETING, "Hi @{company_name}", "company_name"),
        (TextKey.GREETING, "Hi @{ COMPANY_NAME }", " COMPANY_NAME "),
        (TextKey.GREETING, "Hi @{}", ""),
        (TextKey.GREETING, "Hi @{COMPANY_NAME", "COMPANY_NAME"),
        (TextKey.GREETING, "Text @{CHOICE_NUMBER}", "CHOICE_NUMBER"),
        (TextKey.OPT_OUT, "Bye @{END_USER}", "END_USER"),
        (TextKey.ENDED, "@{COMPANY_NAME} @{QUEUE_NAME}", "QUEUE_NAME"),
    ],
)
def test_an_unknown_variable_is_refused_by_name(key: TextKey, template: str, name: str) -> None:
    with pytest.raises(UnknownVariable) as refused:
        check(key, template, "Acme")

    assert refused.value.name == name
    assert refused.value.status == 400
    assert f"@{{{name}}} is not a variable of the {key} text" in str(refused.value)


@pytest.mark.parametrize("template", ["", "  ", "\n"])
def test_an_empty_wording_is_refused(template: str) -> None:
    with pytest.raises(EmptyText, match="greeting text is empty"):
        check(TextKey.GREETING, template, "Acme")


@pytest.mark.parametrize(
    "template", ["mail us @ acme", "{COMPANY_NAME}", "no variable", "@{END_USER}"]
)
def test_other_signs_are_only_signs(template: str) -> None:
    check(TextKey.GREETING, template, "Acme")
