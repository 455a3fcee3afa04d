"""Objects of the configuration changed one by one through the administrators' API."""

from __future__ import annotations

import asyncio
from typing import Any

from httpx2 import AsyncClient

from tests.api.world import Api

ADMIN = "/admin/api/v1"


async def put(client: AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.put(f"{ADMIN}/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_each_kind_of_object_is_made_changed_and_deleted(ada: AsyncClient) -> None:
    objects: dict[str, Any] = {
        "users/dan": {"name": "Dan", "email": "dan@acme.example"},
        "teams/night": {"name": "Night", "members": ["ben"]},
        "hours/office": {"zone": "Europe/Berlin", "open": "Mo-Fr 09:00-17:00"},
        "shortcuts/hi": {"keyword": "hi", "text": {"en": "Hello!"}, "opt_in": True},
        "queues/refunds": {"name": "Refunds", "parent": "support", "teams": ["night"]},
        "webhooks/crm": {
            "url": "https://crm.example",
            "secret": {"env": "THREADLINE_TENANT_ACME_CRM"},
        },
        "accounts/spare": {
            "carrier": "simulator",
            "secrets": {"secret": {"env": "THREADLINE_TENANT_ACME_SPARE"}},
        },
    }
    for path, body in objects.items():
        made = await put(ada, path, body)
        section, key = path.split("/")
        assert made["changes"][0]["verb"] == "create", made
        held = (await ada.get(f"{ADMIN}/{section}")).json()
        assert body.items() <= held[key].items()
    for path in reversed(objects):
        deleted = await ada.delete(f"{ADMIN}/{path}")
        assert deleted.status_code == 200, deleted.text
        assert deleted.json()["changes"][-1]["verb"] == "delete"
    assert (await ada.delete(f"{ADMIN}/users/dan")).status_code == 404


async def test_parts_are_replaced_and_what_is_left_out_has_its_default(ada: AsyncClient) -> None:
    await put(ada, "settings", {"wrap_up": 30, "chat_timeout": 90})
    changed = await put(ada, "settings", {"wrap_up": 30})
    assert changed["changes"][0]["fields"] == [
        {"field": "settings.chat_timeout", "old": 90, "new": None}
    ]
    await put(ada, "texts", {"en": {"ended": "Bye from @{COMPANY_NAME}"}})
    await put(ada, "silent", ["ended"])
    await put(ada, "commands", {"back": ["UP"], "exit": ["BYE"]})
    assert (await ada.get(f"{ADMIN}/commands")).json() == {"back": ["UP"], "exit": ["BYE"]}
    wrong = await put(ada, "settings", {"wrap_up": "30", "chat_timeout": 0}, 400)
    assert {error["field"] for error in wrong["errors"]} == {
        "settings.wrap_up",
        "settings.chat_timeout",
    }


async def test_a_crm_is_set_shown_audited_and_given_up(ada: AsyncClient) -> None:
    crm = {
        "kind": "zendesk",
        "url": "https://acme.example",
        "secret": {"env": "THREADLINE_TENANT_ACME_CRM"},
    }
    assert (await ada.get(f"{ADMIN}/crm")).json() is None
    assert (await ada.delete(f"{ADMIN}/crm")).status_code == 404
    made = await put(ada, "crm", crm)
    assert {"field": "crm.kind", "old": None, "new": "zendesk"} in made["changes"][0]["fields"]
    assert (await ada.get(f"{ADMIN}/crm")).json() == crm
    wrong = await put(ada, "crm", crm | {"secret": {}}, 400)
    assert wrong["errors"][0]["field"] == "crm.secret"
    gone = await ada.delete(f"{ADMIN}/crm?base={made['version']}")
    assert gone.json()["version"] == made["version"] + 1, gone.text
    assert (await ada.get(f"{ADMIN}/crm")).json() is None
    [newest, before, *_] = (await ada.get(f"{ADMIN}/audit?kind=tenant")).json()
    assert {"field": "crm.url", "old": crm["url"], "new": None} in newest["fields"]
    assert newest["by"] == before["by"] == "Ada"


async def test_a_rule_between_objects_names_both(ada: AsyncClient) -> None:
    refused = await put(ada, "commands", {"back": ["pay"]}, 400)
    assert refused["errors"][0]["message"] == (
        "queues.support.queues.billing.keywords[0] is pay, which is the command back already"
    )


async def test_changes_of_different_objects_at_once_are_all_kept(ada: AsyncClient) -> None:
    await asyncio.gather(
        put(ada, "teams/one", {"name": "One"}),
        put(ada, "teams/two", {"name": "Two"}),
        put(ada, "hours/day", {"zone": "UTC", "open": "24/7"}),
    )
    teams = (await ada.get(f"{ADMIN}/teams")).json()
    assert teams.keys() == {"all", "one", "two"}


async def test_whoever_names_the_version_is_told_of_another_one(ada: AsyncClient) -> None:
    await put(ada, "teams/one?base=1", {"name": "One"})
    late = await put(ada, "teams/two?base=1", {"name": "Two"}, 409)
    assert "Version 2" in late["message"]


async def test_managers_and_agents_change_no_object(api: Api) -> None:
    # Questions that change nothing, with a number or a document that no address could hold.
    asks = (f"{ADMIN}/numbers/status", f"{ADMIN}/configuration/preview")
    calls = [
        (method.upper(), path)
        for path, item in api.app.openapi()["paths"].items()
        for method in item
        if path.startswith(ADMIN)
        and method != "get"
        and "/consent/" not in path
        and path not in asks
    ]
    assert len(calls) > 20
    for who in ("ana", "mia"):
        async with api.client(api.acme.tokens[who]) as client:
            for method, path in calls:
                at = path.format(key="ana", session_id=1, credential_id=1)
                body = {"yaml": "{tenant: acme, name: Acme}", "base": 1, "name": "x"}
                body |= {"number": "12345", "settings": {}}
                answer = await client.request(method, at, json=body)
                assert answer.status_code == 403, (who, method, path, answer.text)
