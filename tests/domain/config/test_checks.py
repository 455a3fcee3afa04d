"""What the parts of a configuration mean to each other: every clash is named (product B, C)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.config.checks import problems
from domain.config.file import validate


def base() -> dict[str, Any]:
    return {
        "tenant": "acme",
        "name": "Acme",
        "hours": {"office": {"zone": "America/New_York", "open": "Mo-Fr 09:00-17:00"}},
        "accounts": {"main": {"carrier": "twilio", "secrets": {"auth_token": {"env": "TOKEN"}}}},
        "users": {
            "ana": {"name": "Ana", "email": "ana@acme.example"},
            "mia": {"name": "Mia", "email": "mia@acme.example", "role": "manager"},
        },
        "teams": {"support": {"name": "Support", "members": ["ana"]}},
        "queues": {
            "top": {
                "name": "Acme",
                "hours": "office",
                "queues": {
                    "orders": {"name": "Orders", "agents": ["ana"], "keywords": ["buy"]},
                    "billing": {"name": "Billing", "teams": ["support"], "substitute": "orders"},
                },
            }
        },
        "numbers": {"+14155550100": {"account": "main", "queue": "top", "outbound": ["orders"]}},
    }


def told(path: str, value: Any) -> list[str]:
    """The problems after one change at a dotted path."""
    data = base()
    *parents, last = path.split("/")
    at = data
    for part in parents:
        at = at.setdefault(part, {})
    at[last] = value
    return [str(problem) for problem in problems(validate(data))]


ORDERS = "queues/top/queues/orders"
PATH = "queues.top.queues.orders"


def test_a_sound_configuration_has_no_problem() -> None:
    assert problems(validate(base())) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (f"{ORDERS}/agents", ["bob"], f"{PATH}.agents[0] names bob, which is no user"),
        (f"{ORDERS}/agents", ["mia"], f"{PATH}.agents[0] names mia, who is no agent"),
        (f"{ORDERS}/agents", ["ana", "ana"], f"{PATH}.agents[1] names ana twice"),
        (f"{ORDERS}/teams", ["x"], f"{PATH}.teams[0] names x, which is no team"),
        (f"{ORDERS}/hours", "night", f"{PATH}.hours names night, which is no opening hours"),
        (f"{ORDERS}/substitute", "orders", f"{PATH}.substitute must name another leaf"),
        (f"{ORDERS}/substitute", "top", f"{PATH}.substitute must name another leaf"),
        (
            "queues/top/agents",
            ["ana"],
            "queues.top has agents or teams, but only a leaf may: it has queues below",
        ),
        (
            "queues/orders",
            {"name": "Again"},
            "queues.orders has a key that another queue has",
        ),
        (
            "queues/top/queues/20",
            {"name": "Late"},
            "queues.top.queues.20 must have a letter in its key",
        ),
        ("teams/support/members", ["x"], "teams.support.members[0] names x, which is no user"),
        ("users/mia/email", "ANA@acme.example", "users.mia.email is that of ana already"),
        (
            "numbers/+14155550100/account",
            "x",
            "numbers.+14155550100.account names x, which is no account",
        ),
        (
            "numbers/+14155550100/fallback",
            "x",
            "numbers.+14155550100.fallback names x, which is no account",
        ),
        (
            "numbers/+14155550100/fallback",
            "main",
            "numbers.+14155550100.fallback must be another account than the number's own",
        ),
        (
            "numbers/+14155550100/queue",
            "x",
            "numbers.+14155550100.queue names x, which is no queue",
        ),
        (
            "numbers/+14155550100/outbound",
            ["top"],
            "numbers.+14155550100.outbound[0] names top, which is no leaf",
        ),
        ("teams/support/members", ["mia"], "teams.support.members[0] names mia, who is no agent"),
        (
            "numbers/+14155550100/use",
            "in_call",
            "numbers.+14155550100.use is in_call, so the number cannot serve chats as well",
        ),
        (
            "accounts/main/secrets/auth_token",
            {},
            "accounts.main.secrets.auth_token must have either env or file",
        ),
        (
            "accounts/main/secrets/auth_token",
            {"file": "token"},
            "accounts.main.secrets.auth_token.file must be an absolute path",
        ),
        (
            "crm",
            {"kind": "zendesk", "url": "https://a.example", "secret": {}},
            "crm.secret must have either env or file",
        ),
    ],
)
def test_references_name_what_is_there(path: str, value: Any, problem: str) -> None:
    assert problem in told(path, value)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (f"{ORDERS}/keywords", ["Stop!"], "is Stop!, which is reserved (opt_out)"),
        (f"{ORDERS}/keywords", ["back"], "is back, which is the command back already"),
        (f"{ORDERS}/keywords", ["7"], "is 7, which could be a number of the menu"),
        (
            f"{ORDERS}/keywords",
            ["a", "\uff21"],
            "which is a keyword of the queue orders already",
        ),
        (f"{ORDERS}/keywords", ["\u200b"], "has no visible character"),
        (f"{ORDERS}/keywords", ["(back)"], "is (back), which is the command back already"),
        (f"{ORDERS}/keywords", ["pay", "pay!"], "is pay!, which is a keyword of the queue orders"),
        (f"{ORDERS}/keywords", ["(7)"], "is (7), which could be a number of the menu"),
        ("commands/back", ["0"], "is 0, which could be a number of the menu"),
        ("commands/back", ["Orders!"], "is Orders, which is the command back already"),
        (f"{ORDERS}/name", "Exit", "is Exit, which is the command exit already"),
        (f"{ORDERS}/name", "HELP", "is HELP, which is reserved (help)"),
        ("commands/back", ["Orders"], "is Orders, which is the command back already"),
        ("commands/exit", ["buy"], "is buy, which is the command exit already"),
        ("commands/exit", ["QUIT"], "is QUIT, which is reserved (opt_out)"),
        ("commands/exit", ["9"], "is 9, which could be a number of the menu"),
        ("commands", {"back": ["UP"], "exit": ["up"]}, "is up, which is the command back already"),
    ],
)
def test_no_word_means_two_things_whichever_was_there_first(
    path: str, value: Any, problem: str
) -> None:
    assert any(problem in found for found in told(path, value)), told(path, value)


def test_a_leafs_greeting_may_tell_the_wait_and_its_after_hours_message_the_next_opening() -> None:
    assert told(f"{ORDERS}/greeting", "Hi @{END_USER}, @{EWT_minutes} minutes") == []
    assert told(f"{ORDERS}/after_hours", "Open @{NEXT_REOPEN_HOUR}") == []


def test_a_queues_own_name_may_be_its_keyword() -> None:
    assert told(f"{ORDERS}/keywords", ["orders"]) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (
            "texts/en/greeting",
            "Hi @{AGENT}",
            "texts.en.greeting is refused: @{AGENT} is not a variable",
        ),
        ("texts/en/greting", "Hi", "texts.en.greting is no system text"),
        (
            "texts/en/opt_out",
            "OK bye",
            "texts.en.opt_out is refused: The opt_out text must name Acme",
        ),
        (
            "texts/en/menu",
            "Text @{CHOICE_NUMBER}",
            "texts.en.menu is refused: The menu text must say",
        ),
        ("texts/es/help", "@{END_USER}", "texts.es.help is refused: @{END_USER} is not a variable"),
        (
            "queues/top/greeting",
            "Wait @{EWT_minutes}",
            "queues.top.greeting must not use @{EWT_minutes}: only a leaf has a wait",
        ),
        (
            f"{ORDERS}/after_hours",
            "In @{EWT_minutes}",
            f"{PATH}.after_hours is refused: @{{EWT_minutes}} is not a variable",
        ),
        (f"{ORDERS}/greeting", "Hi @{NAME", f"{PATH}.greeting is refused: @{{NAME}} is not"),
        ("silent", ["menu"], "silent[0] must be a text that can be switched off"),
        ("hours/office/zone", "Mars/Base", "hours.office.zone must be an IANA time zone"),
        ("hours/office/open", "9 to 5", "hours.office.open must be opening hours such as"),
        ("hours/office/open", "PH off", "hours.office.open must not use PH"),
        (
            "hours/office/holidays",
            [{"day": "2026-12-25"}, {"day": "2026-12-25"}],
            "hours.office.holidays[1].day is given twice",
        ),
        (
            "hours/office/holidays",
            [{"day": "2026-12-25", "open": "noon"}],
            "hours.office.holidays[0].open must be hours such as 10:00-12:00, 14:00-16:00",
        ),
        *(
            (
                "hours/office/holidays",
                [{"day": "2026-12-25", "open": more}],
                "hours.office.holidays[0].open must be hours such as 10:00-12:00, 14:00-16:00",
            )
            for more in ("24/7", "10:00-12:00; 14:00-16:00", "Mo 10:00-12:00", "25:99-26:00")
        ),
        (
            "shortcuts",
            {"hi": {"keyword": "hi", "text": {"en": "Hello"}}},
            "shortcuts must have one with opt_in: true",
        ),
        (
            "shortcuts",
            {"hi": {"keyword": "hi", "opt_in": True, "text": {"es": "Hola @{EWT_minutes}"}}},
            "shortcuts.hi.text.es is refused: @{EWT_minutes} is not a variable of a shortcut. "
            "Allowed: @{AGENT_NAME}, @{COMPANY_NAME}, @{END_USER}, @{QUEUE_NAME}.",
        ),
        (
            "shortcuts",
            {"hi": {"keyword": "hi", "opt_in": True, "text": {"en": "x" * 920}}},
            "shortcuts.hi.text.en is refused: An agent's message has at most 918 characters, as it "
            "is written and with its variables filled in (by 2 too many).",
        ),
    ],
)
def test_wordings_and_hours_are_checked_when_they_are_saved(
    path: str, value: Any, problem: str
) -> None:
    assert any(found.startswith(problem) for found in told(path, value)), told(path, value)


def test_dismissal_comes_before_the_chat_times_out_on_every_queue() -> None:
    rule = "settings.dismissal_timeout must be less than chat_timeout"
    assert told("settings/dismissal_timeout", 1440) == [rule]
    assert told(f"{ORDERS}/settings", {"chat_timeout": 60}) == [f"{PATH}.{rule}"]
    assert told("queues/top/settings", {"chat_timeout": 60}) == [f"queues.top.{rule}"]
    assert told(f"{ORDERS}/settings", {"chat_timeout": 61}) == []


def test_auto_answer_needs_deltacast_wherever_it_comes_from() -> None:
    rule = "settings.auto_answer needs routing: deltacast"
    assert told("settings/auto_answer", True) == [rule]
    assert told(f"{ORDERS}/settings", {"auto_answer": True}) == [f"{PATH}.{rule}"]
    assert told("settings", {"auto_answer": True, "routing": "deltacast"}) == []
