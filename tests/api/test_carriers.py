"""Carriers' webhooks over HTTP: believed, kept once, answered."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from carriers.protocol import WEBHOOK_LIMIT, Receipt, WebhookRequest
from store import tables as t
from store.database import StoreUnavailable
from tests.api.world import PUBLIC, Api, inbound, open_carrier, signature
from tests.conftest import NOON
from tests.world import PHONE

INBOUND = "/carriers/simulator/acme/inbound"
STATUS = "/carriers/simulator/acme/status"


async def texts(api: Api) -> list[str]:
    query = sa.select(t.messages.c.text).where(t.messages.c.direction == "inbound")
    return [row.text for row in await api.acme.world.rows(query.order_by(t.messages.c.id))]


async def test_a_text_is_kept_before_it_is_acknowledged(api: Api) -> None:
    answer = await api.webhook(INBOUND, inbound(api.acme, "Hello 👋"))
    assert (answer.status_code, answer.content) == (204, b"")
    assert await texts(api) == ["Hello 👋"]


async def test_a_repeated_webhook_is_acknowledged_and_nothing_new(api: Api) -> None:
    body = inbound(api.acme, "Hello")
    assert (await api.webhook(INBOUND, body)).status_code == 204
    assert (await api.webhook(INBOUND, body)).status_code == 204
    assert await texts(api) == ["Hello"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/carriers/simulator/nobody/inbound", 404),
        ("/carriers/nothing/acme/inbound", 404),
        ("/carriers/simulator/%00/inbound", 404),
        ("/carriers/%ff/acme/status", 404),
        (f"/carriers/simulator/{'a' * 3000}/inbound", 404),
        (INBOUND, 403),
    ],
)
async def test_an_unknown_account_and_a_wrong_signature_are_refused(
    api: Api, path: str, status: int
) -> None:
    answer = await api.webhook(path, inbound(api.acme, "Hello"), secret="another")
    assert answer.status_code == status
    assert set(answer.json()) == {"message"}
    assert await texts(api) == []


@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"id": 1}', "[" * 100_000])
async def test_a_signed_webhook_of_the_wrong_shape_is_refused_clearly(
    api: Api, path: str, content: str
) -> None:
    async with api.client() as client:
        answer = await client.post(path, content=content, headers=signature(content))
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x00", ""),
        ("a\x00b", "ab"),
        ("half \ud800", "half \ufffd"),
        ("\udc00 half", "\ufffd half"),
        ("one\r\ntwo", "one\ntwo"),
        *((same, same) for same in ("x" * 10_000, "🏳️‍🌈" * 500, "", " ")),
    ],
)
async def test_no_text_is_lost_for_what_the_store_cannot_hold(
    api: Api, text: str, kept: str
) -> None:
    answer = await api.webhook(INBOUND, inbound(api.acme, text))
    assert answer.status_code == 204
    assert await texts(api) == [kept]


async def test_an_oversized_webhook_is_not_read(api: Api) -> None:
    content = json.dumps(inbound(api.acme, "x" * WEBHOOK_LIMIT))
    async with api.client() as client:
        answer = await client.post(INBOUND, content=content, headers=signature(content))
    assert answer.status_code == 413


async def test_a_text_to_a_number_that_is_not_ours_is_refused_and_logged_without_numbers(
    api: Api,
) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await api.webhook(INBOUND, inbound(api.acme, "Hello", to="+14155559999"))
    assert (answer.status_code, answer.json()) == (404, {"message": "The number is not found."})
    [line] = [one for one in logs if one["event"] == "carrier.text_refused"]
    assert line["account"] == "simulator/acme"
    assert not {"+14155559999", PHONE} & set(line.values())


async def test_an_account_that_was_removed_takes_no_texts_and_still_takes_receipts(
    api: Api,
) -> None:
    async def remove(at: datetime | None) -> None:
        change = sa.update(t.carrier_accounts).values(removed_at=at)
        await api.db.write(lambda tx: tx.conn.execute(change))

    await remove(NOON)
    assert (await api.webhook(INBOUND, inbound(api.acme, "Hello"))).status_code == 404
    assert await texts(api) == []
    receipt = {"id": "SM-1", "reference": None, "segment": 0, "status": "delivered"}
    assert (await api.webhook(STATUS, receipt)).status_code == 204
    # No text is refused because the account was away a moment ago.
    await remove(None)
    assert (await api.webhook(INBOUND, inbound(api.acme, "Hello"))).status_code == 204


async def test_a_receipt_moves_the_text_it_names(api: Api) -> None:
    receipt = {"id": "SM-unknown", "reference": None, "segment": 0, "status": "delivered"}
    assert (await api.webhook(STATUS, receipt)).status_code == 204
    kept = await api.acme.world.rows(sa.select(t.early_receipts.c.provider_id))
    assert [row.provider_id for row in kept] == ["SM-unknown"]


async def test_the_verifier_is_given_our_public_address_whatever_the_host_header_says(
    api: Api,
) -> None:
    seen: list[WebhookRequest] = []

    class Listening:
        def __init__(self, carrier: Any) -> None:
            self._carrier = carrier

        def parse_status(self, request: WebhookRequest) -> list[Receipt]:
            seen.append(request)
            found: list[Receipt] = self._carrier.parse_status(request)
            return found

    listening = Api(
        api.db, api.acme, api.globex, carriers=lambda account: Listening(open_carrier(account))
    )
    content = json.dumps({"id": "SM1", "segment": 0, "status": "sent"})
    headers = signature(content) | {"Host": "evil.test", "X-Forwarded-Host": "evil.test"}
    async with listening.client() as client:
        answer = await client.post(f"{STATUS}?a=1&b=%20", content=content, headers=headers)
    assert answer.status_code == 204
    assert seen[0].url == f"{PUBLIC}{STATUS}?a=1&b=%20"
    assert seen[0].body == content.encode()
    assert seen[0].headers["webhook-id"] == "wh-1"


async def test_while_the_store_is_down_the_carrier_is_told_to_come_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(api.db, "write", down)
    answer = await api.webhook(INBOUND, inbound(api.acme, "Hello"))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert await texts(api) == []
