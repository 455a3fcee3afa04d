"""Numbers through the administrators' API: changed, verified, and never in an address."""

from __future__ import annotations

import re

from httpx2 import AsyncClient

from domain.config.document import Configuration
from domain.statuses import NumberStatus
from services.configuration import ToAsk
from services.projection import VOUCHED, Known, Said
from tests.api.world import Api

ADMIN = "/admin/api/v1"


async def test_a_number_is_named_in_the_body_and_never_in_an_address(ada: AsyncClient) -> None:
    number, settings = "+14155550190", {"account": "main", "label": "Fairs"}
    made = (await ada.put(f"{ADMIN}/numbers", json={"number": number, "settings": settings})).json()
    assert made["changes"][0]["verb"] == "create", made
    assert (await ada.get(f"{ADMIN}/numbers")).json()[number]["label"] == "Fairs"
    outdated = {"number": number, "base": made["version"] - 1}
    assert (await ada.post(f"{ADMIN}/numbers/delete", json=outdated)).status_code == 409
    deleted = await ada.post(f"{ADMIN}/numbers/delete", json={"number": number})
    assert deleted.json()["changes"][-1]["verb"] == "delete"
    addresses = (await ada.get("/openapi.json")).json()["paths"]
    assert not [path for path in addresses if re.search(r"/numbers/\{", path)]


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
