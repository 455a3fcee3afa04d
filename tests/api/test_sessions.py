"""Logging in, staying logged in, and being refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services import auth
from services.auth import FAILURES_PER_ACCOUNT_AND_ADDRESS
from store import tables as t
from store.database import Tx
from tests.api.world import BASE, PASSWORD, Api
from tests.conftest import SetClock

LOGIN = {"tenant": "acme", "email": "ana@acme.example", "password": PASSWORD}


async def test_the_cookie_is_for_our_own_pages_and_no_script(api: Api) -> None:
    async with api.client() as client:
        login = await client.post(f"{BASE}/login", json=LOGIN)
        cookie = login.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "path=/" in cookie
        assert login.json()["token"] in login.headers["set-cookie"]
        me = await client.get(f"{BASE}/me")
        assert me.json()["csrf_token"] == login.json()["csrf_token"]
        assert me.json()["name"] == "Ana"


async def test_behind_https_the_cookie_is_secure(api: Api) -> None:
    over_https = Api(api.db, api.acme, api.globex, secure_cookies=True)
    async with over_https.client() as client:
        login = await client.post(f"{BASE}/login", json=LOGIN)
        assert "secure" in login.headers["set-cookie"].lower()
        assert "max-age" in login.headers["strict-transport-security"]


@pytest.mark.parametrize("token", [None, "", "wrong", "csrf-ben", "é"])
async def test_with_the_cookie_an_unsafe_call_needs_the_csrf_token(
    api: Api, token: str | None
) -> None:
    async with api.client() as client:
        await client.post(f"{BASE}/login", json=LOGIN)
        headers = [] if token is None else [(b"x-csrf-token", token.encode())]
        body = {"status": "Available"}
        answer = await client.put(f"{BASE}/me/status", json=body, headers=headers)
        assert answer.status_code == 403
        assert (await client.get(f"{BASE}/me")).json()["status"] == "Offline"


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"email": "nobody@acme.example"},
        {"tenant": "nowhere"},
        {"tenant": "globex"},
    ],
)
async def test_a_wrong_login_does_not_say_what_was_wrong(api: Api, wrong: dict[str, str]) -> None:
    async with api.client() as client:
        answer = await client.post(f"{BASE}/login", json=LOGIN | wrong)
        assert answer.status_code == 401
        assert answer.json() == {"message": "Company, e-mail or password is wrong."}
        assert "set-cookie" not in answer.headers


async def test_failures_lock_the_account_for_a_while_and_nobody_else(
    api: Api, clock: SetClock
) -> None:
    async with api.client() as client:
        for _ in range(FAILURES_PER_ACCOUNT_AND_ADDRESS):
            wrong = await client.post(f"{BASE}/login", json=LOGIN | {"password": "wrong"})
            assert wrong.status_code == 401
        locked = await client.post(f"{BASE}/login", json=LOGIN)
        assert locked.status_code == 429
        assert locked.headers["retry-after"] == "300"
        ben = LOGIN | {"email": "ben@acme.example"}
        assert (await client.post(f"{BASE}/login", json=ben)).status_code == 200
        clock.move(minutes=5)
        assert (await client.post(f"{BASE}/login", json=LOGIN)).status_code == 200


async def test_a_success_starts_the_count_again(api: Api) -> None:
    async with api.client() as client:
        for _ in range(2):
            for _ in range(FAILURES_PER_ACCOUNT_AND_ADDRESS - 1):
                await client.post(f"{BASE}/login", json=LOGIN | {"password": "wrong"})
            assert (await client.post(f"{BASE}/login", json=LOGIN)).status_code == 200


async def test_one_address_cannot_try_many_accounts(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_PER_ADDRESS", 4)
    async with api.client(address="203.0.113.9") as client:
        for number in range(4):
            body = LOGIN | {"email": f"user{number}@acme.example"}
            assert (await client.post(f"{BASE}/login", json=body)).status_code == 401
        assert (await client.post(f"{BASE}/login", json=LOGIN)).status_code == 429
    async with api.client(address="203.0.113.10") as client:
        assert (await client.post(f"{BASE}/login", json=LOGIN)).status_code == 200


async def test_a_revoked_token_is_nobodys(api: Api) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        assert (await client.post(f"{BASE}/logout")).status_code == 204
        for path in ("me", "offers", "chats", "queues"):
            answer = await client.get(f"{BASE}/{path}")
            assert answer.status_code == 401
            assert answer.json() == {"message": "Not logged in."}
        stream = await client.get("/events/v1/stream")
        assert stream.status_code == 401


async def test_a_session_ends_after_twelve_hours(api: Api, clock: SetClock) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        clock.at += timedelta(hours=12) - timedelta(seconds=1)
        assert (await client.get(f"{BASE}/me")).status_code == 200
        clock.move(seconds=1)
        assert (await client.get(f"{BASE}/me")).status_code == 401


async def test_a_deactivated_user_is_out_at_once(api: Api) -> None:
    def deactivate(tx: Tx) -> None:
        tx.conn.execute(t.users.update().values(active=False))

    await api.db.write(deactivate)
    async with api.client(api.acme.tokens["ana"]) as client:
        assert (await client.get(f"{BASE}/me")).status_code == 401
        assert (await client.post(f"{BASE}/login", json=LOGIN)).status_code == 401


async def test_a_manager_logs_in_and_reads_every_chat_of_the_tenant(api: Api) -> None:
    ours, theirs = await api.acme.waiting_chat(), await api.globex.waiting_chat()
    async with api.client() as client:
        login = await client.post(f"{BASE}/login", json=LOGIN | {"email": "Mia@acme.example "})
        assert login.json()["agent"]["role"] == "manager"
        waiting = await client.get(f"{BASE}/chats/{ours}")
        assert waiting.json()["waiting_because"] == "No agent of this queue is available."
        assert (await client.get(f"{BASE}/chats/{theirs}")).status_code == 404
