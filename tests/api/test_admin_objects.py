"""Objects changed one by one through the administrators' API, people's passwords and sessions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient

from domain.config.document import Configuration
from domain.statuses import NumberStatus
from services.configuration import ToAsk
from services.projection import VOUCHED, Known, Said
from tests.api.world import PASSWORD, Api
from tests.conftest import SetClock

ADMIN = "/admin/api/v1"
AGENT = "/agent/api/v1"


@pytest.fixture
async def ada(api: Api) -> AsyncIterator[AsyncClient]:
    async with api.client(api.acme.tokens["ada"]) as client:
        yield client


async def put(client: AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.put(f"{ADMIN}/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def log_in(api: Api, password: str, who: str = "ben") -> int:
    login = {"tenant": "acme", "email": f"{who}@acme.example", "password": password}
    async with api.client() as client:
        return int((await client.post(f"{AGENT}/login", json=login)).status_code)


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


async def test_a_number_is_named_in_the_body_and_never_in_an_address(ada: AsyncClient) -> None:
    number, settings = "+14155550190", {"account": "main", "label": "Fairs"}
    made = await put(ada, "numbers", {"number": number, "settings": settings})
    assert made["changes"][0]["verb"] == "create", made
    assert (await ada.get(f"{ADMIN}/numbers")).json()[number]["label"] == "Fairs"
    outdated = {"number": number, "base": made["version"] - 1}
    assert (await ada.post(f"{ADMIN}/numbers/delete", json=outdated)).status_code == 409
    deleted = await ada.post(f"{ADMIN}/numbers/delete", json={"number": number})
    assert deleted.json()["changes"][-1]["verb"] == "delete"
    addresses = (await ada.get("/openapi.json")).json()["paths"]
    assert not [path for path in addresses if re.search(r"/numbers/\{", path)]


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


async def test_a_deactivated_agents_chats_go_back_and_the_agent_is_out(
    api: Api, ada: AsyncClient
) -> None:
    chat_id = await api.acme.connected_chat("ana")
    answer = await ada.delete(f"{ADMIN}/users/ana")
    assert answer.status_code == 200, answer.text
    assert "1 chat of the agent ana will go back to the queue." in answer.json()["consequences"]
    assert (await api.acme.world.chat(chat_id)).state.agent_id is None
    async with api.client(api.acme.tokens["ana"]) as ana:
        assert (await ana.get(f"{AGENT}/me")).status_code == 401
    assert await log_in(api, PASSWORD, "ana") == 401


async def test_two_people_can_change_places_in_their_addresses(ada: AsyncClient) -> None:
    held = (await ada.get(f"{ADMIN}/configuration")).json()
    users = held["document"]["users"]
    users["ana"]["email"], users["ben"]["email"] = users["ben"]["email"], users["ana"]["email"]
    body = {"document": held["document"], "base": 1}
    applied = await ada.post(f"{ADMIN}/configuration/apply", json=body)
    assert applied.status_code == 200, applied.text


async def test_a_password_is_made_shown_once_and_logs_the_user_out(
    api: Api, ada: AsyncClient
) -> None:
    made = (await ada.post(f"{ADMIN}/users/ben/password", json={})).json()["password"]
    async with api.client(api.acme.tokens["ben"]) as ben:
        assert (await ben.get(f"{AGENT}/me")).status_code == 401
    assert (await log_in(api, PASSWORD), await log_in(api, made)) == (401, 200)
    given = await ada.post(f"{ADMIN}/users/ben/password", json={"password": "a long sentence"})
    assert given.json() == {"password": None}
    assert await log_in(api, "a long sentence") == 200
    short = await ada.post(f"{ADMIN}/users/ben/password", json={"password": "short"})
    assert short.json()["message"] == "password must have at least 12 characters"
    assert (await ada.post(f"{ADMIN}/users/eve/password", json={})).status_code == 404
    log = await ada.get(f"{ADMIN}/audit?kind=user&key=ben&actor=Ada")
    assert len(log.json()) == 2
    assert made not in log.text
    assert "a long sentence" not in log.text


async def test_people_change_their_own_password_with_the_present_one(api: Api) -> None:
    body = {"current": "wrong", "new": "a long sentence"}
    async with api.client(api.acme.tokens["ben"]) as ben:
        wrong = await ben.put(f"{AGENT}/me/password", json=body)
        assert (wrong.status_code, wrong.json()["message"]) == (400, "current is wrong")
        right = await ben.put(f"{AGENT}/me/password", json=body | {"current": PASSWORD})
        assert right.status_code == 204
        assert (await ben.get(f"{AGENT}/me")).status_code == 200
        for _ in range(10):
            await ben.put(f"{AGENT}/me/password", json=body)
        assert (await ben.put(f"{AGENT}/me/password", json=body)).status_code == 429
    assert await log_in(api, PASSWORD, "ana") == 200


async def test_sessions_are_listed_and_ended(api: Api, ada: AsyncClient, clock: SetClock) -> None:
    listed = await ada.get(f"{ADMIN}/sessions")
    by_name = {one["user"]["name"]: one for one in listed.json()}
    assert by_name.keys() == {"Ana", "Ben", "Caro", "Mia", "Ada"}
    assert [name for name, one in by_name.items() if one["current"]] == ["Ada"]
    at = f"{ADMIN}/sessions/{by_name['Ben']['id']}"
    assert (await ada.delete(at)).status_code == 204
    assert (await ada.delete(at)).status_code == 404
    async with api.client(api.acme.tokens["ben"]) as ben:
        assert (await ben.get(f"{AGENT}/me")).status_code == 401
    [entry] = (await ada.get(f"{ADMIN}/audit?kind=session")).json()
    assert (entry["verb"], entry["fields"][0]["old"]) == ("delete", "Ben")
    async with api.client(api.globex.tokens["ada"]) as stranger:
        theirs = f"{ADMIN}/sessions/{by_name['Ana']['id']}"
        assert (await stranger.delete(theirs)).status_code == 404


async def test_a_number_is_verified_by_its_carriers_word(api: Api) -> None:
    said = Said(NumberStatus.FAILED, "it is a fax")

    async def vouch(_wanted: object, ask: ToAsk) -> Known:
        return Known(dict.fromkeys(ask.numbers, said))

    asked = Api(api.db, api.acme, api.globex, vouch=vouch)
    body = {"number": api.acme.number}
    async with asked.client(asked.acme.tokens["ada"]) as ada:

        async def verify() -> str:
            answer = await ada.post(f"{ADMIN}/numbers/verify", json=body)
            assert answer.status_code == 200, answer.text
            shown = await ada.post(f"{ADMIN}/numbers/status", json=body)
            assert shown.json() == answer.json() | {"why": None}
            assert answer.json()["why"] == (said.why or None)
            return str(answer.json()["status"])

        assert await verify() == "Failed"
        said = Said(NumberStatus.VERIFYING, "it is away")
        assert await verify() == "Verifying"
        said = VOUCHED
        assert await verify() == "Verified for Only SMS Messaging"
        # Who cannot be asked takes nothing back.
        said = Said(NumberStatus.VERIFYING, "it is away")
        assert await verify() == "Verified for Only SMS Messaging"
        for verb in ("verify", "status", "delete"):
            unknown = await ada.post(f"{ADMIN}/numbers/{verb}", json={"number": "99999"})
            assert unknown.status_code == 404


async def test_an_answer_about_the_account_before_verifies_no_number_that_has_moved(
    api: Api,
) -> None:
    """While its old carrier is asked, the number goes to another account."""
    number = api.acme.number
    move = {"account": "second", "queue": None}
    secret = {"secret": {"env": "THREADLINE_TENANT_ACME_SECOND"}}

    async def moving(wanted: Configuration, ask: ToAsk) -> Known:
        if not ask.accounts and wanted.numbers[number].account == "main":
            body = {"number": number, "settings": move}
            moved = await there.put(f"{ADMIN}/numbers", json=body)
            assert moved.status_code == 200, moved.text
        failed = Said(NumberStatus.FAILED)
        return Known(
            dict.fromkeys(ask.numbers, VOUCHED if wanted.numbers[number].queue else failed),
            dict.fromkeys(ask.accounts, "http://127.0.0.1:1"),
        )

    asked = Api(api.db, api.acme, api.globex, vouch=moving)
    token = asked.acme.tokens["ada"]
    async with asked.client(token) as ada, api.client(token) as there:
        second = {"carrier": "simulator", "secrets": secret}
        made = await ada.put(f"{ADMIN}/accounts/second", json=second)
        assert made.status_code == 200, made.text
        late = await ada.post(f"{ADMIN}/numbers/verify", json={"number": number})
        assert late.status_code == 409, late.text
        assert "is in the account second by now" in late.json()["message"]


async def test_managers_and_agents_change_no_object(api: Api) -> None:
    # Questions whose answer would have a number in its address.
    asks = (f"{ADMIN}/numbers/status",)
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
