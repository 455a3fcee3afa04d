"""Twilio's webhooks at the edge: taken once, answered in TwiML, believed only when signed."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from httpx2 import Response
from twilio.request_validator import RequestValidator

from carriers.protocol import Carrier, CarrierAccountRefused
from carriers.registry import CARRIERS
from domain.statuses import ChatStatus, MessageStatus, OptOutReplies
from services import claims
from store import numbers
from store import tables as t
from store.database import Tx
from store.numbers import Account
from tests.api.world import PUBLIC, Api
from tests.carriers import twilio_account as twilio
from tests.world import PHONE

INBOUND = "/carriers/twilio/main/inbound"
STATUS = "/carriers/twilio/main/status"


def open_twilio(account: Account) -> Carrier:
    opened = replace(twilio.account(), id=account.id, tenant_id=account.tenant_id)
    return CARRIERS["twilio"](opened)


@pytest.fixture
async def at_twilio(api: Api) -> Api:
    """The company's numbers are at Twilio."""

    def move(tx: Tx) -> Account:
        account = {
            "tenant_id": api.acme.tenant_id,
            "carrier": "twilio",
            "name": "main",
            "base_url": "https://api.twilio.com",
            "settings": {"account_sid": twilio.SID},
            "secret_refs": {"auth_token": "env:TWILIO_AUTH_TOKEN"},
        }
        made = sa.insert(t.carrier_accounts).values(account).returning(t.carrier_accounts.c.id)
        mine = t.numbers.c.tenant_id == api.acme.tenant_id
        moved = sa.update(t.numbers).where(mine)
        account_id = tx.conn.execute(made).scalar_one()
        tx.conn.execute(moved.values(account_id=account_id))
        return numbers.account_by_id(tx, account_id)

    api.acme.world.account = await api.db.write(move)
    return Api(api.db, api.acme, api.globex, carriers=open_twilio)


def form(api: Api, body: str, sid: str = "SM1", **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": PHONE, "To": api.acme.number, "Body": body, **more}


async def post(
    api: Api, path: str, params: dict[str, str], *, base: str = PUBLIC, **headers: str
) -> Response:
    signature = RequestValidator(twilio.TOKEN).compute_signature(f"{base}{path}", params)
    told = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded"}
    async with api.client() as client:
        return await client.post(path, content=urlencode(params), headers=told | headers)


async def texts(api: Api) -> list[str]:
    m = t.messages.c
    rows = await api.acme.world.rows(sa.select(m.text).where(m.direction == "inbound"))
    return [row.text for row in rows]


async def test_a_text_is_taken_and_answered_in_empty_twiml(at_twilio: Api) -> None:
    answer = await post(at_twilio, INBOUND, form(at_twilio, "Hello"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert await texts(at_twilio) == ["Hello"]


async def test_a_repeated_delivery_is_answered_alike_and_is_nothing_new(at_twilio: Api) -> None:
    """The sid names the text; the token names a delivery, and is not signed."""
    for token in ("a", "a", "b"):
        headers = {"i-twilio-idempotency-token": token}
        again = await post(at_twilio, INBOUND, form(at_twilio, "Hello"), **headers)
        assert again.status_code == 200
    fallback = form(at_twilio, "Hello", ErrorCode="11200", ErrorUrl=f"{PUBLIC}{INBOUND}")
    assert (await post(at_twilio, INBOUND, fallback)).status_code == 200
    assert await texts(at_twilio) == ["Hello"]


async def test_a_token_that_comes_again_with_another_text_does_not_swallow_it(
    at_twilio: Api,
) -> None:
    headers = {"i-twilio-idempotency-token": "a"}
    for sid in ("SM1", "SM2"):
        await post(at_twilio, INBOUND, form(at_twilio, sid, sid), **headers)
    assert await texts(at_twilio) == ["SM1", "SM2"]


async def test_the_public_address_is_signed_whatever_the_host_header_says(at_twilio: Api) -> None:
    evil = {"host": "evil.test", "x-forwarded-host": "evil.test"}
    taken = await post(at_twilio, INBOUND, form(at_twilio, "1"), **evil)
    assert taken.status_code == 200
    refused = await post(
        at_twilio, INBOUND, form(at_twilio, "2", "SM2"), base="https://evil.test", **evil
    )
    assert refused.status_code == 403
    assert await texts(at_twilio) == ["1"]


async def test_another_spelling_of_our_path_is_another_address(at_twilio: Api) -> None:
    signature = RequestValidator(twilio.TOKEN).compute_signature(
        f"{PUBLIC}{INBOUND}", form(at_twilio, "Hello")
    )
    async with at_twilio.client() as client:
        refused = await client.post(
            INBOUND.replace("main", "m%61in"),
            content=urlencode(form(at_twilio, "Hello")),
            headers={"x-twilio-signature": signature},
        )
    assert refused.status_code == 403


async def test_every_media_item_is_named_in_the_thread(at_twilio: Api) -> None:
    media = {f"MediaUrl{n}": f"https://m.test/{n}" for n in range(3)}
    types = {f"MediaContentType{n}": "image/png" for n in range(3)}
    chat_id = await at_twilio.acme.connected_chat()
    sent = form(at_twilio, "", NumMedia="3", **media, **types)
    assert (await post(at_twilio, INBOUND, sent)).status_code == 200
    [*_, last] = await at_twilio.acme.world.thread(chat_id)
    assert [item["url"] for item in last.media] == list(media.values())


async def test_what_twilio_has_answered_itself_is_obeyed_and_not_answered_again(
    at_twilio: Api,
) -> None:
    world = at_twilio.acme.world
    await post(at_twilio, INBOUND, form(at_twilio, "Hello"))
    await post(at_twilio, INBOUND, form(at_twilio, "ARRET", "SM2", OptOutType="STOP"))
    c = t.consent_ledger.c
    [entry] = await world.rows(sa.select(c.status, c.source, c.evidence))
    assert tuple(entry) == ("opted_out", "consumer", "ARRET")
    await post(at_twilio, INBOUND, form(at_twilio, "START", "SM3", OptOutType="START"))
    await post(at_twilio, INBOUND, form(at_twilio, "HELP", "SM4", OptOutType="HELP"))
    assert [row.status for row in await world.rows(sa.select(c.status))] == [
        "opted_out",
        "opted_in",
    ]
    assert await world.sent_without_chat() == []


@pytest.mark.parametrize("replies", list(OptOutReplies))
async def test_a_numbers_setting_says_who_answers_its_commands(
    at_twilio: Api, replies: OptOutReplies
) -> None:
    change = sa.update(t.numbers).values(optout_replies=replies)
    await at_twilio.db.write(lambda tx: tx.conn.execute(change))
    for n, word in enumerate(("STOP", "HELP", "START")):
        await post(at_twilio, INBOUND, form(at_twilio, word, f"SM{n}"))
    answered = [message.kind for message in await at_twilio.acme.world.sent_without_chat()]
    by_us = ["opt_out", "help", "opt_in"]
    assert answered == (by_us if replies is OptOutReplies.ENGINE else [])
    c = t.consent_ledger.c
    rows = await at_twilio.acme.world.rows(sa.select(c.status).order_by(c.id))
    assert [row.status for row in rows] == ["opted_out", "opted_in"]


async def test_a_receipt_finds_its_text_by_the_reference_before_the_answer_came(
    at_twilio: Api,
) -> None:
    world = at_twilio.acme.world
    chat_id = await at_twilio.acme.connected_chat()
    reply = await world.reply("ana", chat_id, "x" * 400)
    await at_twilio.db.write(claims.claim, world.tenant_id, reply.id, 1)
    path = f"{STATUS}?reference=threadline-{reply.id}"
    for status in ("queued", "delivered", "sent"):
        receipt = {"MessageSid": "SM7", "MessageStatus": status}
        assert (await post(at_twilio, path, receipt)).status_code == 204
    [message] = [one for one in await world.thread(chat_id) if one.id == reply.id]
    assert (message.status, message.segments) == (MessageStatus.DELIVERED, 3)
    # The reference is signed: another text's cannot be put in its place.
    other = f"{STATUS}?reference=threadline-{reply.id - 1}"
    signature = RequestValidator(twilio.TOKEN).compute_signature(f"{PUBLIC}{path}", receipt)
    async with at_twilio.client() as client:
        refused = await client.post(
            other, content=urlencode(receipt), headers={"x-twilio-signature": signature}
        )
    assert refused.status_code == 403


async def test_a_block_that_only_a_receipt_tells_is_an_opt_out_by_the_carrier(
    at_twilio: Api,
) -> None:
    """A Messaging Service takes every text, and says later that it was blocked."""
    world = at_twilio.acme.world
    chat_id = await at_twilio.acme.connected_chat()
    reply = await world.reply("ana", chat_id, "Hello")
    await world.db.write(claims.claim, world.tenant_id, reply.id, 1)
    path = f"{STATUS}?reference=threadline-{reply.id}"
    receipt = {"MessageSid": "SM7", "MessageStatus": "failed", "ErrorCode": "21610"}
    for _ in range(2):
        assert (await post(at_twilio, path, receipt)).status_code == 204
    c = t.consent_ledger.c
    [entry] = await world.rows(sa.select(c.status, c.source, c.actor_type, c.message_id))
    assert tuple(entry) == ("opted_out", "carrier", "carrier", reply.id)
    assert await world.chat_status(chat_id) is ChatStatus.FINISHED


async def test_an_account_whose_secret_is_missing_is_told_to_come_again(api: Api) -> None:
    def broken(_: Account) -> Carrier:
        raise CarrierAccountRefused("auth_token", "is not to be had")

    unready = Api(api.db, api.acme, api.globex, carriers=broken)
    answer = await unready.webhook("/carriers/simulator/acme/inbound", {})
    assert answer.status_code == 503
    assert "auth_token" not in answer.text
