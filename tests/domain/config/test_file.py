"""The configuration file: what is read, what is refused, and where it says so (product C6)."""

from __future__ import annotations

import pytest

from domain.config.document import as_data
from domain.config.file import parse, validate, write
from domain.config.problems import Refused

SMALL = """\
tenant: acme
name: Acme Outfitters
accounts:
  main: {carrier: simulator, url: "http://127.0.0.1:1"}
queues:
  main:
    name: Acme
    queues:
      orders:
        name: Orders
        settings: {chat_timeout: 90, dismissal: true}
numbers:
  +14155550100: {account: main, queue: main}
"""


def refusals(text: str) -> list[str]:
    with pytest.raises(Refused) as refused:
        parse(text)
    return [str(problem) for problem in refused.value.problems]


def test_plain_values_become_what_is_declared() -> None:
    configuration, _ = parse(SMALL)
    orders = {keys[-1]: queue for keys, queue in configuration.walk()}["orders"]
    assert orders.settings.model_dump(exclude_none=True) == {"chat_timeout": 90, "dismissal": True}
    assert list(configuration.numbers) == ["+14155550100"]


def test_a_language_that_yaml_takes_for_false_stays_a_language() -> None:
    configuration, _ = parse("tenant: acme\nname: Acme\nlanguage: no\n")
    assert configuration.language == "no"


@pytest.mark.parametrize("language", ["en", "yue", "fr-CA", "es-419", "zh-Hans", "zh-Hant-TW"])
def test_a_language_may_have_a_script_and_a_region(language: str) -> None:
    configuration, _ = parse(f"tenant: acme\nname: Acme\nlanguage: {language}\n")
    assert configuration.language == language


@pytest.mark.parametrize("language", ["e", "EN", "en_US", "en-us", "es-41", "english"])
def test_what_is_no_language_is_refused(language: str) -> None:
    rule = "language must be a language such as en, fr-CA or es-419"
    assert refusals(f"tenant: acme\nname: Acme\nlanguage: {language}\n") == [
        f"line 3, column 1: {rule}"
    ]


def test_a_name_that_says_nothing_is_refused() -> None:
    assert refusals('tenant: acme\nname: "  "\n') == ["line 2, column 1: name must not be blank"]


def test_what_is_written_reads_back_as_the_same() -> None:
    configuration, _ = parse(SMALL)
    assert parse(write(as_data(configuration)))[0] == configuration


def test_every_problem_is_told_with_line_column_path_and_rule() -> None:
    text = SMALL.replace("90", "0").replace("name: Orders", "nmae: Orders").replace("acme\n", "A\n")
    assert refusals(text) == [
        "line 1, column 1: tenant must be a subdomain: small letters, digits and -",
        "line 9, column 7: queues.main.queues.orders.name is missing",
        "line 10, column 9: queues.main.queues.orders.nmae is not a known name",
        "line 11, column 20: queues.main.queues.orders.settings.chat_timeout "
        "must be greater than or equal to 1",
    ]


def test_a_mistake_of_shape_hides_none_of_meaning() -> None:
    """A name that is not known, a key given twice and a clash of words are told together."""
    text = SMALL.replace("name: Orders", "name: STOP\n        nmae: x")
    text = text.replace("name: Acme\n", "name: Acme\n    hidden: no\n    hidden: yes\n")
    assert refusals(text.replace("queue: main}", "queue: nowhere}")) == [
        "line 9, column 5: queues.main.hidden is given twice",
        "line 12, column 9: queues.main.queues.orders.name is STOP, which is reserved (opt_out)",
        "line 13, column 9: queues.main.queues.orders.nmae is not a known name",
        "line 16, column 33: numbers.+14155550100.queue names nowhere, which is no queue",
    ]


def test_what_refers_to_a_part_with_a_mistake_is_no_mistake_of_its_own() -> None:
    """The account and the queue are there, and wrong: their number refers to them rightly."""
    text = SMALL.replace("carrier: simulator, ", "").replace("name: Acme\n", "nmae: Acme\n")
    assert refusals(text) == [
        "line 4, column 3: accounts.main.carrier is missing",
        "line 6, column 3: queues.main.name is missing",
        "line 7, column 5: queues.main.nmae is not a known name",
    ]


def test_a_part_without_what_it_must_have_hides_no_mistake_below_it() -> None:
    text = SMALL.replace("name: Acme\n    queues", "nmae: Acme\n    queues")
    text = text.replace("carrier: simulator, ", "secrets: {token: {}}, ")
    text += "users: {ana: {name: Ana}}\n"
    assert refusals(
        text.replace("name: Orders", "name: STOP").replace("queue: main", "queue: x")
    ) == [
        "line 4, column 3: accounts.main.carrier is missing",
        "line 4, column 20: accounts.main.secrets.token must have either env or file",
        "line 6, column 3: queues.main.name is missing",
        "line 7, column 5: queues.main.nmae is not a known name",
        "line 10, column 9: queues.main.queues.orders.name is STOP, which is reserved (opt_out)",
        "line 13, column 33: numbers.+14155550100.queue names x, which is no queue",
        "line 14, column 9: users.ana.email is missing",
    ]


def test_a_list_with_a_mistake_is_left_out_whole() -> None:
    text = SMALL.replace("name: Acme\n", f"name: Acme\n    keywords: [{'x' * 51}, stop]\n")
    [told] = refusals(text)
    assert told.startswith("line 8, column 16: queues.main.keywords[0] must have at most 50")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1: the file must be a mapping of names to values"),
        ("- a", "line 1, column 1: the file must be a mapping of names to values"),
        ("tenant: a\nname: a\nname: b", "line 3, column 1: name is given twice"),
        ("tenant: &x a\nname: *x", "line 1, column 9: name must not be an alias (*)"),
        ("tenant: [a", "line 2, column 1: the file is not YAML"),
        ("tenant: \0", "line 1, column 1: the file is not YAML: a character is not allowed"),
        ("[" * 5000, "line 1, column 1: the file is nested more than 200 levels deep"),
        (
            "tenant: a\nname: a\nwebhooks: {x: {url: 'https://me:pw@a.example', secret: {env: X}}}",
            "line 3, column 16: webhooks.x.url must hold no user and no password",
        ),
        ("tenant: a\nname: a\ncrm: zendesk", "line 3, column 1: crm must be a mapping"),
        (
            "tenant: a\nname: a\nwebhooks: {crm: {url: 'https://a.example', secret: {env: X}, "
            "events: [chat.chnaged]}}",
            "line 3, column 71: webhooks.crm.events[0] must be 'chat.changed', 'chat.settled'",
        ),
        ("tenant: {}\nname: a", "line 1, column 1: tenant must be text"),
        ("tenant: a\nname: a\nusers: [a]", "line 3, column 1: users must be a mapping"),
    ],
)
def test_what_is_no_configuration_is_refused_in_words(text: str, told: str) -> None:
    assert refusals(text)[0].startswith(told)


CRM = """\
tenant: acme
name: Acme
crm:
  kind: zendesk
  url: "https://acme.zendesk.example"
  secret: {env: ACME_CRM}
  transcript: both
"""


def test_a_crm_is_kept_under_any_well_formed_kind_and_needs_none_of_its_defaults() -> None:
    """The kinds come with their modules: none is known yet, so none is refused."""
    crm = parse(CRM)[0].crm
    assert crm is not None
    assert (crm.kind, crm.secret.reference) == ("zendesk", "env:ACME_CRM")
    assert (crm.transcript, crm.record_unanswered) == ("both", False)
    assert as_data(parse(CRM)[0])["crm"].keys() == {"kind", "url", "secret", "transcript"}
    assert parse("tenant: a\nname: a")[0].crm is None


def test_every_mistake_in_a_crm_has_its_place() -> None:
    text = CRM.replace("zendesk\n", "Zen Desk\n").replace("both", "letter")
    text = text.replace('"https://acme.zendesk.example"', "zendesk.example")
    assert refusals(text.replace("{env: ACME_CRM}", "s3cret") + "  user: me\n") == [
        "line 4, column 3: crm.kind must be a key: small letters, digits, - _ . "
        "and at most 63 characters",
        "line 5, column 3: crm.url must begin with http:// or https://",
        "line 6, column 3: crm.secret must be a mapping of names to values",
        "line 7, column 3: crm.transcript must be 'comment', 'attachment' or 'both'",
        "line 8, column 3: crm.user is not a known name",
    ]


def test_a_crm_without_its_secret_hides_no_other_mistake() -> None:
    text = CRM.replace("  secret: {env: ACME_CRM}\n", "") + "commands: {exit: [STOP]}\n"
    assert refusals(text) == [
        "line 3, column 1: crm.secret is missing",
        "line 7, column 19: commands.exit[0] is STOP, which is reserved (opt_out)",
    ]


def test_json_is_read_strictly() -> None:
    document = {"tenant": "acme", "name": "Acme", "settings": {"chat_timeout": "30"}}
    with pytest.raises(Refused) as refused:
        validate(document, strict=True)
    assert [str(p) for p in refused.value.problems] == [
        "settings.chat_timeout must be a whole number"
    ]
