"""Credentials of the company's programs: shown once, used, replaced and ended (F)."""

from __future__ import annotations

from httpx2 import AsyncClient, Response

from store import credentials
from tests.api.world import Api, basic
from tests.conftest import SetClock

ADMIN = "/admin/api/v1"
APPS = "/apps/api/v1"
MANAGER = "/manager/api/v1"


async def ada(api: Api, method: str, path: str, body: object = None) -> Response:
    async with api.client(api.acme.tokens["ada"]) as client:
        return await client.request(method, f"{ADMIN}/{path}", json=body)


async def test_a_credential_is_shown_once_used_regenerated_and_disabled(
    api: Api, clock: SetClock
) -> None:
    async def works(token: str) -> int:
        clock.move(seconds=1)
        async with api.client() as client:
            answer = await client.get(f"{MANAGER}/teams", headers=basic("acme", token))
        return int(answer.status_code)

    made = await ada(api, "POST", "credentials", {"name": "Billing system"})
    assert made.status_code == 201
    first, number = made.json()["token"], made.json()["id"]
    [listed, _] = (await ada(api, "GET", "credentials")).json()
    assert listed == {key: value for key, value in made.json().items() if key != "token"}
    assert (listed["created_by"], listed["last_used_at"]) == ("Ada", None)
    assert await works(first) == 200
    second = (await ada(api, "POST", f"credentials/{number}/regenerate")).json()["token"]
    assert (await works(first), await works(second)) == (401, 200)
    disabled = await ada(api, "POST", f"credentials/{number}/disable")
    assert disabled.json()["disabled_at"] is not None
    assert await works(second) == 401
    again = await ada(api, "POST", f"credentials/{number}/regenerate")
    assert (again.status_code, again.json()["message"]) == (
        409,
        "The credential is disabled. Create another one.",
    )
    log = await ada(api, "GET", f"audit?kind=credential&key={number}")
    assert [entry["fields"][0]["field"] for entry in log.json()] == ["disabled", "token", "name"]
    assert first not in log.text
    assert second not in log.text


async def test_when_a_credential_was_used_is_written_once_a_minute(
    api: Api, client: AsyncClient, clock: SetClock
) -> None:
    async def last_used() -> str:
        [listed] = (await ada(api, "GET", "credentials")).json()
        return str(listed["last_used_at"])

    await client.get(f"{MANAGER}/teams")
    assert await last_used() == "2026-03-02T12:00:00.000Z"
    clock.move(seconds=59)
    await client.get(f"{MANAGER}/teams")
    assert await last_used() == "2026-03-02T12:00:00.000Z"
    clock.move(seconds=1)
    await client.get(f"{MANAGER}/teams")
    assert await last_used() == "2026-03-02T12:01:00.000Z"


async def test_another_companys_credential_is_not_found(api: Api) -> None:
    [theirs] = await api.db.read(lambda tx: credentials.of_tenant(tx, api.globex.tenant_id))
    for verb in ("regenerate", "disable"):
        answer = await ada(api, "POST", f"credentials/{theirs.id}/{verb}")
        assert answer.status_code == 404
    async with api.client() as client:
        headers = basic("globex", api.globex.api_token)
        assert (await client.get(f"{MANAGER}/teams", headers=headers)).status_code == 200
