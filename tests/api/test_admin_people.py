"""People through the administrators' API: deactivated, their passwords and sessions."""

from __future__ import annotations

from httpx2 import AsyncClient

from tests.api.world import PASSWORD, Api
from tests.conftest import SetClock

ADMIN = "/admin/api/v1"
AGENT = "/agent/api/v1"


async def log_in(api: Api, password: str, who: str = "ben") -> int:
    login = {"tenant": "acme", "email": f"{who}@acme.example", "password": password}
    async with api.client() as client:
        return int((await client.post(f"{AGENT}/login", json=login)).status_code)


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


async def test_people_change_their_own_password_with_the_present_one_and_it_is_noted(
    api: Api, ada: AsyncClient
) -> None:
    body = {"current": "wrong", "new": "a long sentence"}
    async with api.client(api.acme.tokens["ben"]) as ben:
        wrong = await ben.put(f"{AGENT}/me/password", json=body)
        assert (wrong.status_code, wrong.json()["message"]) == (400, "current is wrong")
        right = await ben.put(f"{AGENT}/me/password", json=body | {"current": PASSWORD})
        assert right.status_code == 204
        assert (await ben.get(f"{AGENT}/me")).status_code == 200
        log = await ada.get(f"{ADMIN}/audit?kind=user&key=ben&actor=Ben")
        [noted] = log.json()
        assert (noted["verb"], noted["fields"][0]["field"]) == ("change", "password")
        assert (noted["source"], noted["address"] is None) == ("api", False)
        assert "a long sentence" not in log.text
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
