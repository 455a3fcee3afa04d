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


async def page_of(api: Api, **query: int) -> tuple[list[dict[str, Any]], int]:
    async with api.client(api.acme.tokens["mia"]) as client:
        answer = await client.get(f"{ADMIN}/requests", params=query)
    return answer.json(), int(answer.headers["Total"])


async def waiting(api: Api) -> list[dict[str, Any]]:
    return (await page_of(api))[0]


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


@pytest.mark.parametrize("who", ["mia", "ana"])
async def test_who_dismisses_a_request_is_noted_and_stands_in_the_evidence(
    api: Api, who: str
) -> None:
    chat_id = await api.acme.connected_chat("ana")
    asked = await api.acme.world.text(PLEASE)
    assert asked.message_id is not None
    async with api.client(api.acme.tokens[who]) as client:
        if who == "ana":
            await client.delete(f"/agent/api/v1/chats/{chat_id}/stop_request")
        else:
            await client.post(f"{ADMIN}/requests/{asked.message_id}/dismiss")
    async with api.client(api.acme.tokens["ada"]) as client:
        [noted] = (await client.get("/admin/api/v1/audit?kind=stop_request")).json()
    assert (noted["by"], noted["source"]) == (who.title(), "api")
    assert noted["address"] is not None
    assert (noted["verb"], noted["key"]) == ("change", str(asked.message_id))
    assert noted["fields"] == [{"field": "decision", "old": "none yet", "new": "not a request"}]
    [one] = (await export(api))["dismissed_requests"]
    assert (one["message_id"], one["text"]) == (asked.message_id, PLEASE)
    assert (one["our_number"], one["actor_name"]) == (api.acme.number, who.title())
    assert one["at"] == noted["at"]
    async with api.client(api.globex.tokens["ada"]) as stranger:
        theirs = await stranger.post(f"{ADMIN}/export", json={"number": PHONE})
    assert theirs.json()["dismissed_requests"] == []


async def test_a_dismissal_of_before_these_were_noted_is_evidence_without_a_name(api: Api) -> None:
    await api.acme.world.text(PLEASE)
    dismissed = sa.update(t.messages).where(t.messages.c.asks == "stop")
    await api.db.write(lambda tx: tx.conn.execute(dismissed.values(asks="stop_dismissed")))
    [one] = (await export(api))["dismissed_requests"]
    assert (one["text"], one["at"], one["actor_id"], one["actor_name"]) == (PLEASE, *[None] * 3)


async def test_requests_come_by_the_page_the_oldest_first_and_are_counted(api: Api) -> None:
    for n in (1, 2, 3):
        await api.acme.world.text(f"{PLEASE} {n}")
    found, total = await page_of(api, page=2, per=2)
    assert ([one["text"] for one in found], total) == ([f"{PLEASE} 3"], 3)
    assert await decide(api, found[0]["message_id"], "dismiss") == 204
    assert (await page_of(api, page=2, per=2)) == ([], 2)


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
