"""The catalogue of system texts (`product.md` A2, A3, A5, D)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.segments import Encoding, count
from domain.texts import (
    CATALOGUE,
    EmptyText,
    TextKey,
    UnknownVariable,
    ValueMissing,
    Variable,
    check,
    fill,
    menu_text,
    render,
)

ACME: dict[Variable, str | None] = {
    Variable.COMPANY_NAME: "Acme Outfitters",
    Variable.END_USER: "Dana",
    Variable.QUEUE_NAME: "Orders",
    Variable.CHOICE_NUMBER: "1",
}


def test_every_key_has_its_text() -> None:
    assert set(CATALOGUE) == set(TextKey)


@pytest.mark.parametrize("key", TextKey)
def test_a_default_is_valid_plain_and_one_segment(key: TextKey) -> None:
    for lang, wording in CATALOGUE[key].wordings.items():
        check(key, wording)
        counted = count(render(key, lang, ACME))
        assert (counted.encoding, counted.segments) == (Encoding.GSM_7, 1)


@pytest.mark.parametrize("key", TextKey)
def test_nothing_of_a_variable_is_left_in_a_rendered_text(key: TextKey) -> None:
    assert "@{" not in render(key, "en", ACME)


def test_the_greeting_names_the_company_and_carries_the_opt_in_wording() -> None:
    greeting = render(TextKey.GREETING, "en", ACME)

    for wording in ("Acme Outfitters", "Msg & data rates may apply", "STOP", "HELP"):
        assert wording in greeting


@pytest.mark.parametrize("key", [TextKey.OPT_OUT, TextKey.OPT_IN, TextKey.HELP])
def test_consent_and_help_need_nothing_but_the_company(key: TextKey) -> None:
    text = render(key, "en", {Variable.COMPANY_NAME: "Acme Outfitters"})

    assert text.startswith("Acme Outfitters")


def test_only_the_texts_marked_so_can_be_switched_off() -> None:
    assert {key for key, text in CATALOGUE.items() if text.switchable} == {
        TextKey.GREETING,
        TextKey.CHOICE_CONFIRMED,
        TextKey.EXPIRED,
        TextKey.ENDED,
    }


def test_the_menu_is_a_line_for_each_queue() -> None:
    assert menu_text("en", ["Orders", "Returns", "Billing"]) == (
        "Text 1 for Orders\nText 2 for Returns\nText 3 for Billing"
    )


def test_the_menu_follows_the_language() -> None:
    german = {"de": {"menu": "@{QUEUE_NAME}: @{CHOICE_NUMBER} senden"}}

    assert menu_text("de", ["Retouren"], german) == "Retouren: 1 senden"


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
        check(key, template)

    assert refused.value.name == name
    assert refused.value.status == 400
    assert f"@{{{name}}} is not a variable of the {key} text" in str(refused.value)


@pytest.mark.parametrize("template", ["", "  ", "\n"])
def test_an_empty_wording_is_refused(template: str) -> None:
    with pytest.raises(EmptyText, match="greeting text is empty"):
        check(TextKey.GREETING, template)


@pytest.mark.parametrize(
    "template", ["mail us @ acme", "{COMPANY_NAME}", "no variable", "@{END_USER}"]
)
def test_other_signs_are_only_signs(template: str) -> None:
    check(TextKey.GREETING, template)
