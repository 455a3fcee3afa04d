"""What changed wordings cost is told before they are applied (A8)."""

from __future__ import annotations

import pytest

from domain.config.costs import costs
from domain.config.file import validate
from domain.config.plan import compare

ACME = {"tenant": "acme", "name": "Acme Outfitters"}


def told(**changed: object) -> list[str]:
    wanted = validate(ACME | changed)
    return list(costs(compare(validate(ACME), wanted), wanted.name))


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"texts": {"en": {"ended": "Bye @{END_USER}, " + "x" * 150}}},
         "tenant acme: texts.en.ended takes 2 segments (GSM-7)."),
        ({"texts": {"fr": {"ended": "À bientôt"}}},
         "tenant acme: texts.fr.ended takes 1 segment (UCS-2, because of “À”)."),
        ({"queues": {"vip": {"name": "VIP", "greeting": "Grüß dich ☕" + "x" * 70}}},
         "queue vip: greeting takes 2 segments (UCS-2, because of “☕”)."),
        ({"shortcuts": {"hi": {"keyword": "hi", "text": {"en": "y" * 307}}}},
         "shortcut hi: text.en takes 3 segments (GSM-7)."),
    ],
)  # fmt: skip
def test_a_wording_that_costs_more_than_a_plain_segment_is_told(
    changed: dict[str, object], line: str
) -> None:
    assert told(**changed) == [line]


def test_what_fits_and_what_did_not_change_is_not_told() -> None:
    assert told(texts={"en": {"ended": "Bye."}}, queues={"a": {"name": "Ü" * 99}}) == []
    long = validate(ACME | {"texts": {"en": {"ended": "x" * 200}}})
    assert list(costs(compare(long, long), "Acme")) == []
    assert list(costs(compare(long, validate(ACME)), "Acme")) == []
