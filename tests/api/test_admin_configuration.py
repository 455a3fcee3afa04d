"""The configuration through the administrators' API: read, planned, applied (C6, X7)."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with schemathesis
import pytest
from httpx2 import AsyncClient

from domain.config import file
from domain.config.file import write
from tests.api.administration import edited, held
from tests.api.world import Api

ADMIN = "/admin/api/v1"
LEAVES = ("queues", "support", "queues")


async def test_a_change_is_planned_applied_and_stands_in_the_log(ada: AsyncClient) -> None:
    body = await edited(ada, *LEAVES, "orders", "name", to="Purchases")
    planned = (await ada.post(f"{ADMIN}/configuration/plan", json=body)).json()
    change = {
        "verb": "change",
        "kind": "queue",
        "key": "orders",
        "name": "Purchases",
        "fields": [{"field": "name", "old": "Orders", "new": "Purchases"}],
    }
    assert planned == {"base": 1, "changes": [change], "consequences": []}
    assert (await held(ada))["version"] == 1
    applied = (await ada.post(f"{ADMIN}/configuration/apply", json=body)).json()
    assert applied == planned | {"version": 2}
    now = await held(ada)
    assert (now["version"], now["by"]) == (2, "Ada")
    [newest, *_] = (await ada.get(f"{ADMIN}/audit?kind=queue&key=orders")).json()
    assert (newest["source"], newest["by"], newest["address"]) == ("api", "Ada", "127.0.0.1")
    assert newest["fields"] == change["fields"]


async def test_a_preview_says_what_is_read_on_the_way_to_a_queue_and_changes_nothing(
    ada: AsyncClient,
) -> None:
    body = await edited(ada, *LEAVES, "orders", "name", to="Purchases")
    wanted = {"document": body["document"], "queue": "orders"}
    answer = await ada.post(f"{ADMIN}/configuration/preview", json=wanted)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["entry"], told["reached"], told["waits"]) == ("Support", True, "Purchases")
    assert [each["answer"] for each in told["exchanges"]] == [None, "1"]
    assert told["exchanges"][1]["texts"] == [
        {
            "kind": "choice_confirmed",
            "lang": "en",
            "text": "Thank you, you chose Purchases.",
            "segments": 1,
            "encoding": "GSM-7",
        }
    ]
    assert (await held(ada))["version"] == 1
    unknown = await ada.post(f"{ADMIN}/configuration/preview", json=wanted | {"queue": "nowhere"})
    assert (unknown.status_code, unknown.json()["message"]) == (404, "There is no such queue.")


async def test_a_preview_of_a_mistake_names_field_and_rule(ada: AsyncClient) -> None:
    body = await edited(ada, *LEAVES, "orders", "greeting", to="Dear @{NOBODY}")
    wanted = {"document": body["document"], "queue": "orders"}
    refused = await ada.post(f"{ADMIN}/configuration/preview", json=wanted)
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == [
        "queues.support.queues.orders.greeting"
    ]


async def test_what_a_plan_means_for_running_chats_is_said(api: Api, ada: AsyncClient) -> None:
    await api.acme.waiting_chat()
    body = await edited(ada, *LEAVES, to={"returns": {"name": "Returns"}})
    planned = (await ada.post(f"{ADMIN}/configuration/plan", json=body)).json()
    assert planned["consequences"] == ["1 chat of the queue orders will move to returns."]


async def test_of_two_who_change_the_second_is_told_who_was_quicker(ada: AsyncClient) -> None:
    first = await edited(ada, "name", to="Acme Inc.")
    second = await edited(ada, "name", to="Acme Ltd.")
    assert (await ada.post(f"{ADMIN}/configuration/apply", json=first)).status_code == 200
    for verb in ("plan", "apply"):
        late = await ada.post(f"{ADMIN}/configuration/{verb}", json=second)
        assert (late.status_code, late.json()["message"]) == (
            409,
            "Version 2 of the configuration was applied meanwhile, by Ada. Plan again.",
        )


async def test_every_mistake_names_field_and_rule(ada: AsyncClient) -> None:
    body = await edited(ada, "settings", to={"chat_timeout": 0, "smss": True})
    refused = await ada.post(f"{ADMIN}/configuration/plan", json=body)
    assert refused.status_code == 400
    told = "must be greater than or equal to 1"
    assert refused.json() == {
        "message": "The configuration has 2 problems.",
        "errors": [
            {"field": "settings.chat_timeout", "message": f"settings.chat_timeout {told}"},
            {"field": "settings.smss", "message": "settings.smss is not a known name"},
        ],
    }


async def test_mistakes_of_a_file_have_a_line_and_a_column(ada: AsyncClient) -> None:
    text = write((await held(ada))["document"]).replace("- pay", "- stop")
    refused = await ada.post(f"{ADMIN}/configuration/plan", json={"yaml": text})
    [error] = refused.json()["errors"]
    line = text.splitlines().index(next(x for x in text.splitlines() if "- stop" in x)) + 1
    assert (error["field"], error["line"]) == ("queues.support.queues.billing.keywords[0]", line)
    assert error["message"].endswith("is stop, which is reserved (opt_out)")


async def test_the_file_that_is_downloaded_changes_nothing_when_applied(ada: AsyncClient) -> None:
    text = (await ada.get(f"{ADMIN}/configuration/file")).text
    applied = await ada.post(f"{ADMIN}/configuration/apply", json={"yaml": text, "base": 1})
    assert (applied.json()["changes"], applied.json()["version"]) == ([], 1)


async def test_an_earlier_version_is_applied_again(ada: AsyncClient) -> None:
    body = await edited(ada, "name", to="Acme Inc.")
    await ada.post(f"{ADMIN}/configuration/apply", json=body)
    listed = await ada.get(f"{ADMIN}/configuration/versions?per=1")
    assert (listed.headers["total"], listed.headers["per-page"]) == ("2", "1")
    assert [line["version"] for line in listed.json()] == [2]
    before = (await ada.get(f"{ADMIN}/configuration/versions/1")).json()["document"]
    again = {"document": before, "base": 2}
    applied = (await ada.post(f"{ADMIN}/configuration/apply", json=again)).json()
    assert applied["version"] == 3
    assert (await held(ada))["document"] == before
    assert (await ada.get(f"{ADMIN}/configuration/versions/9")).status_code == 404


async def test_the_schema_takes_the_document_and_tells_forms_what_they_need(
    ada: AsyncClient,
) -> None:
    schema = (await ada.get(f"{ADMIN}/configuration/schema")).json()
    jsonschema.validate((await held(ada))["document"], schema)
    timeout = schema["$defs"]["Settings"]["properties"]["chat_timeout"]
    assert (timeout["title"], timeout["unit"]) == ("Chat timeout", "minutes")
    assert (timeout["minimum"], timeout["maximum"]) == (1, 10_080)
    assert timeout["description"]
    ended = schema["properties"]["texts"]["additionalProperties"]["properties"]["ended"]
    assert (ended["switchable"], ended["variables"]) == (True, ["COMPANY_NAME", "END_USER"])


async def test_one_can_ask_where_a_setting_comes_from(ada: AsyncClient) -> None:
    body = await edited(ada, "settings", to={"wrap_up": 30})
    body["document"]["queues"]["support"]["settings"] = {"priority": 1}
    await ada.post(f"{ADMIN}/configuration/apply", json=body)
    origins = (await ada.get(f"{ADMIN}/settings/origins?queue=orders")).json()
    found = {one["name"]: (one["value"], one["origin"], one["queue"]) for one in origins}
    assert found["priority"] == (1, "queue", "support")
    assert found["wrap_up"] == (30, "tenant", None)
    assert found["chat_timeout"] == (1440, "default", None)
    assert found["language"] == ("en", "tenant", None)
    assert (await ada.get(f"{ADMIN}/settings/origins?queue=none")).status_code == 404


@pytest.mark.parametrize(("who", "reads", "writes"), [("ana", 403, 403), ("mia", 200, 403)])
async def test_managers_read_and_agents_do_not_even_that(
    api: Api, ada: AsyncClient, who: str, reads: int, writes: int
) -> None:
    body = await edited(ada, "name", to="Acme Inc.")
    async with api.client(api.acme.tokens[who]) as client:
        for path in ("configuration", "configuration/schema", "configuration/versions", "audit"):
            assert (await client.get(f"{ADMIN}/{path}")).status_code == reads
        for verb in ("plan", "apply"):
            answer = await client.post(f"{ADMIN}/configuration/{verb}", json=body)
            assert answer.status_code == writes
        wanted = {"document": body["document"], "queue": "support"}
        shown = await client.post(f"{ADMIN}/configuration/preview", json=wanted)
        assert shown.status_code == reads
    assert (await held(ada))["version"] == 1


async def test_a_browser_proves_that_the_page_is_ours(api: Api, ada: AsyncClient) -> None:
    body = await edited(ada, "name", to="Acme Inc.")
    async with api.client() as browser:
        browser.cookies.set("threadline_session", api.acme.tokens["ada"])
        forged = await browser.post(f"{ADMIN}/configuration/apply", json=body)
        assert forged.status_code == 403
        proof = {"x-csrf-token": "csrf-ada"}
        real = await browser.post(f"{ADMIN}/configuration/apply", json=body, headers=proof)
        assert real.status_code == 200
        [newest, *_] = (await browser.get(f"{ADMIN}/audit?kind=tenant")).json()
    assert newest["source"] == "console"


UNSOUND: list[Any] = ["a\0b", "\ud800", {"\0": 1}, [["deep"]], 10**40, None, float("inf")]


@pytest.mark.parametrize("value", UNSOUND)
async def test_what_cannot_be_stored_is_refused_by_name(ada: AsyncClient, value: Any) -> None:
    body = await edited(ada, *LEAVES, "orders", "name", to=value)
    # As a client writes it that checks nothing.
    refused = await ada.post(
        f"{ADMIN}/configuration/plan",
        content=json.dumps(body),
        headers={"content-type": "application/json"},
    )
    assert refused.status_code == 400
    assert refused.json()["errors"]


async def test_the_log_is_filtered_and_paged(ada: AsyncClient) -> None:
    await ada.post(f"{ADMIN}/configuration/apply", json=await edited(ada, "name", to="Acme Inc."))
    by_ada = await ada.get(f"{ADMIN}/audit?actor=Ada")
    assert [entry["key"] for entry in by_ada.json()] == ["acme"]
    first = await ada.get(f"{ADMIN}/audit?actor=operator&per=2&page=2")
    assert (len(first.json()), int(first.headers["total"]) > 10) == (2, True)
    none = await ada.get(f"{ADMIN}/audit?from=2026-03-03T00:00:00Z")
    assert none.json() == []
    assert (await ada.get(f"{ADMIN}/audit?to=2026-03-03T00:00:00%2B01:00")).json() != []
    wrong = await ada.get(f"{ADMIN}/audit?from=yesterday")
    assert wrong.json()["errors"] == [
        {
            "field": "from",
            "message": "from must be a time with a zone, such as 2026-11-24T12:00:00Z",
        }
    ]


async def test_a_company_sees_its_own_configuration_alone(api: Api) -> None:
    async with api.client(api.globex.tokens["ada"]) as client:
        assert (await held(client))["document"]["tenant"] == "globex"
        entries = (await client.get(f"{ADMIN}/audit")).json()
        body = {"document": (await held(client))["document"] | {"tenant": "acme"}, "base": 1}
        assert (await client.post(f"{ADMIN}/configuration/apply", json=body)).status_code == 400
    assert {entry["key"] for entry in entries if entry["kind"] == "tenant"} == {"globex"}


@pytest.mark.parametrize("call", ["plan", "preview", "apply"])
async def test_no_strangers_file_is_read(
    api: Api, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A large one takes seconds."""

    def read(_text: str) -> None:
        raise AssertionError("was read")

    monkeypatch.setattr(file, "parse", read)
    body = {"yaml": "a: 1", "base": 1, "queue": "orders"}
    for token, status in (("guess", 401), (api.acme.tokens["ana"], 403)):
        async with api.client(token) as client:
            refused = await client.post(f"{ADMIN}/configuration/{call}", json=body)
        assert refused.status_code == status, refused.text
