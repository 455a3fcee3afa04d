"""A plan says what would be created, changed and deleted, field by field (product C6)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.config.document import Configuration, as_data
from domain.config.file import validate
from domain.config.plan import FieldChange, Kind, Verb, compare


def configuration(**queues: object) -> Configuration:
    return validate({"tenant": "acme", "name": "Acme", "queues": queues})


def test_nothing_changed_is_an_empty_plan() -> None:
    same = configuration(a={"name": "A"})
    assert not compare(same, configuration(a={"name": "A"}))


def test_a_new_tenant_is_created_whole_parents_first() -> None:
    plan = compare(None, configuration(a={"name": "A", "queues": {"b": {"name": "B"}}}))
    made = [(c.verb, c.kind, c.key) for c in plan.changes]
    assert made == [
        (Verb.CREATE, Kind.TENANT, "acme"),
        (Verb.CREATE, Kind.QUEUE, "a"),
        (Verb.CREATE, Kind.QUEUE, "b"),
    ]


def test_renaming_is_a_change_and_not_a_deletion() -> None:
    plan = compare(configuration(a={"name": "A"}), configuration(a={"name": "B"}))
    [change] = plan.changes
    assert (change.verb, change.fields) == (Verb.CHANGE, (FieldChange("name", "A", "B"),))


def test_children_are_deleted_before_their_parents() -> None:
    old = configuration(a={"name": "A", "queues": {"b": {"name": "B"}}})
    deleted = [c.key for c in compare(old, configuration()).of(Kind.QUEUE, Verb.DELETE)]
    assert deleted == ["b", "a"]


def test_the_order_of_the_menu_is_a_field_and_a_newcomer_moves_nobody() -> None:
    a, b, c = {"name": "A"}, {"name": "B"}, {"name": "C"}
    [change] = compare(configuration(a=a, b=b), configuration(b=b, a=a)).changes
    assert change.fields == (FieldChange("order", ("a", "b"), ("b", "a")),)
    [made] = compare(configuration(a=a, b=b), configuration(a=a, c=c, b=b)).changes
    assert (made.verb, made.key) == (Verb.CREATE, "c")


def test_a_setting_is_told_by_its_own_name() -> None:
    old = configuration(a={"name": "A", "settings": {"chat_timeout": 30}})
    new = configuration(a={"name": "A", "settings": {"wrap_up": 5}})
    [change] = compare(old, new).changes
    assert change.fields == (
        FieldChange("settings.chat_timeout", 30, None),
        FieldChange("settings.wrap_up", None, 5),
    )


def test_a_crm_is_made_changed_and_given_up_field_by_field() -> None:
    none = validate({"tenant": "acme", "name": "Acme"})
    crm = {"kind": "zendesk", "url": "https://a.example", "secret": {"env": "ACME_CRM"}}
    comments = validate(as_data(none) | {"crm": crm})
    both = validate(as_data(none) | {"crm": crm | {"transcript": "both"}})

    def fields(old: Configuration, new: Configuration) -> list[tuple[str, object, object]]:
        [change] = compare(old, new).changes
        assert (change.verb, change.kind) == (Verb.CHANGE, Kind.TENANT)
        return [(field.field, field.old, field.new) for field in change.fields]

    assert fields(none, comments) == [
        ("crm.kind", None, "zendesk"),
        ("crm.url", None, "https://a.example"),
        ("crm.secret.env", None, "ACME_CRM"),
    ]
    assert fields(comments, both) == [("crm.transcript", None, "both")]
    assert [name for name, _, _ in fields(both, none)] == [
        "crm.kind", "crm.url", "crm.secret.env", "crm.transcript"
    ]  # fmt: skip
    assert not compare(both, validate(as_data(both)))


names = st.text("abc", min_size=1, max_size=3)
queues: st.SearchStrategy[dict[str, object]] = st.recursive(
    st.dictionaries(names, st.builds(dict, name=names), max_size=3),
    lambda below: st.dictionaries(names, st.builds(dict, name=names, queues=below), max_size=3),
    max_leaves=6,
)


@given(queues)
def test_applying_an_export_changes_nothing(tree: dict[str, object]) -> None:
    made = configuration(**tree)
    assert validate(as_data(made)) == made
    assert not compare(made, validate(as_data(made)))


def test_a_queue_that_moves_under_one_whose_key_is_top_is_a_change() -> None:
    old = configuration(top={"name": "Top"}, a={"name": "A"})
    [change] = compare(old, configuration(top={"name": "Top", "queues": {"a": {"name": "A"}}})).of(
        Kind.QUEUE
    )
    assert (change.key, change.fields) == ("a", (FieldChange("parent", "(top)", "top"),))


def test_a_plan_knows_whether_numbers_come_to_other_queues() -> None:
    def company(queue: str | None = "a", **more: object) -> Configuration:
        number = {"account": "main", "label": "Line"} | ({"queue": queue} if queue else {})
        below = {"b": {"name": "B"}} | more
        data = {"a": {"name": "A", "queues": below}, "c": {"name": "C"}}
        accounts = {"main": {"carrier": "simulator"}}
        numbers = {"+14155550100": number}
        return validate(
            {"tenant": "acme", "name": "Acme", "accounts": accounts, "queues": data}
            | {"numbers": numbers}
        )

    before = company()
    assert compare(before, company("c")).moves_numbers
    assert compare(before, company(None)).moves_numbers
    assert compare(company(d={"name": "D"}), before).moves_numbers
    assert not compare(before, company(b={"name": "Renamed"})).moves_numbers
