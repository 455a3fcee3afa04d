"""Ready-made answers: their language, their variables, their order (product C1, A5)."""

from __future__ import annotations

import pytest

from domain.segments import AGENT_MAX
from domain.shortcuts import Shortcut, check, filled, in_order, wording_of
from domain.variables import TooLong, UnknownVariable, Variable

VALUES = {
    Variable.COMPANY_NAME: "Acme",
    Variable.QUEUE_NAME: "Orders",
    Variable.AGENT_NAME: "Ana",
}


def shortcut(*langs: str, key: str = "hi", opt_in: bool = False) -> Shortcut:
    return Shortcut(key, key, {lang: f"in {lang}" for lang in langs}, opt_in=opt_in)


@pytest.mark.parametrize(
    ("langs", "lang", "default", "expected"),
    [
        (("en", "es"), "es", "en", "es"),
        (("en", "es"), "es-MX", "en", "es"),
        (("en", "es-MX", "es"), "es-MX", "en", "es-MX"),
        (("es", "fr"), "de", "fr", "fr"),
        (("fr", "en"), "de", "es", "en"),
        # Better in another language than not at all: the agent reads it first.
        (("fr", "es"), "de", "pt", "fr"),
    ],
)
def test_a_shortcut_is_worded_in_the_chats_language_or_what_that_falls_back_to(
    langs: tuple[str, ...], lang: str, default: str, expected: str
) -> None:
    assert wording_of(shortcut(*langs), lang, default) == (expected, f"in {expected}")


def test_names_and_the_queue_are_filled_in_and_a_nameless_consumer_is_a_customer() -> None:
    wording = "Hi @{END_USER}, @{AGENT_NAME} of @{COMPANY_NAME}, @{QUEUE_NAME}"
    assert filled(wording, VALUES) == "Hi Customer, Ana of Acme, Orders"


def test_a_variable_that_nobody_could_fill_in_is_refused() -> None:
    with pytest.raises(UnknownVariable, match="is not a variable of a shortcut"):
        check("We open @{NEXT_REOPEN_HOUR}", "Acme")


def test_what_was_saved_before_variables_were_checked_stays_as_it_stands() -> None:
    assert filled("Hi @{AGENT_NAME}, @{name}", VALUES) == "Hi @{AGENT_NAME}, @{name}"


@pytest.mark.parametrize(("outbound", "first"), [(True, "ask"), (False, "a")])
def test_what_asks_for_consent_comes_first_in_an_outbound_chat(outbound: bool, first: str) -> None:
    given = [shortcut("en", key=key, opt_in=key == "ask") for key in ("a", "b", "ask", "c")]
    keys = [one.key for one in in_order(given, outbound=outbound)]
    assert keys[0] == first
    assert [key for key in keys if key != "ask"] == ["a", "b", "c"]


def test_a_wording_that_no_agent_could_send_is_refused_also_for_what_is_filled_in() -> None:
    named = "x" * (AGENT_MAX - len("@{COMPANY_NAME}")) + "@{COMPANY_NAME}"
    for fits in ("x" * AGENT_MAX, named):
        check(fits, "Acme")
    check(named, "A" * len("@{COMPANY_NAME}"))
    for wording in ("x" * (AGENT_MAX + 1), named):
        with pytest.raises(TooLong, match="by 1 too many"):
            check(wording, "A" * (len("@{COMPANY_NAME}") + 1))


def test_a_long_wording_of_before_is_still_filled_in_for_the_agent_to_shorten() -> None:
    assert filled("@{AGENT_NAME}" + "x" * 1000, VALUES) == "Ana" + "x" * 1000
