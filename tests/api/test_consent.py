"""Evidence of consent, and requests to stop in free words, for managers and administrators."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from carriers.protocol import Accepted
from services import claims, sends
from store import tables as t
from tests.api.world import Api

ADMIN = "/admin/api/v1/consent"
PHONE = "+14155550111"
PLEASE = "Please stop texting me"


async def export(api: Api, number: str = PHONE, who: str = "mia") -> dict[str, Any]:
    async with api.client(api.acme.tokens[who]) as client:
        answer = await client.post(f"{ADMIN}/export", json={"number": number})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def waiting(api: Api) -> list[dict[str, Any]]:
    async with api.client(api.acme.tokens["mia"]) as client:
        found: list[dict[str, Any]] = (await client.get(f"{ADMIN}/requests")).json()
    return found


async def decide(api: Api, message_id: int, how: str, who: str = "mia") -> int:
    async with api.client(api.acme.tokens[who]) as client:
        answer = await client.post(f"{ADMIN}/requests/{message_id}/{how}")
    return int(answer.status_code)


async def test_the_evidence_has_every_entry_with_the_words_and_the_message(api: Api) -> None:
    world = api.acme.world
    await world.text("Stop!", id="SM1")
    (answer,) = await world.sent_without_chat()
    await world.db.write(claims.claim, world.tenant_id, answer.id, None)
    await world.db.write(sends.accepted, world.tenant_id, answer.id, Accepted("SM2", 1))
    await world.text("START", id="SM3")
    found = await export(api, "+1 (415) 555-0111")
    assert (found["company"], found["number"]) == ("Acme Outfitters", PHONE)
    out, back = found["entries"]
    assert (out["status"], out["evidence"], out["carrier_id"]) == ("opted_out", "Stop!", "SM1")
    assert (out["scope"], out["reaches"], out["our_number"]) == (
        "tenant",
        "Acme Outfitters",
        api.acme.number,
    )
    assert out["message_received_at"].endswith("Z")
    assert (back["status"], back["carrier_id"]) == ("opted_in", "SM3")
    assert {one["status"] for one in found["standing"]} == {"opted_in"}
    (confirmed,) = found["confirmations"]
    assert (confirmed["kind"], confirmed["status"]) == ("opt_out", "sent")
    assert "opted out" in confirmed["text"]


async def test_narrow_scopes_name_what_they_reach(api: Api) -> None:
    world = api.acme.world
    await world.configure(optout_scope="queue")
    await world.text("STOP")
    await world.configure(optout_scope="number")
    await world.text("START")
    reaches = [one["reaches"] for one in (await export(api))["entries"]]
    assert reaches == ["Support", api.acme.number]


async def test_a_number_that_nobody_knows_has_empty_evidence(api: Api) -> None:
    found = await export(api, "+14155559999")
    assert found["entries"] == found["confirmations"] == []
    assert {one["status"] for one in found["standing"]} == {None}


async def test_one_tenants_evidence_is_not_anothers(api: Api) -> None:
    await api.globex.world.text("STOP", to=api.globex.number)
    assert (await export(api))["entries"] == []


async def test_what_is_no_number_is_refused_and_not_repeated(api: Api) -> None:
    async with api.client(api.acme.tokens["ada"]) as client:
        answer = await client.post(f"{ADMIN}/export", json={"number": "0415-secret"})
    assert answer.status_code == 400
    assert answer.json()["message"] == "number must be a phone number"


@pytest.mark.parametrize("path", ["export", "requests", "requests/1/opt_out"])
async def test_agents_may_not_see_others_consent(api: Api, path: str) -> None:
    async with api.client(api.acme.tokens["ana"]) as client:
        method = "GET" if path == "requests" else "POST"
        answer = await client.request(method, f"{ADMIN}/{path}", json={"number": PHONE})
    assert answer.status_code == 403


async def test_a_manager_opts_out_who_asked_in_a_chat_that_no_agent_has(api: Api) -> None:
    chat_id = (await api.acme.world.text(PLEASE)).chat_id
    (request,) = await waiting(api)
    assert (request["chat_id"], request["number"], request["text"]) == (chat_id, PHONE, PLEASE)
    assert await decide(api, request["message_id"], "opt_out") == 204
    assert await waiting(api) == []
    (entry,) = (await export(api))["entries"]
    assert (entry["source"], entry["actor_name"], entry["evidence"]) == ("manager", "Mia", PLEASE)
    assert [m.kind for m in await api.acme.world.sent_without_chat()] == ["opt_out"]
    assert chat_id is not None
    assert await api.acme.world.chat_status(chat_id) == "canceled"
    assert await decide(api, request["message_id"], "opt_out") == 404


async def test_a_manager_may_find_that_nothing_was_asked(api: Api) -> None:
    await api.acme.world.text(PLEASE)
    (request,) = await waiting(api)
    assert await decide(api, request["message_id"], "dismiss") == 204
    assert await waiting(api) == []
    assert (await export(api))["entries"] == []
    assert await decide(api, request["message_id"], "dismiss") == 404


async def test_a_request_of_another_tenant_is_not_found(api: Api) -> None:
    received = await api.globex.world.text(PLEASE, to=api.globex.number)
    assert received.message_id is not None
    for how in ("opt_out", "dismiss"):
        assert await decide(api, received.message_id, how) == 404
    assert await waiting(api) == []


async def test_an_agent_takes_the_flag_away_by_the_api(api: Api) -> None:
    chat_id = await api.acme.connected_chat("ana")
    await api.acme.world.text(PLEASE)
    path = f"/agent/api/v1/chats/{chat_id}"
    async with api.client(api.acme.tokens["ana"]) as client:
        chat = (await client.get(path)).json()
        asked = [m["id"] for m in chat["messages"] if m["asks"] == "stop"]
        assert asked == [chat["stop_asked"]]
        after = await client.delete(f"{path}/stop_request")
    assert after.json()["stop_asked"] is None


async def test_who_asked_without_a_chat_is_answered_in_the_language_spoken_last(api: Api) -> None:
    world = api.acme.world
    await world.text("Hola")
    spanish = sa.update(t.chats).values(lang="es")
    await world.db.write(lambda tx: tx.conn.execute(spanish))
    await world.text("EXIT")
    await world.configure(sms=False)
    asked = await world.text("No me escriban mas")
    assert asked.message_id is not None
    assert asked.chat_id is None
    assert await decide(api, asked.message_id, "opt_out") == 204
    (confirmed,) = await world.sent_without_chat()
    assert confirmed.text.startswith("Acme Outfitters: Se ha dado de baja")
