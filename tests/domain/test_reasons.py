"""Why a text did not arrive, in sentences that an agent can act on."""

import pytest

from domain.reasons import _REASONS, CHAT_ENDED, NO_ANSWER, NUMBER_GONE, OPTED_OUT, explain
from domain.segments import GSM_7
from domain.statuses import MessageStatus as Status

TROUBLE = (Status.BLOCKED, Status.FAILED, Status.UNDELIVERED, Status.UNKNOWN)


@pytest.mark.parametrize("status", Status)
def test_a_text_has_a_reason_only_when_it_is_in_trouble(status: Status) -> None:
    assert (explain(status, None) is not None) == (status in TROUBLE)


@pytest.mark.parametrize("code", _REASONS)
def test_every_code_says_what_happened_and_what_to_do(code: str) -> None:
    found = explain(Status.FAILED, code)
    assert found is not None
    for sentence in (found.what, found.advice):
        assert sentence.endswith(".")
        assert code not in sentence
        assert set(sentence) <= GSM_7


def test_a_code_that_nobody_listed_is_told_as_it_is() -> None:
    found = explain(Status.UNDELIVERED, "39999")
    assert found is not None
    assert found.what == "The carrier could not deliver it (code 39999)."
    assert found.advice


def test_the_carriers_own_words_stand_beside_a_refusal_of_the_carrier() -> None:
    found = explain(Status.FAILED, "30007", "Message filtered")
    assert found is not None
    assert found.carrier_says == "Message filtered"


@pytest.mark.parametrize("ours", [OPTED_OUT, CHAT_ENDED, NUMBER_GONE, NO_ANSWER])
def test_what_we_decided_ourselves_is_not_put_into_the_carriers_mouth(ours: str) -> None:
    found = explain(Status.FAILED, ours, "Message filtered")
    assert found is not None
    assert found.carrier_says is None


def test_a_text_whose_fate_nobody_knows_is_not_to_be_sent_again_blindly() -> None:
    found = explain(Status.UNKNOWN, NO_ANSWER)
    assert found is not None
    assert "may have arrived" in found.what
    assert "Ask the consumer" in found.advice
